#include "server/h2/session.h"

#include <algorithm>
#include <exception>

#include "server/http/admission.h"
#include "server/net/reserve.h"

namespace h2 {
namespace {

// Frames that the client does not take while it asks for more.
constexpr std::size_t most_pending = std::size_t{1024} * 1024;  // bytes

}  // namespace

Session::Session(Surroundings surroundings, std::function<void()> has_output)
    : around_(surroundings),
      has_output_(std::move(has_output)),
      announced_{
          .concurrent_streams = around_.limits.concurrent_streams,
          .stream_window = around_.limits.stream_window,
          .connection_window =
              std::max<std::int64_t>(around_.limits.connection_window, default_window),
      },
      read_at_(around_.loop.now()),
      pushes_(around_.limits),
      receive_window_(announced_.connection_window) {
  writer_.settings({
      {Setting::no_rfc7540_priorities, 1},
      {Setting::max_concurrent_streams, announced_.concurrent_streams},
      {Setting::initial_window_size, announced_.stream_window},
      {Setting::max_header_list_size, static_cast<std::uint32_t>(around_.limits.header_bytes)},
  });
  if (receive_window_ > default_window) {
    writer_.window_update(0, static_cast<std::uint32_t>(receive_window_ - default_window));
  }
}

Session::~Session() {
  inside_ = true;  // nobody is there to be told of output
  ending_ = true;
  for (const auto& stream : streams_) close(*stream, ErrorCode::cancel);
  reap();
}

Stream& Session::open(std::uint32_t id) {
  Stream& stream = streams_.add(std::make_unique<Stream>(*this, id));
  stream.send_window = peer_.initial_window;
  around_.tally.streams_now.add(1);
  return stream;
}

void Session::close(Stream& stream, ErrorCode code) {
  if (stream.closed()) return;
  stream.close(code);
  queue_.remove(stream);
  if (reading_ == &stream) reading_ = nullptr;
  if (!stream.request.pushed) {
    --open_;
  } else {
    pushes_.closed();
    std::erase(held_pushes_, &stream);
    if (stream.begun) --answered_pushes_;
  }
  closed_.push_back(&stream);
}

void Session::note_output() {
  if (!inside_) has_output_();
}

bool Session::receive(std::span<const std::byte> bytes) {
  if (ending_) return false;
  inside_ = true;
  const auto now = around_.loop.now();
  budget_.refill(now - read_at_);
  read_at_ = now;
  const Fault fault =
      reader_.read({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, *this);
  dispatch();
  give_back_window();
  reap();
  inside_ = false;
  if (fault) {
    end(fault.code, std::string(name_of(fault.code)) + ": " + fault.why + " (" +
                        description(reader_.head()) + ")");
  } else if (budget_.exhausted() || writer_.bytes() > most_pending) {
    end(ErrorCode::enhance_your_calm,
        "ENHANCE_YOUR_CALM: too many frames that ask for work and do none");
  }
  return !ending_;
}

bool Session::turn_over() { return around_.slice && around_.slice->over(); }

// Each request, and each content that was waited for, is a piece of work: what is put off stays.
void Session::dispatch() {
  const unsigned lent = net::Reserve::taken();  // without memory, this connection is about to end
  // By index: a handler may push, and what is pushed arrives at once.
  const auto in_turn = [&](std::vector<Stream*>& waiting, auto work) {
    std::size_t done = 0;
    while (done < waiting.size() && !turn_over() && net::Reserve::taken() == lent) {
      work(*waiting[done++]);
    }
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(done));
  };
  const auto deliver = [](Stream& stream) {
    stream.content()->put_off = false;
    stream.content()->deliver();
  };
  in_turn(collected_, deliver);
  in_turn(arrived_, [this](Stream& stream) { dispatch(stream); });
  for (std::size_t i = 0; i < content_.size(); ++i) {
    RequestContent& content = *content_[i]->content();
    content.tell_reader();
    if (content.put_off || !content.collected()) continue;
    content.put_off = true;
    collected_.push_back(content_[i]);
  }
  in_turn(collected_, deliver);
}

void Session::dispatch(Stream& stream) {
  // HEADERS and RST_STREAM can come in one read: work for nobody is not begun.
  if (stream.closed()) return;
  around_.tally.requests.add(1);
  http::Request& request = stream.request;
  request.peer = &around_.peer;
  request.scheme = around_.peer.scheme();
  if (takes_pushes()) pushes_.asked(request.target);
  http::Exchange exchange = stream.exchange();
  const auto header =
      stream.too_large ? http::HeaderSection::too_large : http::HeaderSection::whole;
  if (auto refused = http::refusal(request, header, around_.limits)) {
    return exchange.respond(std::move(*refused));
  }
  try {
    around_.root.handle(request, std::move(exchange));
  } catch (const std::exception&) {
    // The exchange has gone with the handler's frame, and so was answered 500.
  }
}

// ----------------------------------------------------------------------------- the receive windows

// Section 6.9: a window is opened again when half of it has been used; that of the connection also
// when less of it is left, as the other half may be taken by content that nobody reads.
void Session::give_back(std::size_t bytes) {
  to_give_back_ += bytes;
  const std::int64_t worth = std::min(announced_.connection_window / 2, receive_window_);
  if (to_give_back_ == 0 || std::cmp_less(to_give_back_, worth) || ending_) return;
  if (receive_window_ == 0) window_opened_ = around_.loop.now();
  receive_window_ += static_cast<std::int64_t>(to_give_back_);
  writer_.window_update(0, static_cast<std::uint32_t>(std::exchange(to_give_back_, 0)));
}

void Session::content_wanted(Stream& stream) {
  RequestContent& content = *stream.content();
  const std::size_t bytes = content.take_consumed();
  if (bytes == 0 || ending_) return;
  give_back(bytes);
  // What nobody reads need not be sent: only the connection gets its window back.
  if (!stream.closed() && !content.unwanted() && !content.ended()) {
    content.to_give_back += bytes;
    if (content.to_give_back >= announced_.stream_window / 2) {
      content.window += static_cast<std::int64_t>(content.to_give_back);
      writer_.window_update(stream.id(),
                            static_cast<std::uint32_t>(std::exchange(content.to_give_back, 0)));
    }
  }
  note_output();
}

void Session::give_back_window() {
  for (Stream* stream : content_) content_wanted(*stream);
  content_.clear();
  give_back(0);
}

void Session::reap() {
  // By index: a body that goes may drop an exchange, and that may close another stream.
  for (std::size_t i = 0; i < closed_.size(); ++i) {
    Stream& stream = *closed_[i];
    stream.tell_gone();
    if (stream.content()) give_back(stream.content()->unconsumed());
    if (stream.live()) --live_;
    if (around_.log) around_.log->completed(stream.access(around_.peer, around_.loop.now()));
    around_.tally.streams_now.add(-1);
    std::erase(arrived_, &stream);
    std::erase(collected_, &stream);
    streams_.erase(stream);
  }
  if (closed_.empty()) return;
  closed_.clear();
  send_held_pushes();
}

// ---------------------------------------------------------------------------------------- its end

bool Session::done() const {
  if (!writer_.empty()) return false;
  return ending_ || ((draining_ || leaving_) && streams_.empty());
}

void Session::announce_drain() {
  writer_.goaway(largest_stream, ErrorCode::no_error);
  note_output();
}

void Session::drain() {
  draining_ = true;
  last_served_ = std::min(last_served_, client_streams_.highest());
  writer_.goaway(last_served_, ErrorCode::no_error);
  note_output();
}

void Session::end(ErrorCode code, std::string complaint) {
  if (ending_) return;
  ending_ = true;
  if (code == ErrorCode::enhance_your_calm) around_.tally.hit(http::Limit::budget);
  complaint_ = std::move(complaint);
  writer_.goaway(std::min(last_served_, client_streams_.highest()), code);
  note_output();
}

void Session::end_ungreeted() {
  end(ErrorCode::settings_timeout, "SETTINGS were not acknowledged in time");
}

void Session::ping() {
  ping_outstanding_ = true;
  writer_.ping();
  note_output();
}

// ---------------------------------------------------------------------------- for the deadlines

bool Session::inside_header_section() const {
  const FrameType type = reader_.head().type;
  return section_.open || (reader_.inside() && type == FrameType::headers);
}

std::optional<Session::TimePoint> Session::content_awaited_since() const {
  if (receive_window_ == 0) return std::nullopt;
  std::optional<TimePoint> oldest;
  for (const auto& stream : streams_) {
    const RequestContent* content = stream->content();
    if (!content || !content->awaited()) continue;
    if (!oldest || content->last_came() < *oldest) oldest = content->last_came();
  }
  return oldest ? std::max(*oldest, window_opened_) : oldest;
}

// Of a stream that could send. While others are sent, who has a window merely waits for its turn.
Session::TimePoint Session::held_up_since(const Stream& stream) const {
  const TimePoint last = stream.last_progress();
  return stream.send_window > 0 ? std::max(last, last_sent_) : last;
}

// Answered, and their turn has not come, though no other push is sent that they could wait for.
void Session::reset_held_pushes(TimePoint since) {
  if (answered_pushes_ > 0 && last_sent_ >= since) return;
  const std::size_t next = std::min(room_for_pushes(), held_pushes_.size());
  const std::vector<Stream*> held(held_pushes_.begin() + static_cast<std::ptrdiff_t>(next),
                                  held_pushes_.end());
  for (Stream* stream : held) {
    if (stream->last_progress() >= since) continue;
    around_.tally.hit(http::Limit::stall);
    reset(*stream, ErrorCode::cancel);
  }
}

void Session::reset_stalled(TimePoint since) {
  for (const auto& stream : streams_) {
    if (!stream->closed() && stream->could_send() && held_up_since(*stream) < since) {
      around_.tally.hit(http::Limit::stall);
      reset(*stream, ErrorCode::cancel);
    }
  }
  reset_held_pushes(since);
  // Put off, and its turn did not come: what was answered before is not taken.
  for (Stream* stream : arrived_) {
    if (stream->closed() || stream->last_progress() >= since) continue;
    around_.tally.hit(http::Limit::stall);
    reset(*stream, ErrorCode::cancel);
  }
}

void Session::stop_uploads() {
  answered_early_ = false;
  for (const auto& stream : streams_) {
    if (!stream->closed() && stream->has_sent_all() && !stream->content_ended()) {
      reset(*stream, ErrorCode::no_error);
    }
  }
}

// ------------------------------------------------------------------------- the way to the client

bool Session::takes_pushes() const {
  return peer_.takes_pushes && peer_.concurrent_streams > 0 && !leaving_ && !ending_;
}

http::Transport Session::transport() const {
  http::Transport way;
  way.takes_pushes = takes_pushes();
  way.connection_window = static_cast<std::uint64_t>(std::max<std::int64_t>(0, send_window_));
  way.stream_window = peer_.initial_window;
  way.live_waiting = std::ranges::any_of(
      streams_, [](const auto& stream) { return stream->live() && stream->could_send(); });
  return way;
}

}  // namespace h2
