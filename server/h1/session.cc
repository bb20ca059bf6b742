#include "server/h1/session.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <utility>

#include "server/http/admission.h"
#include "server/http/problem.h"

namespace h1 {
namespace {

// What may wait of requests behind the present one, and of content that nobody has asked for.
constexpr std::size_t most_waiting = 64 * 1024;
// Room for less content than this is not worth a chunk of its own.
constexpr std::size_t least_payload = 256;
// A chunk's header, whatever its size: four digits and a line break (RFC 9112 section 7.1).
constexpr std::size_t chunk_header = 6;
constexpr std::string_view last_chunk = "0\r\n";
constexpr std::string_view line_break = "\r\n";

void write_chunk_header(std::span<std::byte> into, std::size_t size) {
  static constexpr std::array<char, 17> hex{"0123456789abcdef"};
  const std::array<char, chunk_header> text{
      hex[size >> 12 & 15], hex[size >> 8 & 15], hex[size >> 4 & 15], hex[size & 15], '\r', '\n'};
  std::memcpy(into.data(), text.data(), text.size());
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

Session::Session(Surroundings surroundings, std::function<void()> has_output)
    : around_(surroundings), has_output_(std::move(has_output)) {}

Session::~Session() {
  inside_ = true;  // nobody is there to be told of output
  if (stream_) close_stream(End::cancelled);
}

void Session::note_output() {
  if (!inside_) has_output_();
}

// ------------------------------------------------------------------------------------------ input

bool Session::wants_input() const {
  if (finished_) return true;  // to be thrown away, so that the answer is not lost with it
  return input_.size() < most_waiting && (!stream_ || stream_->content_held() < most_waiting);
}

bool Session::inside_header_section() const {
  return !finished_ && !stream_ && !put_off_ && (parser_ || !input_.empty());
}

bool Session::receive(std::span<const std::byte> bytes) {
  const bool content_read = stream_ && stream_->content_read();
  if (finished_ || (closing_ && !content_read)) return true;
  inside_ = true;
  input_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!put_off_) advance();
  inside_ = false;
  return true;
}

bool Session::turn_over() { return around_.slice && around_.slice->over(); }

// Content of the present request, then the head of the next.
void Session::advance() {
  if (stream_) take_content();
  while (!stream_ && !finished_ && begin_request()) {
  }
}

// False: more has to come first.
bool Session::begin_request() {
  if (!parser_) {
    // Some clients end the content of a POST with a line break that does not belong to it
    // (RFC 9112 section 2.2).
    input_.erase(0, std::min(input_.find_first_not_of("\r\n"), input_.size()));
    if (input_.empty()) return false;
    parser_ = std::make_unique<Parser>(around_.limits);
  }
  input_.erase(0, parser_->feed(input_));
  if (parser_->state() == Parser::State::head) return false;
  parser_->request().peer = &around_.peer;
  parser_->request().scheme = around_.peer.scheme();
  stream_ = std::make_unique<Stream>(*this, ++requests_, std::move(parser_->request()));
  around_.tally.streams_now.add(1);
  around_.tally.requests.add(1);
  take_content();  // what is here already
  dispatch();
  return true;
}

void Session::dispatch() {
  if (stream_->answered()) return;  // its content was refused already
  if (parser_->too_large()) {
    return refuse({431, "The fields of this request are larger than is taken here."});
  }
  if (parser_->objection()) return refuse(parser_->objection());
  const http::Request& request = stream_->request();
  http::Exchange exchange = stream_->exchange();
  if (auto refused = http::refusal(request, http::HeaderSection::whole, around_.limits)) {
    return exchange.respond(std::move(*refused));
  }
  try {
    around_.root.handle(request, std::move(exchange));
  } catch (const std::exception&) {
    // The exchange has gone with the handler's frame, and so was answered 500.
  }
}

// Whoever sends what has two readings, or none, is not listened to any further.
void Session::refuse(const Objection& objection) {
  if (stream_->answered()) return;
  draining_ = true;
  stream_->refuse(http::problem(objection.status, objection.detail));
}

void Session::take_content() {
  bool stuck = false;
  while (parser_->state() == Parser::State::content && !input_.empty() && !stuck &&
         stream_->content_held() < most_waiting) {
    const std::size_t taken = parser_->feed(input_);
    input_.erase(0, taken);
    stream_->receive(parser_->take_content());
    stuck = taken == 0;
  }
  if (parser_->state() == Parser::State::broken) {
    stream_->cut_content();
    return refuse(parser_->objection());
  }
  if (stuck && input_.size() >= most_waiting) {
    return refuse({400, "A chunk's header has no end."});
  }
  if (parser_->state() == Parser::State::whole && !stream_->content_ended()) {
    stream_->end_content(parser_->take_trailers());
  }
  stream_->deliver_content();
}

void Session::want_content() {
  const bool nothing_yet = parser_->state() == Parser::State::content && input_.empty() &&
                           !stream_->content_begun() && !stream_->answered();
  if (nothing_yet && parser_->take_expectation()) {
    pending_.append("HTTP/1.1 100 Continue\r\n\r\n");
  }
  take_content();
  note_output();  // and more may be read now
}

std::optional<Session::TimePoint> Session::content_awaited_since() const {
  if (!stream_ || !stream_->awaits_content()) return std::nullopt;
  return stream_->last_content();
}

// ----------------------------------------------------------------------------------------- output

void Session::interim(int status, const http::Headers& fields) {
  if (stream_->request().version == http::Version::http_1_0) return;
  pending_.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
  pending_.append(http::reason_phrase(status)).append("\r\n");
  pending_.append(field_lines(fields)).append("\r\n");
  note_output();
}

void Session::begin_response() {
  closing_ = draining_ || !parser_->keeps_alive() || !stream_->content_ended();
  body_ended_ = false;
  try {
    head_ = response_head(stream_->request(), stream_->response(), around_.date.now(),
                          closing_ ? Next::close : Next::keep_alive);
    if (head_.framing == Framing::close) closing_ = true;
    pending_.append(head_.text);
    head_.text = {};
    body_ended_ = head_.framing == Framing::none;
  } catch (const std::exception&) {  // no memory; fill() ends the stream, whose call this is
    failed_ = true;
  }
  note_output();
}

bool Session::fill(http::Output& output) {
  inside_ = true;
  bool more = false;
  for (;;) {
    more = put_off_ && turn_over();
    if (more) break;
    // A request that has waited is answered into the same output.
    if (std::exchange(put_off_, false)) advance();
    if (failed_ && stream_) abort(End::failed);
    more = fill_head(output) || fill_body(output);
    if (more || !stream_ || !stream_->answered() || !body_ended_ || !pending_.empty()) break;
    end_response();
    put_off_ = !input_.empty();
  }
  inside_ = false;
  return more;
}

// True: the output is full.
bool Session::fill_head(http::Output& output) {
  if (pending_.empty()) return false;
  pending_at_ += output.append(bytes_of(std::string_view(pending_).substr(pending_at_)));
  if (pending_at_ < pending_.size()) return true;
  pending_.clear();
  pending_at_ = 0;
  return false;
}

// True: the output is full, or enough has been done at once.
bool Session::fill_body(http::Output& output) {
  bool dear = false;
  while (stream_ && stream_->answered() && !body_ended_ && !stream_->waiting()) {
    if (dear || output.free().size() < least_payload) return true;
    try {
      dear = head_.framing == Framing::chunked ? read_chunk(output) : read_plain(output);
    } catch (const std::exception&) {  // the client sees that its content has no end
      abort(End::failed);
    }
  }
  return fill_head(output);
}

// These two: whether it was dear.
bool Session::read_plain(http::Output& output) {
  std::span<std::byte> room = output.free();
  const std::uint64_t left = head_.length - stream_->sent();
  if (head_.framing == Framing::length && left < room.size()) room = room.first(left);
  const http::Read got = stream_->read(room);
  output.commit(got.bytes);
  if (head_.framing == Framing::close) {
    body_ended_ = got.end;
    return got.dear;
  }
  body_ended_ = stream_->sent() == head_.length;
  if (got.end && !body_ended_) throw std::length_error("the body is shorter than it said");
  return got.dear;
}

bool Session::read_chunk(http::Output& output) {
  const std::span<std::byte> free = output.free();
  const std::size_t room = free.size() - chunk_header - line_break.size();
  const http::Read got = stream_->read(free.subspan(chunk_header, room));
  if (got.bytes > 0) {
    write_chunk_header(free, got.bytes);
    output.commit(chunk_header + got.bytes);
    output.append(bytes_of(line_break));
  }
  if (!got.end) return got.dear;
  body_ended_ = true;
  pending_.append(last_chunk);
  // A client that has not asked for trailers may not know that they can follow.
  if (stream_->request().fields.has("te")) {
    pending_.append(field_lines(stream_->response().body->trailers()));
  }
  pending_.append(line_break);
  return false;
}

void Session::end_response() {
  lingering_ = closing_ && parser_->state() != Parser::State::whole;
  finished_ = closing_ || draining_;
  close_stream(End::in_order);
}

void Session::close_stream(End how) {
  if (around_.log) {
    around_.log->completed(stream_->access(around_.peer, static_cast<std::uint32_t>(how)));
  }
  around_.tally.streams_now.add(-1);
  const std::unique_ptr<Stream> closed = std::move(stream_);
  parser_ = nullptr;
  closed->close();
}

void Session::abort(End how) {
  close_stream(how);
  pending_.clear();
  pending_at_ = 0;
  finished_ = true;
}

bool Session::done() const { return finished_ && !lingering_ && pending_.empty(); }

// A connection that has just been made has a request on its way.
void Session::announce_drain() {
  draining_ = true;
  if (requests_ > 0) drain();
}

void Session::drain() {
  draining_ = true;
  if (!stream_) finished_ = true;
  note_output();
}

void Session::reset_stalled(TimePoint since) {
  if (!stream_ || !stream_->could_send() || stream_->last_progress() >= since) return;
  abort(End::cancelled);
  note_output();
}

}  // namespace h1
