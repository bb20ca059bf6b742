// Body: the bytes of one message, pulled by whoever sends them when there is room.
// Files, memory and live topics are all bodies; this file has the interface and the one over
// memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "server/http/headers.h"

namespace http {

// What one call of Body::read gave. {0, false} means: nothing yet, the waker will be called once.
struct Read {
  std::size_t bytes;
  bool end;           // true: this was the last of it (bytes may be 0)
  bool dear = false;  // true: they have cost so much that others should have their turn
  bool operator==(const Read&) const = default;
};

// Whoever waits for a body to have more.
class Waker {
 public:
  // Called at most once for each "nothing yet", on the reader's thread, never from inside read().
  virtual void wake() = 0;

 protected:
  ~Waker() = default;
};

// Read once, front to back, straight into the reader's buffer, on one thread. Owned by its reader;
// destroying it early is the way to cancel it, and it must then forget the waker.
class Body {
 public:
  virtual ~Body() = default;

  // Bytes still to come, known before the first read; none for a body that is live.
  virtual std::optional<std::uint64_t> length() const { return std::nullopt; }

  // Fills `into` (never empty) from the front. Throws if it cannot go on: the stream is then reset.
  virtual Read read(std::span<std::byte> into, Waker& later) = 0;

  // The fields behind the content (RFC 9110 section 6.5), asked for at most once, when read() has
  // given the end.
  virtual Headers trailers() { return {}; }
};

// A slice of shared text that does not change.
class MemoryBody final : public Body {
 public:
  explicit MemoryBody(std::shared_ptr<const std::string> text);
  // `offset + length` must lie within the text.
  MemoryBody(std::shared_ptr<const std::string> text, std::size_t offset, std::size_t length);

  std::optional<std::uint64_t> length() const override { return left_; }
  Read read(std::span<std::byte> into, Waker& later) override;

 private:
  std::shared_ptr<const std::string> text_;
  std::size_t next_;
  std::size_t left_;
};

std::unique_ptr<Body> text_body(std::string text);

}  // namespace http
