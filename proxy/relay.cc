#include "proxy/relay.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "proxy/multi.h"

namespace proxy {
namespace {

// Says how long the content of an answer to HEAD would be.
class Unsent final : public http::Body {
 public:
  explicit Unsent(std::optional<std::uint64_t> length) : length_(length) {}
  std::optional<std::uint64_t> length() const override { return length_; }
  http::Read read(std::span<std::byte>, http::Waker&) override { return {0, true}; }

 private:
  std::optional<std::uint64_t> length_;
};

bool bodiless(int status) { return status == 204 || status == 304; }

bool is_event_stream(std::string_view content_type) {
  return http::equal_ignoring_case(content_type.substr(0, 17), "text/event-stream");
}

std::string seconds_text(std::chrono::milliseconds time) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time).count();
  return std::to_string(seconds) + (seconds == 1 ? " second" : " seconds");
}

}  // namespace

// Whoever of relay and content goes first tells the other.
class Relay::Content final : public http::Body {
 public:
  Content(Relay& relay, std::optional<std::uint64_t> length) : relay_(&relay), length_(length) {
    relay.content_ = this;
  }
  ~Content() override {
    if (!relay_) return;
    relay_->content_ = nullptr;
    relay_->reader_ = nullptr;
    relay_->end();
  }
  void forget() { relay_ = nullptr; }

  std::optional<std::uint64_t> length() const override { return length_; }
  http::Read read(std::span<std::byte> into, http::Waker& later) override {
    if (!relay_) throw std::runtime_error("the proxy has gone");
    return relay_->read(into, later);
  }
  http::Headers trailers() override {
    return relay_ ? response_trailers(relay_->head_.trailers()) : http::Headers();
  }

 private:
  Relay* relay_;
  std::optional<std::uint64_t> length_;
};

Relay::Relay(Surroundings surroundings, const http::Request& request, http::Exchange exchange,
             std::function<void()> over)
    : at_(surroundings),
      over_(std::move(over)),
      exchange_(std::move(exchange)),
      authority_(request.authority),
      audience_(audience_of(request)),
      upload_(request.method == "HEAD" ? nullptr : exchange_.content()),
      head_(at_.options.head),
      heard_(at_.loop.now()),
      deadline_(at_.loop, [this] { on_deadline(); }),
      send_later_(at_.loop,
                  [this] {
                    if (transfer_) transfer_->send_more();
                  }),
      receive_later_(at_.loop, [this] {
        if (transfer_) transfer_->receive_more();
      }) {
  call_.method = request.method;
  call_.target = request.target;
  call_.fields = request_fields(request, at_.options.forwarding);
  if (upload_) {
    // HTTP/1.1 has room for trailers behind chunked content only.
    const bool announced = request.fields.has("trailer");
    const auto length = announced ? std::nullopt : upload_->length();
    call_.content = length ? Call::Content::of_length : Call::Content::of_unknown_length;
    call_.length = length.value_or(0);
  }
}

Relay::~Relay() {
  if (content_) content_->forget();
  // Nobody is left who could be woken.
  upload_ = nullptr;
  leave_member({Outcome::Kind::stopped, ""});
}

void Relay::begin() {
  exchange_.on_gone([this] { end(); });
  Pool::Member* member = at_.pool.choose(tried_);
  if (!member) return fail(503, "No server of this app is in order just now.", "none is in order");
  attempt(*member);
  deadline_.start(at_.options.first_byte);
}

// ---------------------------------------------------------------------------------- the answer

Relay::Verdict Relay::on_head_line(std::string_view line) {
  if (ended_) return Verdict::stop;
  heard_ = at_.loop.now();
  switch (head_.take(line)) {
    case ResponseHead::Stage::reading:
      break;
    case ResponseHead::Stage::interim:
      pass_interim();
      break;
    case ResponseHead::Stage::final:
      if (!answered_) answer();
      break;
    case ResponseHead::Stage::wrong:
      return Verdict::stop;
  }
  return ended_ ? Verdict::stop : Verdict::go_on;
}

// 100 is Herald's own to say, when the app has asked for the content.
void Relay::pass_interim() {
  const http::Headers fields = response_fields(head_.fields());
  if (head_.status() == 103) return exchange_.hint(fields);
  if (head_.status() > 100) exchange_.interim(head_.status(), fields);
}

void Relay::answer() {
  answered_ = true;
  member_->figures.answered(std::chrono::duration_cast<Figures::Duration>(at_.loop.now() - asked_));
  http::Response response;
  response.status = head_.status();
  response.fields = response_fields(head_.fields());
  response.fields.add("via", "1.1 herald");
  const std::string type(response.fields.get("content-type").value_or(""));
  const bool live = is_event_stream(type);
  response.live = live;
  response.priority = priority_of(type);
  if (call_.method == "HEAD") {
    response.body = std::make_unique<Unsent>(head_.length());
  } else if (!bodiless(response.status)) {
    response.body = std::make_unique<Content>(*this, head_.length());
  }
  left_ = head_.length();
  // After an error libcurl sends no more, but goes on waiting for what it has been made to wait
  // for.
  if (transfer_->waits_for_content()) send_later_.schedule();
  live ? deadline_.stop() : deadline_.start(at_.options.idle);
  exchange_.respond(std::move(response));
}

Relay::Verdict Relay::on_content(std::span<const std::byte> bytes) {
  if (ended_ || !answered_) return Verdict::stop;
  if (held() >= at_.options.buffer) return Verdict::wait;
  heard_ = at_.loop.now();
  if (held() == 0) {
    buffer_.clear();
    given_ = 0;
  }
  buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (left_) *left_ -= std::min<std::uint64_t>(*left_, bytes.size());
  wake_reader();
  return Verdict::go_on;
}

http::Read Relay::read(std::span<std::byte> into, http::Waker& later) {
  const std::size_t bytes = std::min(into.size(), held());
  std::copy_n(reinterpret_cast<const std::byte*>(buffer_.data()) + given_, bytes, into.begin());
  given_ += bytes;
  if (held() > 0) return {bytes, false};
  // An app server may say all of its answer before it has all of the request.
  if (whole_ || left_ == 0) return {bytes, true};
  if (cut_ && bytes == 0) throw std::runtime_error("the app server ended in mid-answer");
  if (bytes == 0) reader_ = &later;
  receive_later_.schedule();
  return {bytes, false};
}

void Relay::wake_reader() {
  if (http::Waker* reader = std::exchange(reader_, nullptr)) reader->wake();
}

void Relay::fail(const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::unreachable:
      return fail(502,
                  "The app behind this server cannot be reached: it may have stopped, or be about "
                  "to start.",
                  outcome.reason);
    case Outcome::Kind::late_to_connect:
      return fail(504, "The app behind this server could not be reached in time.", outcome.reason);
    case Outcome::Kind::lost:
      return fail(502, "The app behind this server ended the connection without an answer.",
                  outcome.reason);
    default:
      return fail(502,
                  "The app behind this server gave an answer that is not HTTP, or whose fields are "
                  "larger than is taken here.",
                  outcome.reason);
  }
}

void Relay::fail(int status, std::string_view detail, const std::string& reason) {
  http::Response response = failure(status, detail, audience_);
  response.notes.push_back({"upstream_error", reason});
  answered_ = true;
  exchange_.respond(std::move(response));
  end();
}

void Relay::on_deadline() {
  const auto now = at_.loop.now();
  // While the client is the slow one, nobody waits for the app server.
  const bool clients_turn =
      held() > 0 || (transfer_ && transfer_->waits_for_content() && !answered_);
  if (clients_turn) heard_ = now;
  const auto allowed = answered_ ? at_.options.idle : at_.options.first_byte;
  if (now - heard_ < allowed) return deadline_.start(heard_ + allowed - now);
  if (answered_) {
    // All of the answer has gone, and the app server takes no more of the request.
    if (!content_) return end();
    leave_member({Outcome::Kind::lost, "no more of the answer within " + seconds_text(allowed)});
    transfer_.reset();
    cut_ = true;
    return wake_reader();
  }
  const bool connected = transfer_ && transfer_->sent();
  leave_member({connected ? Outcome::Kind::late_to_answer : Outcome::Kind::late_to_connect,
                "no answer within " + seconds_text(allowed)});
  fail(504, "The app behind this server gave no answer within " + seconds_text(allowed) + ".",
       "no answer in time");
}

void Relay::end() {
  if (std::exchange(ended_, true)) return;
  deadline_.stop();
  over_();
}

}  // namespace proxy
