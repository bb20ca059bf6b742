#include "server/http/body.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace http {

MemoryBody::MemoryBody(std::shared_ptr<const std::string> text)
    : text_(std::move(text)), next_(0), left_(text_->size()) {}

MemoryBody::MemoryBody(std::shared_ptr<const std::string> text, std::size_t offset,
                       std::size_t length)
    : text_(std::move(text)), next_(offset), left_(length) {}

Read MemoryBody::read(std::span<std::byte> into, Waker& /*later*/) {
  const std::size_t bytes = std::min(into.size(), left_);
  std::memcpy(into.data(), text_->data() + next_, bytes);
  next_ += bytes;
  left_ -= bytes;
  return {bytes, left_ == 0};
}

std::unique_ptr<Body> text_body(std::string text) {
  return std::make_unique<MemoryBody>(std::make_shared<const std::string>(std::move(text)));
}

}  // namespace http
