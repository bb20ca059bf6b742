#include "static/handler.h"

#include <algorithm>
#include <array>
#include <random>
#include <utility>
#include <variant>
#include <vector>

#include "server/http/problem.h"
#include "server/http/query.h"
#include "static/multipart.h"
#include "static/precondition.h"
#include "static/range.h"
#include "static/request_path.h"

namespace assets {
namespace {

http::Response refusal(int status, std::string_view detail) {
  http::Response response = http::problem(status, detail);
  response.fields.add("x-content-type-options", "nosniff");
  return response;
}

http::Response refuse_method(std::string_view method) {
  static constexpr auto known = std::to_array<std::string_view>(
      {"OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT"});
  if (std::ranges::find(known, method) == known.end()) {
    return refusal(501, "This method is not known here.");
  }
  http::Response response = http::method_not_allowed("GET, HEAD");
  response.fields.add("x-content-type-options", "nosniff");
  return response;
}

http::Response refuse_busy() {
  http::Response response = refusal(503, "The file cannot be read just now. Try again shortly.");
  response.fields.add("retry-after", "1");
  return response;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// From "/docs" to "/docs/". Made of the path as it was understood, so that it begins with one '/'
// and stays on this site: "//evil.test" would be another host.
http::Response redirect_into_folder(const http::Request& request) {
  const auto name = file_path(request.path());
  std::string location = "/";
  location += http::percent_encode(std::get<std::string>(name), "/!$&'()*+,;=:@");
  location += '/';
  const std::string_view query = request.query();
  if (!query.empty() && !has_control(query)) location.append("?").append(query);
  http::Response response;
  response.status = 308;
  response.fields = {
      {"location", location}, {"cache-control", "no-cache"}, {"x-content-type-options", "nosniff"}};
  return response;
}

http::Response redirect_by_rule(const RedirectRules::Verdict& verdict) {
  http::Response response;
  response.status = verdict.status;
  response.fields = {{"location", verdict.target},
                     {"cache-control", "no-cache"},
                     {"x-content-type-options", "nosniff"}};
  return response;
}

// Whether a browser asks for a page, as opposed to a part of one.
bool is_navigation(const http::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") return false;
  const std::string_view path = request.path();
  if (path.find("/.") != std::string_view::npos) return false;
  if (const auto mode = request.fields.get("sec-fetch-mode")) return *mode == "navigate";
  const auto accept = request.fields.get("accept");
  const bool named = path.substr(path.rfind('/') + 1).find('.') != std::string_view::npos;
  return !named && accept && accept->find("text/html") != std::string_view::npos;
}

http::Response send_whole(const Variant& variant) {
  http::Response response;
  response.prepared = variant.fields;
  response.body = variant.body(variant.whole());
  return response;
}

http::Response not_modified(const Variant& variant) {
  http::Response response;
  response.status = 304;
  response.prepared = variant.not_modified;
  return response;
}

http::Response send_slice(const Variant& variant, Slice slice) {
  http::Response response;
  response.status = 206;
  response.prepared = variant.fields;
  response.fields.add("content-range", content_range(slice, variant.content.length));
  response.body = variant.body(slice);
  return response;
}

http::Response send_slices(const Variant& variant, const std::vector<Slice>& slices,
                           std::uint64_t boundary) {
  http::Response response;
  response.status = 206;
  Multipart multipart = multipart_of(variant, slices, boundary);
  response.fields = *variant.fields;
  response.fields.set("content-type", multipart.content_type);
  response.body = std::move(multipart.body);
  return response;
}

http::Response refuse_range(const Variant& variant) {
  http::Response response = refusal(416, "None of the ranges lies within this file.");
  response.fields.add("content-range", unsatisfied_content_range(variant.content.length));
  return response;
}

http::Response refuse_codings() {
  http::Response response =
      refusal(406, "This file exists in no coding that accept-encoding allows.");
  response.fields.add("vary", "accept-encoding");
  return response;
}

// The page stands for many paths: no validators, no ranges, nothing to keep.
http::Response send_missing_page(const Variant& page) {
  http::Response response;
  response.status = 404;
  response.fields = *page.fields;
  for (const auto name : {"etag", "last-modified", "accept-ranges"}) response.fields.remove(name);
  response.fields.set("cache-control", "no-cache");
  response.body = page.body(page.whole());
  return response;
}

SiteRules::Kind kind_of(const Asset& asset) {
  const bool page = asset.content_type.starts_with("text/html");
  return page ? SiteRules::Kind::page : SiteRules::Kind::other;
}

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

FileHandler::FileHandler(AssetStore& store, Options options)
    : store_(store), options_(options), boundary_(std::random_device{}()) {}

void FileHandler::handle(const http::Request& request, http::Exchange exchange) {
  const bool reading = request.method == "GET" || request.method == "HEAD";
  const bool nobody = !options_.next && !options_.rules;
  if (!reading && nobody) return exchange.respond(refuse_method(request.method));

  const Lookup found = find(request.path());
  if (auto ruled = answer_by_rule(request, found)) return exchange.respond(std::move(*ruled));
  const bool ours = found.outcome == Outcome::found || found.outcome == Outcome::directory;
  if (!reading && (ours || !options_.next)) {
    return exchange.respond(refuse_method(request.method));
  }

  switch (found.outcome) {
    case Outcome::found:
      return reply(request, found.asset, std::move(exchange));
    case Outcome::directory:
      return exchange.respond(redirect_into_folder(request));
    case Outcome::bad_path:
      return exchange.respond(refusal(400, "The path of this request is malformed."));
    case Outcome::too_long:
      return exchange.respond(refusal(414, "The path of this request is too long."));
    case Outcome::forbidden:
      return exchange.respond(refusal(403, "The server may not read this file."));
    case Outcome::busy:
      return exchange.respond(refuse_busy());
    case Outcome::missing:
    case Outcome::unmappable:
      break;
  }

  if (options_.spa == Spa::on && is_navigation(request)) {
    const Lookup app = store_.find("/");
    if (app.asset) return reply(request, app.asset, std::move(exchange));
  }
  if (options_.next) return options_.next->handle(request, std::move(exchange));
  if (found.outcome == Outcome::unmappable) {
    return exchange.respond(refusal(400, "No file can have the path of this request."));
  }
  exchange.respond(answer_missing(request));
}

// A folder without a page is nothing that can be asked for, if somebody else may have its path.
Lookup FileHandler::find(std::string_view path) {
  Lookup found = store_.find(path);
  if (found.outcome == Outcome::directory && options_.next &&
      store_.find(std::string(path) + '/').outcome == Outcome::missing) {
    found.outcome = Outcome::missing;
  }
  return found;
}

// At once, or when a coding has been made that takes long. Pages of rules and errors are small.
void FileHandler::reply(const http::Request& request, const std::shared_ptr<const Asset>& asset,
                        http::Exchange exchange) {
  if (!store_.may_take_long(*asset)) return exchange.respond(answer(request, asset));
  const auto coding = store_.to_make(asset, AcceptedCodings(request.fields));
  if (!coding) return exchange.respond(answer(request, asset));
  struct Waiting {
    http::Request request;
    http::Exchange exchange;
  };
  auto waiting = std::make_shared<Waiting>(Waiting{request, std::move(exchange)});
  store_.make(asset, *coding, [this, waiting](const std::shared_ptr<const Asset>& made) {
    reply(waiting->request, made, std::move(waiting->exchange));
  });
}

http::Response FileHandler::answer(const http::Request& request,
                                   const std::shared_ptr<const Asset>& asset) {
  const auto variant = store_.select(asset, AcceptedCodings(request.fields));
  if (!variant) return refuse_codings();
  const Validators current{variant->etag, asset->modified, variant->content.length};
  http::Response response = std::visit(
      Overloaded{
          [&](Whole) { return send_whole(*variant); },
          [&](NotModified) { return not_modified(*variant); },
          [&](Failed) { return refusal(412, "The file is not in the state that was asked for."); },
          [&](Unsatisfiable) { return refuse_range(*variant); },
          [&](const Partial& partial) {
            if (partial.slices.size() == 1) return send_slice(*variant, partial.slices.front());
            const auto kind = kind_of(*asset);
            return send_slices(dressed(request, *variant, kind), partial.slices, boundary_++);
          },
      },
      decide(request, current));
  response.priority = asset->priority;
  dress(request, *asset, response);
  return response;
}

void FileHandler::dress(const http::Request& request, const Asset& asset,
                        http::Response& response) {
  // Problems are no files; parts of several ranges are made of what is dressed already.
  if (!options_.rules || !response.prepared) return;
  response.prepared =
      options_.rules->dressed(request.authority, request.target, response.prepared, kind_of(asset));
}

Variant FileHandler::dressed(const http::Request& request, Variant variant, SiteRules::Kind kind) {
  if (!options_.rules) return variant;
  variant.fields = options_.rules->dressed(request.authority, request.target, variant.fields, kind);
  return variant;
}

std::optional<http::Response> FileHandler::answer_by_rule(const http::Request& request,
                                                          const Lookup& found) {
  const bool known = found.outcome == Outcome::found || found.outcome == Outcome::directory ||
                     found.outcome == Outcome::missing || found.outcome == Outcome::forbidden;
  if (!options_.rules || !known) return std::nullopt;
  bool exists = found.outcome == Outcome::found || found.outcome == Outcome::forbidden;
  if (found.outcome == Outcome::directory) {
    exists = store_.lookup(std::string(request.path()) + '/') != nullptr;
  }
  const auto verdict =
      options_.rules->redirect(request.authority, request.target,
                               exists ? RedirectRules::Exists::yes : RedirectRules::Exists::no);
  if (!verdict) return std::nullopt;
  if (verdict->status >= 300 && verdict->status < 400) return redirect_by_rule(*verdict);
  if (verdict->status == 414) {
    return refusal(414, "The path of this request is too long to be led elsewhere.");
  }
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  const std::string path = verdict->target.substr(0, verdict->target.find_first_of("?#"));
  Lookup there = store_.find(path);
  if (there.outcome == Outcome::directory) there = store_.find(path + '/');
  if (verdict->status == 404) return answer_missing(request, there.asset);
  return there.asset ? answer(request, there.asset) : answer_missing(request);
}

http::Response FileHandler::answer_missing(const http::Request& request) {
  return answer_missing(request, store_.lookup("/404.html"));
}

http::Response FileHandler::answer_missing(const http::Request& request,
                                           const std::shared_ptr<const Asset>& page) {
  const auto variant = page ? store_.select(page, AcceptedCodings(request.fields)) : nullptr;
  if (!variant) return refusal(404, "There is no such file.");
  http::Response response = send_missing_page(dressed(request, *variant, SiteRules::Kind::page));
  response.priority = page->priority;
  return response;
}

}  // namespace assets
