#include "server/http/content.h"

#include <charconv>
#include <stdexcept>
#include <utility>

namespace http {

std::optional<std::uint64_t> content_length(const Request& request) {
  const auto text = request.fields.get("content-length");
  if (!text) return std::nullopt;
  std::uint64_t length = 0;
  std::from_chars(text->data(), text->data() + text->size(), length);
  return length;
}

ContentBody::~ContentBody() {
  if (source_) source_->reader_gone();
}

Read ContentBody::read(std::span<std::byte> into, Waker& later) {
  if (!source_) throw std::runtime_error("the client has left in the middle of its content");
  later_ = nullptr;  // nobody is woken from inside a read, whatever comes in meanwhile
  const Read got = source_->read_content(into);
  if (got.bytes == 0 && !got.end) later_ = &later;
  return got;
}

Headers ContentBody::trailers() { return source_ ? source_->take_trailers() : Headers(); }

void ContentBody::wake() {
  if (Waker* later = std::exchange(later_, nullptr)) later->wake();
}

void ContentBody::cut() {
  source_ = nullptr;
  wake();
}

}  // namespace http
