#include "hints/decision.h"

#include <algorithm>
#include <array>
#include <string>

#include "hints/target.h"

namespace hints {
namespace {

bool is(const http::Request& request, std::string_view field, std::string_view value) {
  return request.fields.get(field) == value;
}

bool is_conditional(const http::Request& request) {
  return request.fields.has("if-none-match") || request.fields.has("if-modified-since");
}

// The reasons against any work for a page that may never be shown, or is asked for by ourselves.
std::string_view not_for_display(const http::Request& request) {
  if (request.pushed) return "pushed request";
  if (request.method != "GET") return "not GET";
  const auto purpose = request.fields.get("sec-purpose");
  if (purpose && purpose->starts_with("prefetch")) return "prefetch";
  if (is(request, "purpose", "prefetch")) return "prefetch";
  return {};
}

std::string_view against_early_hints(const http::Request& request) {
  if (const auto reason = not_for_display(request); !reason.empty()) return reason;
  if (request.version != http::Version::http_2) return "not HTTP/2";
  if (request.refuses_early_hints()) return "client wants no early hints";
  // Only browsers send it, and only they are known to cope with a 103 (RFC 8297 section 3).
  if (!is(request, "sec-fetch-mode", "navigate")) return "not a navigation";
  // A frame navigates too, but browsers ignore hints there.
  if (!is(request, "sec-fetch-dest", "document")) return "not a top-level document";
  // Whoever has the page has its assets, or soon finds out.
  if (is_conditional(request)) return "conditional request";
  return {};
}

std::string_view against_push(const http::Request& request) {
  if (const auto reason = not_for_display(request); !reason.empty()) return reason;
  if (is_conditional(request)) return "conditional request";
  return {};
}

}  // namespace

std::string_view words(Mode mode) {
  switch (mode) {
    case Mode::automatic:
      return "auto";
    case Mode::early_hints:
      return "early-hints";
    case Mode::push:
      return "push";
    case Mode::push_early_hints:
      return "push+early-hints";
    case Mode::link:
      return "link";
    case Mode::off:
      return "off";
  }
  return "";
}

bool asks_for_document(const http::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") return false;
  if (!request.target.starts_with('/')) return false;
  if (const auto wanted = request.fields.get("sec-fetch-dest")) {
    static constexpr std::array<std::string_view, 6> pages{"document",    "iframe", "frame",
                                                           "fencedframe", "embed",  "object"};
    if (std::ranges::find(pages, *wanted) == pages.end()) return false;
  }
  return !names_asset(request.path());
}

bool begins_visit(const http::Request& request) {
  if (!not_for_display(request).empty() || is_conditional(request)) return false;
  if (request.version != http::Version::http_2) return false;
  return request.fields.get("sec-fetch-dest").value_or("document") == "document";
}

Decision decide(const http::Request& request, Mode mode) {
  switch (mode) {
    case Mode::automatic:
    case Mode::push_early_hints:
      return {against_push(request), against_early_hints(request), {}};
    case Mode::early_hints:
      return {by_mode, against_early_hints(request), {}};
    case Mode::push:
      return {against_push(request), by_mode, by_mode};
    case Mode::link:
      return {by_mode, by_mode, {}};
    case Mode::off:
      break;
  }
  return {by_mode, by_mode, by_mode};
}

}  // namespace hints
