#include "cli/access_line.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "server/h2/frame.h"
#include "server/http/problem.h"

namespace cli {
namespace {

using std::chrono::microseconds;

// ASCII without control characters, quotes and backslashes stands for itself in JSON.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
  });
}

void append_string(std::string& out, std::string_view text) {
  if (!is_plain(text)) {
    out += http::json_string(text);
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += ",\"";
  out += name;
  out += "\":";
  append_string(out, text);
}

// The second is formatted once for all lines of this thread that fall into it.
void append_time(std::string& out, std::chrono::system_clock::time_point now) {
  thread_local std::chrono::sys_seconds formatted{std::chrono::seconds(-1)};
  thread_local std::string text;
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (second != formatted) {
    text.clear();
    fmt::format_to(std::back_inserter(text), "{:%Y-%m-%dT%H:%M:%S}",
                   fmt::gmtime(std::chrono::system_clock::to_time_t(second)));
    formatted = second;
  }
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now - second).count();
  fmt::format_to(std::back_inserter(out), "{{\"time\":\"{}.{:03}Z\"", text, millis);
}

void append_milliseconds(std::string& out, std::string_view name, microseconds time) {
  const auto count = std::max(time, microseconds::zero()).count();
  fmt::format_to(std::back_inserter(out), ",\"{}\":{}.{:03}", name, count / 1000, count % 1000);
}

// Version 00 of W3C Trace Context: 00-(32 digits)-(16)-(2). Other things are not worth a line.
bool is_traceparent(std::string_view text) {
  if (text.size() != 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  return std::ranges::all_of(
      text, [](char c) { return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// A name that occurs several times becomes one list, where it stands first.
void append_notes(std::string& out, const std::vector<http::Note>& notes) {
  const auto same = [&](std::size_t from, std::size_t until, const http::Note& note) {
    std::size_t count = 0;
    for (std::size_t i = from; i < until; ++i) count += notes[i].name == note.name ? 1 : 0;
    return count;
  };
  for (std::size_t i = 0; i < notes.size(); ++i) {
    if (same(0, i, notes[i]) > 0) continue;
    out += ',';
    append_string(out, notes[i].name);
    out += ':';
    const bool several = same(i + 1, notes.size(), notes[i]) > 0;
    if (several) out += '[';
    append_string(out, notes[i].value);
    for (std::size_t j = i + 1; several && j < notes.size(); ++j) {
      if (notes[j].name != notes[i].name) continue;
      out += ',';
      append_string(out, notes[j].value);
    }
    if (several) out += ']';
  }
}

// Mercure 0.x lets a token come in the query, and whoever reads the log could use it.
std::string without_token(std::string_view target) {
  std::string out(target);
  constexpr std::string_view name = "authorization=";
  for (std::size_t at = out.find(name); at != out.npos; at = out.find(name, at + name.size())) {
    if (at == 0 || (out[at - 1] != '?' && out[at - 1] != '&')) continue;
    const std::size_t value = at + name.size();
    out.replace(value, std::min(out.find('&', value), out.size()) - value, "...");
  }
  return out;
}

}  // namespace

void append_access_line(std::string& out, const http::Access& access,
                        std::chrono::system_clock::time_point now) {
  append_time(out, now);
  append_member(out, "remote", access.peer.address);
  fmt::format_to(std::back_inserter(out), ",\"connection\":{},\"stream\":{}",
                 access.peer.connection, access.stream);
  append_member(out, "method", access.method);
  append_member(out, "authority", access.authority);
  append_member(out, "target", without_token(access.target));
  fmt::format_to(std::back_inserter(out), ",\"status\":{},\"bytes\":{}", access.status,
                 access.bytes);
  append_milliseconds(out, "duration_ms", access.took);
  if (access.status != 0) append_milliseconds(out, "first_byte_ms", access.first_byte);
  append_member(out, "protocol", http::protocol_id(access.version));
  append_member(out, "tls", access.peer.tls);
  append_member(out, "cipher", access.peer.cipher);
  if (access.peer.resumed) out += ",\"resumed\":true";
  if (access.pushed) out += ",\"pushed\":true";
  if (access.error_code != 0)
    append_member(out, "error", h2::name_of(h2::ErrorCode{access.error_code}));
  append_member(out, "user_agent", access.user_agent);
  append_member(out, "referer", access.referer);
  if (is_traceparent(access.traceparent)) append_member(out, "traceparent", access.traceparent);
  append_notes(out, access.notes);
  out += "}\n";
}

}  // namespace cli
