// RequestContent: the content of one request as it comes in: what is here of it, who waits for it,
// and what room it takes in the windows (RFC 9113 section 6.9). Most requests end with their fields
// and have none; so this is apart from their Stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/body.h"
#include "server/http/content.h"
#include "server/net/loop.h"

namespace h2 {

class Stream;

class RequestContent final : private http::ContentSource {
 public:
  // Of `stream`, which owns it. `length`: what the request declares. `room`: bytes that the client
  // may send at first.
  RequestContent(Stream& stream, std::optional<std::uint64_t> length, std::int64_t room);
  ~RequestContent() { cut(); }
  RequestContent(const RequestContent&) = delete;
  RequestContent& operator=(const RequestContent&) = delete;

  // ---- the session's own account
  std::int64_t window;                // bytes
  std::size_t to_give_back = 0;       // of the window
  std::optional<std::uint64_t> left;  // still to come, if the length is declared
  http::Headers trailers;
  bool put_off = false;  // deliver() waits for its turn

  // ---- as its frames are read
  void receive(std::string_view piece);
  // Of padding, which takes room in the windows as content does.
  void skip(std::size_t bytes) { consumed_ += bytes; }
  void end() { ended_ = true; }
  bool ended() const { return ended_; }

  // Bytes that have been read, collected or dropped since the last call: the session opens the
  // windows by as much.
  std::size_t take_consumed() { return std::exchange(consumed_, 0); }
  // Bytes that are here and keep the windows as far shut: the stream's end gives them back.
  std::size_t unconsumed() const { return text_.size() - counted_; }

  // ---- for whoever is to answer the request
  // As Wire has them.
  void collect(std::size_t limit, std::function<void(std::string)> then);
  std::unique_ptr<http::Body> reader();

  // ---- the session acts
  // Wakes whoever reads it as it comes.
  void tell_reader();
  // It has been asked for, and is whole or too much: whoever collects it has work to do now.
  bool collected() const;
  // Gives it away then; otherwise does nothing. May end the stream.
  void deliver();
  // The request is answered: what nobody reads by now nobody will.
  void answered();
  // The stream is gone, or about to be.
  void cut();
  bool unwanted() const { return unwanted_; }
  // Somebody waits for content that the client has yet to send.
  bool awaited() const;
  // Since when, at most.
  net::Clock::time_point last_came() const { return last_came_; }

 private:
  http::Read read_content(std::span<std::byte> into) override;
  http::Headers take_trailers() override { return std::exchange(trailers, {}); }
  void reader_gone() override;
  void drop();
  void refuse();

  Stream& stream_;
  http::ContentBody* reader_ = nullptr;  // whoever of the two goes first tells the other
  std::string text_;
  std::size_t limit_ = 0;
  std::size_t consumed_ = 0;  // for take_consumed()
  std::size_t counted_ = 0;   // of text_, what consumed_ has had: all that is being collected
  std::function<void(std::string)> collecting_;
  net::Clock::time_point last_came_;
  bool ended_ = false;
  bool unwanted_ = false;  // nobody will read it: consume and forget
};

}  // namespace h2
