// What a Session does for its streams: responses, hints and pushes become frames.
#include <algorithm>
#include <array>
#include <charconv>

#include "server/h2/session.h"

namespace h2 {
namespace {

bool bodiless(int status) { return status == 204 || status == 304; }

// A number as text, without an allocation.
class Digits {
 public:
  explicit Digits(std::uint64_t number)
      : end_(std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr) {}
  operator std::string_view() const { return {text_.data(), end_}; }

 private:
  std::array<char, 20> text_;
  const char* end_;
};

}  // namespace

void Session::prioritise(Stream& stream, const http::Response& response) {
  if (stream.request.pushed) return;  // was told when it was promised
  if (response.live) {
    queue_.go_live(stream);
  } else if (!stream.client_prioritised && response.priority != http::Priority{}) {
    queue_.set_priority(stream, response.priority);
  }
}

void Session::submit(Stream& stream, http::Response& response) {
  if (response.live) ++live_;
  if (stream.closed() || ending_) return;
  if (stream.request.pushed) {
    if (response.status >= 300) return reset(stream, ErrorCode::cancel);  // nobody asked for it
    if (room_for_pushes() == 0) {
      held_pushes_.push_back(&stream);
      return;
    }
  }
  send_response(stream, response);
  note_output();
}

void Session::send_response(Stream& stream, http::Response& response) {
  prioritise(stream, response);
  stream.begun = true;
  if (stream.request.pushed) ++answered_pushes_;
  const std::optional<std::uint64_t> length =
      response.body ? response.body->length() : std::optional<std::uint64_t>(0);
  writer_.begin_headers();
  writer_.field(":status", Digits(static_cast<std::uint64_t>(response.status)));
  if (response.prepared) writer_.fields(*response.prepared);
  writer_.fields(response.fields);
  writer_.field("date", around_.date.now());
  // The length of a poll's answer helps nobody, and is new each time: six bytes of a small message.
  const bool tells_length = length && !bodiless(response.status) && !response.live;
  if (tells_length) writer_.field("content-length", Digits(*length));
  if (stream.request.method == "HEAD" || bodiless(response.status) || length == 0) {
    response.body = nullptr;
  }
  writer_.end_headers(stream.id(), response.body ? flag::none : flag::end_stream);
  if (response.body) {
    queue_.add(stream);
  } else {
    finish(stream);
  }
}

// Beside those that are being sent.
std::size_t Session::room_for_pushes() const {
  return peer_.concurrent_streams -
         std::min<std::size_t>(peer_.concurrent_streams, answered_pushes_);
}

void Session::send_held_pushes() {
  while (!held_pushes_.empty() && room_for_pushes() > 0 && !ending_) {
    Stream& next = *held_pushes_.front();
    held_pushes_.erase(held_pushes_.begin());
    next.was_held_back();
    send_response(next, next.response());
  }
}

void Session::interim(Stream& stream, int status, const http::Headers& fields) {
  // A pushed response has none: its promise was the hint. A 103 without fields says nothing.
  const bool hint = status == 103;
  if (stream.closed() || stream.request.pushed || ending_ || (hint && fields.empty())) return;
  writer_.begin_headers();
  writer_.field(":status", Digits(static_cast<std::uint64_t>(status)));
  writer_.fields(fields);
  writer_.end_headers(stream.id());
  note_output();
  if (hint) around_.tally.hints.add(1);
}

// Says 100 to a client that waits for it before it sends its content (RFC 9110 section 10.1.1).
void Session::proceed(Stream& stream) {
  const auto expected = stream.request.fields.get("expect");
  if (!expected || !http::equal_ignoring_case(*expected, "100-continue")) return;
  if (stream.content_ended() || stream.content()->unconsumed() > 0) return;
  interim(stream, 100, {});
}

http::Push Session::push(Stream& parent, std::string_view target, http::Priority priority) {
  if (parent.request.pushed) return http::Push::nested;
  if (!takes_pushes() || parent.closed()) return http::Push::refused;
  const http::Push verdict = pushes_.verdict(target);
  if (verdict != http::Push::promised) return verdict;
  Stream& promised = open(pushes_.promise(target));
  http::Request& request = promised.request;
  request.method = "GET";
  request.scheme = parent.request.scheme;
  request.authority = parent.request.authority;
  request.target = target;
  request.pushed = true;
  for (const char* name : {"accept-encoding", "accept-language", "user-agent"}) {
    if (const auto value = parent.request.fields.get(name)) request.fields.add(name, *value);
  }
  queue_.set_priority(promised, priority);

  writer_.begin_promise(promised.id());
  writer_.field(":method", request.method);
  writer_.field(":scheme", request.scheme);
  writer_.field(":authority", request.authority);
  writer_.field(":path", request.target);
  writer_.fields(request.fields);
  writer_.end_promise(parent.id());

  around_.tally.pushes.add(1);
  arrived_.push_back(&promised);
  if (!inside_) {
    inside_ = true;
    dispatch();
    give_back_window();
    inside_ = false;
  }
  note_output();
  return http::Push::promised;
}

void Session::reset(Stream& stream, ErrorCode code) {
  if (stream.closed()) return;
  // As RFC 9113 section 10.5 has it: what clients can make a server reset must cost them something.
  const bool clients_fault = code == ErrorCode::protocol_error ||
                             code == ErrorCode::flow_control_error ||
                             code == ErrorCode::stream_closed || code == ErrorCode::refused_stream;
  if (clients_fault) budget_.charge(5);
  writer_.rst_stream(stream.id(), code);
  close(stream, code);
  note_output();
}

void Session::resume(Stream& stream) {
  queue_.add(stream);
  note_output();
}

}  // namespace h2
