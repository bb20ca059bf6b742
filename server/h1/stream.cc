#include "server/h1/stream.h"

#include <algorithm>
#include <optional>

#include "server/h1/session.h"
#include "server/http/problem.h"

namespace h1 {

// Lives in an Exchange. Whoever of wire and stream goes first tells the other.
class Stream::Wire final : public http::Wire {
 public:
  explicit Wire(Stream& stream) : stream_(&stream) { stream.wire_ = this; }
  ~Wire() override {
    if (stream_) stream_->wire_ = nullptr;
  }
  void forget() { stream_ = nullptr; }

  bool alive() const override { return stream_ && !stream_->closed_ && !stream_->answered_; }
  // Clients of HTTP/1.1 are known to take a 103 for the answer (RFC 8297 section 3).
  void hint(const http::Headers&) override {}
  void interim(int status, const http::Headers& fields) override {
    stream_->session_.interim(status, fields);
  }
  http::Push push(std::string_view, http::Priority) override { return http::Push::refused; }
  void respond(http::Response response) override { stream_->respond(std::move(response)); }
  void collect(std::size_t limit, std::function<void(std::string)> then) override {
    stream_->collect(limit, std::move(then));  // may destroy this wire
  }
  std::unique_ptr<http::Body> content() override { return stream_->content(); }
  void on_gone(std::function<void()> told) override { told_ = std::move(told); }
  void note(http::Note note) override { http::put(stream_->response_.notes, std::move(note)); }
  void tell_gone() {
    const auto told = std::exchange(told_, nullptr);
    if (told) told();  // may destroy this wire
  }

 private:
  Stream* stream_;
  std::function<void()> told_;
};

Stream::Stream(Session& session, std::int32_t number, http::Request request)
    : session_(session),
      number_(number),
      request_(std::move(request)),
      began_(now()),
      last_progress_(began_),
      last_content_(began_) {}

Stream::~Stream() {
  cut_content();
  if (wire_) wire_->forget();
}

void Stream::close() {
  closed_ = true;
  cut_content();
  if (wire_) wire_->tell_gone();
}

net::Clock::time_point Stream::now() const { return session_.around_.loop.now(); }

http::Exchange Stream::exchange() { return http::Exchange(std::make_unique<Wire>(*this)); }

// ------------------------------------------------------------------------------------ the content

void Stream::receive(std::string_view content) {
  if (content.empty()) return;
  content_begun_ = true;
  last_content_ = now();
  if (!answered_ || reader_) content_.append(content);
}

void Stream::collect(std::size_t limit, std::function<void(std::string)> then) {
  content_limit_ = limit;
  collecting_ = std::move(then);
  last_content_ = now();
  if (http::content_length(request_).value_or(0) > limit) {
    refuse(http::content_too_large(content_limit_));  // no need to wait for what is too much
  } else {
    session_.want_content();
  }
}

bool Stream::awaits_content() const {
  if (content_ended_) return false;
  // An answer that has begun may go on for as long as the client wants to talk.
  return collecting_ != nullptr || (reader_ && reader_->waiting() && !answered_);
}

std::unique_ptr<http::Body> Stream::content() {
  if (content_ended_ && content_.empty()) return nullptr;
  auto reader = std::make_unique<http::ContentBody>(static_cast<http::ContentSource&>(*this),
                                                    http::content_length(request_));
  reader_ = reader.get();
  session_.want_content();
  return reader;
}

http::Read Stream::read_content(std::span<std::byte> into) {
  if (content_.empty()) session_.want_content();
  const std::size_t bytes = std::min(into.size(), content_.size());
  std::copy_n(reinterpret_cast<const std::byte*>(content_.data()), bytes, into.begin());
  content_.erase(0, bytes);
  if (bytes > 0) session_.want_content();
  last_content_ = now();  // the client's time begins when it is waited for
  return {bytes, content_ended_ && content_.empty()};
}

void Stream::cut_content() {
  if (reader_) std::exchange(reader_, nullptr)->cut();
}

void Stream::deliver_content() {
  if (reader_) reader_->wake();
  if (!collecting_ || answered_) return;
  if (content_.size() > content_limit_) return refuse(http::content_too_large(content_limit_));
  if (!content_ended_) return;
  const auto then = std::exchange(collecting_, nullptr);
  then(std::exchange(content_, {}));
}

void Stream::refuse(http::Response response) {
  const auto dropped = std::exchange(collecting_, nullptr);
  respond(std::move(response));
}

// ----------------------------------------------------------------------------------- the response

void Stream::respond(http::Response response) {
  answered_ = true;
  answered_at_ = now();
  last_progress_ = answered_at_;
  if (!reader_) content_ = {};
  response.note_first(std::move(response_.notes));
  response_ = std::move(response);
  session_.begin_response();
}

http::Read Stream::read(std::span<std::byte> into) {
  last_progress_ = now();
  const http::Read got = response_.body->read(into, *this);
  sent_ += got.bytes;
  waiting_ = got.bytes == 0 && !got.end;
  return got;
}

void Stream::wake() {
  if (!waiting_) return;
  waiting_ = false;
  last_progress_ = now();
  session_.note_output();
}

http::Access Stream::access(const http::Peer& peer, std::uint32_t error_code) const {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  return {.peer = peer,
          .version = request_.version,
          .method = request_.method,
          .authority = request_.authority,
          .target = request_.target,
          .user_agent = request_.fields.get("user-agent").value_or(""),
          .referer = request_.fields.get("referer").value_or(""),
          .traceparent = request_.fields.get("traceparent").value_or(""),
          .stream = number_,
          .status = answered_ ? response_.status : 0,
          .bytes = sent_,
          .took = duration_cast<microseconds>(now() - began_),
          .first_byte =
              answered_ ? duration_cast<microseconds>(answered_at_ - began_) : microseconds::zero(),
          .pushed = false,
          .error_code = error_code,
          .notes = response_.notes};
}

}  // namespace h1
