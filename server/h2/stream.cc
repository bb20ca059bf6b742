#include "server/h2/stream.h"

#include "server/h2/session.h"

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
  std::unique_ptr<http::Body> content() override {
    return stream_->content_ ? stream_->content_->reader() : nullptr;
  }
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

Stream::Stream(Session& session, std::uint32_t id)
    : Entry(id), session_(session), began_(session.around_.loop.now()), last_progress_(began_) {}

Stream::~Stream() {
  content_.reset();  // its reader may have something to say to the exchange
  if (wire_) wire_->forget();
}

http::Exchange Stream::exchange() { return http::Exchange(std::make_unique<Wire>(*this)); }

void Stream::close(ErrorCode code) {
  closed_ = true;
  error_code_ = code;
}

void Stream::tell_gone() {
  if (content_) content_->cut();
  if (wire_) wire_->tell_gone();
}

// ------------------------------------------------------------------------------------ the content

void Stream::expect_content(std::optional<std::uint64_t> length, std::int64_t room) {
  content_ = std::make_unique<RequestContent>(*this, length, room);
}

void Stream::collect(std::size_t limit, std::function<void(std::string)> then) {
  if (!content_) return then({});
  content_->collect(limit, std::move(then));
}

void Stream::content_wanted() { session_.content_wanted(*this); }

void Stream::proceed() { session_.proceed(*this); }

net::Clock::time_point Stream::now() const { return session_.around_.loop.now(); }

// ----------------------------------------------------------------------------------- the response

void Stream::respond(http::Response response) {
  answered_ = true;
  answered_at_ = session_.around_.loop.now();
  last_progress_ = answered_at_;
  response.note_first(std::move(response_.notes));
  response_ = std::move(response);
  if (content_) content_->answered();
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

// A stream that waits may wait for hours: what has been sent and handled needs no room meanwhile,
// but for what the access log wants. Exchanged and copied, not assigned and moved: a string that is
// assigned a short text keeps its room for a long one.
void Stream::shrink() {
  if (shrunk_) return;
  shrunk_ = true;
  std::exchange(response_.fields, {});
  response_.prepared = nullptr;
  const http::Request handled = std::exchange(request, {});
  request.pushed = handled.pushed;
  if (!session_.around_.log) return;
  request.method = handled.method;
  request.authority = handled.authority;
  request.target = handled.target;
  http::Headers logged;
  for (const char* name : {"user-agent", "referer", "traceparent"}) {
    if (const auto value = handled.fields.get(name)) logged.add(name, *value);
  }
  request.fields = logged;
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
          .stream = static_cast<std::int32_t>(id()),
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
