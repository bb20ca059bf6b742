// H1Peer: a client of HTTP/1.1 in memory, joined to an h1::Session without sockets, TLS or time of
// its own. Writes raw bytes and reads raw bytes: what matters here is their letter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/h1/session.h"
#include "server/net/loop.h"

namespace testing {

class H1Peer final : private http::AccessLog {
 public:
  // Both must outlive the peer; a session without a slice puts nothing off.
  explicit H1Peer(http::Handler& root, net::Slice* slice = nullptr)
      : session_({.root = root,
                  .limits = limits,
                  .peer = self,
                  .loop = loop,
                  .tally = tally,
                  .date = date_,
                  .log = this,
                  .slice = slice},
                 [this] { ++output_noted; }) {}

  // Sends, lets the session work, and gives what it has said since.
  std::string say(std::string_view bytes) {
    session_.receive(std::as_bytes(std::span(bytes)));
    return hear();
  }
  std::string hear() {
    std::string heard;
    for (bool more = true; more;) {
      output_.clear();
      more = session_.fill(output_);
      const auto bytes = output_.bytes();
      heard.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      if (bytes.empty()) break;
    }
    return heard;
  }
  h1::Session& session() { return session_; }

  http::Limits limits;
  http::Peer self;  // without TLS
  http::Tally tally;
  net::Loop loop{net::Loop::Time::manual};
  int output_noted = 0;
  struct Logged {
    std::string target;
    int status;
    std::uint32_t error_code;
    std::string notes = {};  // " name=value" of each
    bool operator==(const Logged&) const = default;
  };
  std::vector<Logged> logged;

 private:
  void completed(const http::Access& access) noexcept override {
    logged.push_back({std::string(access.target), access.status, access.error_code});
    for (const http::Note& note : access.notes) {
      logged.back().notes += ' ' + note.name + '=' + note.value;
    }
  }

  http::Date date_;
  http::Output output_;
  h1::Session session_;
};

// The part of an answer behind its head.
inline std::string content_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}
inline std::string status_of(const std::string& answer) { return answer.substr(0, 12); }

}  // namespace testing
