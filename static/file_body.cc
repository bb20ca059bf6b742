#include "static/file_body.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "server/net/error.h"

namespace assets {

FileBody::FileBody(std::shared_ptr<const OpenFile> file, Slice slice)
    : file_(std::move(file)), next_(slice.offset), left_(slice.length) {}

http::Read FileBody::read(std::span<std::byte> into, http::Waker& /*later*/) {
  std::size_t filled = 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
  while (filled < wanted) {
    const ssize_t got =
        ::pread(file_->fd.get(), into.data() + filled, wanted - filled, static_cast<off_t>(next_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw net::SystemError("cannot read " + file_->path);
    if (got == 0) throw net::Error(file_->path + " became shorter while it was sent");
    filled += static_cast<std::size_t>(got);
    next_ += static_cast<std::uint64_t>(got);
  }
  left_ -= filled;
  return {filled, left_ == 0};
}

SequenceBody::SequenceBody(std::vector<std::unique_ptr<http::Body>> parts)
    : parts_(std::move(parts)) {
  for (const auto& part : parts_) left_ += part->length().value();
}

http::Read SequenceBody::read(std::span<std::byte> into, http::Waker& later) {
  std::size_t filled = 0;
  while (filled < into.size() && part_ < parts_.size()) {
    const http::Read got = parts_[part_]->read(into.subspan(filled), later);
    filled += got.bytes;
    if (got.end) parts_[part_++].reset();
  }
  left_ -= filled;
  return {filled, part_ == parts_.size()};
}

}  // namespace assets
