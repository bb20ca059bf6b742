// Content: a request's content for whoever reads it as it comes, whatever version of HTTP brings
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "server/http/body.h"
#include "server/http/message.h"

namespace http {

// The length that the request declares (RFC 9110 section 8.6), which its session has found to be a
// number; none if it declares none.
std::optional<std::uint64_t> content_length(const Request& request);

// Where content comes in: a stream.
class ContentSource {
 public:
  // As Body::read, for what is there now.
  virtual Read read_content(std::span<std::byte> into) = 0;
  // As Body::trailers.
  virtual Headers take_trailers() = 0;
  // The reader has gone, perhaps early: the rest is not wanted.
  virtual void reader_gone() = 0;

 protected:
  ~ContentSource() = default;
};

// Lives with its reader. Whoever of it and the source goes first tells the other.
class ContentBody final : public Body {
 public:
  ContentBody(ContentSource& source, std::optional<std::uint64_t> length)
      : source_(&source), length_(length) {}
  ~ContentBody() override;
  ContentBody(const ContentBody&) = delete;
  ContentBody& operator=(const ContentBody&) = delete;

  std::optional<std::uint64_t> length() const override { return length_; }
  // Throws once the source has gone.
  Read read(std::span<std::byte> into, Waker& later) override;
  // As the client has sent them, whatever length it has told; none once the source has gone.
  Headers trailers() override;

  // ---- for the source
  // The reader has had all there is, and wants to be woken.
  bool waiting() const { return later_ != nullptr; }
  void wake();
  // There will be no more, and it is not whole; the source is not asked again.
  void cut();

 private:
  ContentSource* source_;
  const std::optional<std::uint64_t> length_;
  Waker* later_ = nullptr;
};

}  // namespace http
