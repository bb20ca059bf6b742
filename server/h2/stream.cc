#include "server/h2/stream.h"

#include <algorithm>

#include "server/h2/session.h"
#include "server/http/problem.h"

namespace h2 {

// Lives in an Exchange. Whoever of wire and stream goes first tells the other.
class Stream::Wire final : public http::Wire {
 public:
  explicit Wire(Stream& stream) : stream_(&stream) { stream.wire_ = this; }
  ~Wire() override {
    if (stream_) stream_->wire_ = nullptr;
  }
  void forget() { stream_ = nullptr; }

  bool alive() const override { return stream_ && !stream_->closed_ && !stream_->answered_; }
  void hint(const http::Headers& fields) override {
    if (stream_->request.refuses_early_hints()) return;
    stream_->session_.interim(*stream_, 103, fields);
  }
  void interim(int status, const http::Headers& fields) override {
    stream_->session_.interim(*stream_, status, fields);
  }
  http::Push push(std::string_view target, http::Priority priority) override {
    return stream_->session_.push(*stream_, target, priority);
  }
  void respond(http::Response response) override { stream_->respond(std::move(response)); }
  void collect(std::size_t limit, std::function<void(std::string)> then) override {
    stream_->collect(limit, std::move(then));  // may destroy this wire
  }
  std::unique_ptr<http::Body> content() override { return stream_->content(); }
  void on_gone(std::function<void()> told) override { told_ = std::move(told); }
  void tell_gone() {
    const auto told = std::exchange(told_, nullptr);
    if (told) told();  // may destroy this wire
  }

 private:
  Stream* stream_;
  std::function<void()> told_;
};

Stream::Stream(Session& session, std::uint32_t id)
    : Entry(id),
      session_(session),
      id_(id),
      began_(session.around_.loop.now()),
      last_progress_(began_),
      last_content_(began_) {}

Stream::~Stream() {
  if (reader_) reader_->cut();
  if (wire_) wire_->forget();
}

http::Exchange Stream::exchange() { return http::Exchange(std::make_unique<Wire>(*this)); }

void Stream::close(ErrorCode code) {
  closed_ = true;
  error_code_ = code;
}

void Stream::tell_gone() {
  if (reader_) std::exchange(reader_, nullptr)->cut();
  if (wire_) wire_->tell_gone();
}

// ------------------------------------------------------------------------------------ the content

void Stream::receive(std::string_view content) {
  last_content_ = session_.around_.loop.now();
  if (content_unwanted_) {
    consumed_ += content.size();
    return;
  }
  content_.append(content);
  if (!collecting_) return;
  consumed_ += content.size();
  content_counted_ += content.size();
}

void Stream::collect(std::size_t limit, std::function<void(std::string)> then) {
  if (http::content_length(request).value_or(0) <= limit) session_.proceed(*this);
  content_limit_ = limit;
  collecting_ = std::move(then);
  last_content_ = session_.around_.loop.now();
  consumed_ += unconsumed();
  content_counted_ = content_.size();
  session_.content_wanted(*this);
  if (http::content_length(request).value_or(0) > limit) {
    refuse_content();  // no need to wait for what is too much
  } else {
    deliver_content();
  }
}

std::unique_ptr<http::Body> Stream::content() {
  if (content_ended_ && content_.empty()) return nullptr;
  session_.proceed(*this);
  auto reader = std::make_unique<http::ContentBody>(static_cast<http::ContentSource&>(*this),
                                                    http::content_length(request));
  reader_ = reader.get();
  return reader;
}

http::Read Stream::read_content(std::span<std::byte> into) {
  const std::size_t bytes = std::min(into.size(), content_.size());
  std::copy_n(reinterpret_cast<const std::byte*>(content_.data()), bytes, into.begin());
  content_.erase(0, bytes);
  consumed_ += bytes;
  session_.content_wanted(*this);
  last_content_ = session_.around_.loop.now();  // the client's time begins when it is waited for
  return {bytes, content_ended_ && content_.empty()};
}

void Stream::reader_gone() {
  reader_ = nullptr;
  drop_content();
}

void Stream::drop_content() {
  content_unwanted_ = true;
  consumed_ += unconsumed();
  content_ = {};
  content_counted_ = 0;
  session_.content_wanted(*this);
}

bool Stream::awaits_content() const {
  if (content_ended_) return false;
  // An answer that has begun may go on for as long as the client wants to talk.
  return collecting_ != nullptr || (reader_ && reader_->waiting() && !answered_);
}

void Stream::refuse_content() {
  const auto dropped = std::exchange(collecting_, nullptr);
  respond(http::problem(413, "The content of this request is larger than is taken here."));
}

void Stream::deliver_content() {
  if (reader_ && !closed_) reader_->wake();
  if (!collecting_ || closed_) return;
  if (content_.size() > content_limit_) {
    refuse_content();
    return;
  }
  if (!content_ended_) return;
  const auto then = std::exchange(collecting_, nullptr);
  content_counted_ = 0;
  then(std::exchange(content_, {}));
}

// ----------------------------------------------------------------------------------- the response

void Stream::respond(http::Response response) {
  answered_ = true;
  answered_at_ = session_.around_.loop.now();
  last_progress_ = answered_at_;
  response_ = std::move(response);
  if (!reader_) drop_content();
  session_.submit(*this, response_);
}

http::Read Stream::read(std::span<std::byte> into) {
  last_progress_ = session_.around_.loop.now();
  const http::Read got = response_.body->read(into, *this);
  sent_ += got.bytes;
  waiting_ = got.bytes == 0 && !got.end;
  if (waiting_) shrink();
  return got;
}

// A stream that waits may wait for hours: what has been sent and handled needs no room meanwhile.
void Stream::shrink() {
  if (shrunk_) return;
  shrunk_ = true;
  http::Headers kept;
  for (const char* name : {"user-agent", "referer", "traceparent"}) {
    const auto value = request.fields.get(name);
    if (value && session_.around_.log) kept.add(name, *value);
  }
  request.fields = std::move(kept);
  response_.fields = {};
  response_.prepared = nullptr;
}

void Stream::wake() {
  if (!waiting_ || closed_) return;
  waiting_ = false;
  last_progress_ = session_.around_.loop.now();
  session_.resume(*this);
}

http::Access Stream::access(const http::Peer& peer, net::Clock::time_point now) const {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  return {.peer = peer,
          .method = request.method,
          .authority = request.authority,
          .target = request.target,
          .user_agent = request.fields.get("user-agent").value_or(""),
          .referer = request.fields.get("referer").value_or(""),
          .traceparent = request.fields.get("traceparent").value_or(""),
          .stream = static_cast<std::int32_t>(id_),
          .status = answered_ ? response_.status : 0,
          .bytes = sent_,
          .took = duration_cast<microseconds>(now - began_),
          .first_byte =
              answered_ ? duration_cast<microseconds>(answered_at_ - began_) : microseconds::zero(),
          .pushed = request.pushed,
          .error_code = static_cast<std::uint32_t>(error_code_),
          .notes = response_.notes};
}

}  // namespace h2
