// Exchange: the move-only right to answer one request, once, now or later.
// Wire is what stands behind it: a stream of HTTP/2, a middleware's decorator, or a test double.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/headers.h"
#include "server/http/message.h"

namespace http {

// What became of a wish to push (RFC 9113 section 8.4).
enum class Push {
  promised,   // PUSH_PROMISE is on its way, the asset will be served by the same root handler
  refused,    // the peer does not take pushes: ENABLE_PUSH is 0 or MAX_CONCURRENT_STREAMS is 0
  repeated,   // this connection has requested it or been promised it before
  nested,     // the request was itself pushed
  exhausted,  // enough has been pushed already
  unwanted,   // the client has cancelled several pushes on this connection
  gone,       // the client has left, or was answered already
};

class Exchange;
// Receives the whole content of a request, and the exchange back.
using Collected = std::function<void(Exchange, std::string content)>;

class Wire {
 public:
  virtual ~Wire() = default;

  // False once the client has gone: nothing said here will be heard.
  virtual bool alive() const = 0;
  // 103 Early Hints with these fields, at once (RFC 8297). Only before respond().
  virtual void hint(const Headers& fields) = 0;
  // Another interim answer, 102 or 104 to 199 (RFC 9110 section 15.2). Likewise.
  virtual void interim(int status, const Headers& fields) = 0;
  // Promises GET `target` and asks it of the root handler. Only before respond().
  virtual Push push(std::string_view target, Priority priority) = 0;
  // At most once.
  virtual void respond(Response response) = 0;
  // Gathers the content; more than `limit` bytes is answered 413 by the engine. `then` is called
  // once, with an exchange over this wire, on this thread, perhaps before collect() returns; never
  // if the client leaves first.
  virtual void collect(std::size_t limit, std::function<void(std::string)> then) = 0;
  // The content as it comes, instead of collect(); null if the request has none. At most once. What
  // is not read stays with the client (RFC 9113 section 5.2); a client that leaves in the middle
  // makes read() throw. It may be read on after respond(), and may outlive the stream.
  virtual std::unique_ptr<Body> content() = 0;
  // `told` is called once if the client goes before the answer; it is dropped with the wire.
  virtual void on_gone(std::function<void()> told) = 0;
  // For the access log, whether or not there will be an answer. One of the same name is replaced.
  virtual void note(Note note) = 0;
};

// Every call is harmless once the client has gone. Dropped without an answer it answers 500.
class Exchange {
 public:
  Exchange() = default;
  explicit Exchange(std::unique_ptr<Wire> wire) : wire_(std::move(wire)) {}
  Exchange(Exchange&&) = default;
  Exchange& operator=(Exchange&& other) noexcept;
  ~Exchange();

  // False when empty, moved from, answered, or the client has gone.
  bool alive() const { return wire_ && wire_->alive(); }

  void hint(const Headers& fields);
  void interim(int status, const Headers& fields);
  Push push(std::string_view target, Priority priority = {});
  // Answers; the exchange is empty afterwards.
  void respond(Response response);

  // The content as it comes; null if there is none, or the client has gone (see Wire::content).
  std::unique_ptr<Body> content();
  // Tells when the client goes before the answer, so that work for nobody can be stopped. Replaces
  // what was asked for before. `told` may drop this exchange.
  void on_gone(std::function<void()> told);
  // What the access log is to say of this exchange even if its client goes before the answer: such
  // as who has been asked for one. An answer's own notes follow it.
  void note(Note note);

  // Gives the exchange away until the content is there (see Wire::collect).
  static void collect(Exchange exchange, std::size_t limit, Collected then);

 private:
  std::unique_ptr<Wire> wire_;
};

}  // namespace http
