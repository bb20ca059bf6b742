// Parser: bytes to one request of HTTP/1.1 or 1.0, over the parser of Boost.Beast, which does no
// I/O. The only code that includes Boost.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "server/h1/framing.h"
#include "server/http/limits.h"
#include "server/http/message.h"

namespace h1 {

class Parser {
 public:
  enum class State {
    head,     // the header section is not whole yet
    content,  // it is; content is to come
    whole,    // nothing more belongs to this request
    broken,   // see objection(): nothing that follows can be understood
  };

  // `limits` must outlive the parser.
  explicit Parser(const http::Limits& limits);
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // Takes from the front of `bytes` and returns how many; the rest is to be given again, with more
  // behind it. Stops once when the header section is whole, so that limits can be set for what
  // follows, and at the end of the request.
  std::size_t feed(std::string_view bytes);

  State state() const { return state_; }
  // Why it is broken, or, once the head is whole, why it shall not be served.
  const Objection& objection() const { return objection_; }

  // ---- from State::content on; of a broken head, as far as it came
  http::Request& request();
  // Fields larger than Limits::header_bytes or more than header_fields: they are not all there.
  bool too_large() const;
  // The client would send another request on this connection (RFC 9112 section 9.3).
  bool keeps_alive() const;
  // It waits for 100 before it sends the content (RFC 9110 section 10.1.1); true once.
  bool take_expectation();
  // What feed() has found of the content since the last call.
  std::string take_content();
  // Those behind chunked content (RFC 9112 section 7.1.2), once it is whole.
  http::Headers take_trailers();

 private:
  struct Reader;
  void finish_head();

  std::unique_ptr<Reader> reader_;
  State state_ = State::head;
  Objection objection_;
};

}  // namespace h1
