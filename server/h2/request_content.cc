#include "server/h2/request_content.h"

#include <algorithm>

#include "server/h2/stream.h"
#include "server/http/problem.h"

namespace h2 {

RequestContent::RequestContent(Stream& stream, std::optional<std::uint64_t> length,
                               std::int64_t room)
    : window(room), left(length), stream_(stream), last_came_(stream.now()) {}

void RequestContent::receive(std::string_view piece) {
  last_came_ = stream_.now();
  if (unwanted_) {
    consumed_ += piece.size();
    return;
  }
  text_.append(piece);
  if (!collecting_) return;
  consumed_ += piece.size();
  counted_ += piece.size();
}

void RequestContent::collect(std::size_t limit, std::function<void(std::string)> then) {
  const bool fits = http::content_length(stream_.request).value_or(0) <= limit;
  if (fits) stream_.proceed();
  limit_ = limit;
  collecting_ = std::move(then);
  last_came_ = stream_.now();
  consumed_ += unconsumed();
  counted_ = text_.size();
  stream_.content_wanted();
  if (!fits) return refuse();  // no need to wait for what is too much
  deliver();
}

std::unique_ptr<http::Body> RequestContent::reader() {
  if (ended_ && text_.empty()) return nullptr;
  stream_.proceed();
  auto made = std::make_unique<http::ContentBody>(static_cast<http::ContentSource&>(*this),
                                                  http::content_length(stream_.request));
  reader_ = made.get();
  return made;
}

http::Read RequestContent::read_content(std::span<std::byte> into) {
  const std::size_t bytes = std::min(into.size(), text_.size());
  std::copy_n(reinterpret_cast<const std::byte*>(text_.data()), bytes, into.begin());
  text_.erase(0, bytes);
  consumed_ += bytes;
  stream_.content_wanted();
  last_came_ = stream_.now();  // the client's time begins when it is waited for
  return {bytes, ended_ && text_.empty()};
}

void RequestContent::reader_gone() {
  reader_ = nullptr;
  drop();
}

void RequestContent::answered() {
  if (!reader_) drop();
}

void RequestContent::drop() {
  unwanted_ = true;
  consumed_ += unconsumed();
  text_ = {};
  counted_ = 0;
  stream_.content_wanted();
}

void RequestContent::cut() {
  if (reader_) std::exchange(reader_, nullptr)->cut();
}

bool RequestContent::awaited() const {
  if (ended_ || put_off) return false;
  // An answer that has begun may go on for as long as the client wants to talk.
  return collecting_ != nullptr || (reader_ && reader_->waiting() && !stream_.answered());
}

void RequestContent::refuse() {
  const auto dropped = std::exchange(collecting_, nullptr);
  stream_.respond(http::content_too_large(limit_));
}

void RequestContent::tell_reader() {
  if (reader_ && !stream_.closed()) reader_->wake();
}

bool RequestContent::collected() const {
  return collecting_ && !stream_.closed() && (ended_ || text_.size() > limit_);
}

void RequestContent::deliver() {
  if (!collected()) return;
  if (text_.size() > limit_) return refuse();
  const auto then = std::exchange(collecting_, nullptr);
  counted_ = 0;
  then(std::exchange(text_, {}));
}

}  // namespace h2
