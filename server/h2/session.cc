#include "server/h2/session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <new>

#include "server/h2/session_callbacks.h"
#include "server/http/admission.h"

namespace h2 {
namespace {

constexpr std::size_t longest_queue = 10'000;  // frames that wait to be sent
constexpr std::size_t largest_diary = 4096;    // targets

const char* name_of(std::uint32_t error_code) { return nghttp2_http2_strerror(error_code); }

}  // namespace

void Session::FreeSession::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

// ----------------------------------------------------------------------------------------- Session

Session::Session(Surroundings surroundings, std::function<void()> has_output)
    : around_(surroundings), has_output_(std::move(has_output)), watched_(around_.loop.now()) {
  static const nghttp2_session_callbacks* const callbacks = Callbacks::table();
  static const nghttp2_option* const options = Callbacks::options();
  nghttp2_session* made = nullptr;
  if (nghttp2_session_server_new2(&made, callbacks, this, options) != 0) throw std::bad_alloc();
  nghttp2_.reset(made);
  const http::Limits& limits = around_.limits;
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrent_streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.header_bytes)},
  };
  nghttp2_submit_settings(made, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(made, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<std::int32_t>(limits.connection_window));
}

Session::~Session() {
  inside_ = true;  // nobody is there to be told of output
  for (Stream& stream : streams_) {
    if (!stream.closed()) {
      stream.close(NGHTTP2_CANCEL);
      closed_.push_back(&stream);
    }
  }
  nghttp2_.reset();
  reap();
}

Stream& Session::open(std::int32_t id) {
  Stream& stream = streams_.emplace_back(*this, id);
  stream.place = std::prev(streams_.end());
  around_.tally.streams_now.add(1);
  return stream;
}

void Session::note_output() {
  if (!inside_) has_output_();
}

bool Session::receive(std::span<const std::byte> bytes) {
  if (ending_) return false;
  inside_ = true;
  const auto now = around_.loop.now();
  watch_.refill(now - watched_);
  watched_ = now;
  const FrameWatch::Passed passed = watch_.feed(bytes);
  const ssize_t taken = nghttp2_session_mem_recv(
      nghttp2_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), passed.bytes);
  dispatch();
  give_back_window();
  reap();
  inside_ = false;
  if (taken < 0) {
    const bool flood = taken == NGHTTP2_ERR_FLOODED;
    end(flood ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR,
        nghttp2_strerror(static_cast<int>(taken)));
  } else if (passed.verdict != Verdict::fine) {
    const auto code = static_cast<std::uint32_t>(passed.verdict);
    end(code, name_of(code));
  } else if (window_overflow_) {
    end(NGHTTP2_FLOW_CONTROL_ERROR, "a SETTINGS frame takes a window above 2^31-1");
  } else if (watch_.exhausted() ||
             nghttp2_session_get_outbound_queue_size(nghttp2_.get()) > longest_queue) {
    end(NGHTTP2_ENHANCE_YOUR_CALM, "too many frames that ask for work and do none");
  }
  return !ending_;
}

void Session::dispatch() {
  // By index: a handler may push, and what is pushed arrives at once.
  for (std::size_t i = 0; i < arrived_.size(); ++i) dispatch(*arrived_[i]);
  arrived_.clear();
  for (std::size_t i = 0; i < content_.size(); ++i) content_[i]->deliver_content();
}

void Session::dispatch(Stream& stream) {
  // HEADERS and RST_STREAM can come in one read: work for nobody is not begun.
  if (stream.closed()) return;
  around_.tally.requests.add(1);
  http::Request& request = stream.request;
  request.peer = &around_.peer;
  if (takes_pushes() && diary_.size() < largest_diary) {
    diary_.insert(std::hash<std::string_view>{}(request.target));
  }
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

void Session::content_wanted(Stream& stream) {
  const std::size_t bytes = stream.take_consumed();
  if (bytes == 0 || !nghttp2_) return;
  // What nobody reads need not be sent: only the connection gets its window back.
  if (stream.closed() || stream.content_unwanted()) {
    nghttp2_session_consume_connection(nghttp2_.get(), bytes);
  } else {
    nghttp2_session_consume(nghttp2_.get(), stream.id(), bytes);
  }
  note_output();
}

void Session::give_back_window() {
  for (Stream* stream : content_) content_wanted(*stream);
  content_.clear();
}

void Session::reap() {
  // By index: a body that goes may drop an exchange, and that may close another stream.
  for (std::size_t i = 0; i < closed_.size(); ++i) {
    Stream& stream = *closed_[i];
    stream.tell_gone();
    if (nghttp2_ && stream.unconsumed() > 0) {
      nghttp2_session_consume_connection(nghttp2_.get(), stream.unconsumed());
    }
    if (stream.request.pushed) --pushing_;
    if (stream.live()) --live_;
    if (reading_ == &stream) reading_ = nullptr;
    if (around_.log) around_.log->completed(stream.access(around_.peer, around_.loop.now()));
    around_.tally.streams_now.add(-1);
    streams_.erase(stream.place);
  }
  closed_.clear();
}

// ------------------------------------------------------------------------------------------ output

bool Session::fill(http::Output& output) {
  inside_ = true;
  output_ = &output;
  output_full_ = false;
  for (;;) {
    if (!rest_.empty()) rest_ = rest_.subspan(output.append(rest_));
    if (!rest_.empty() || output_full_) break;
    const std::uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(nghttp2_.get(), &bytes);
    if (size < 0) {
      ending_ = true;
      complaint_ = nghttp2_strerror(static_cast<int>(size));
      break;
    }
    rest_ = {reinterpret_cast<const std::byte*>(bytes), static_cast<std::size_t>(size)};
    if (size == 0 && !output_full_) break;
  }
  output_ = nullptr;
  reap();
  inside_ = false;
  return !rest_.empty() || output_full_;
}

bool Session::done() const {
  return rest_.empty() && nghttp2_session_want_read(nghttp2_.get()) == 0 &&
         nghttp2_session_want_write(nghttp2_.get()) == 0;
}

void Session::announce_drain() {
  nghttp2_submit_shutdown_notice(nghttp2_.get());
  note_output();
}

void Session::drain() {
  nghttp2_submit_goaway(nghttp2_.get(), NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(nghttp2_.get()), NGHTTP2_NO_ERROR,
                        nullptr, 0);
  note_output();
}

void Session::end(std::uint32_t error_code, std::string complaint) {
  if (ending_) return;
  ending_ = true;
  if (error_code == NGHTTP2_ENHANCE_YOUR_CALM) around_.tally.hit(http::Limit::budget);
  complaint_ = std::move(complaint);
  nghttp2_session_terminate_session(nghttp2_.get(), error_code);
  note_output();
}

void Session::end_ungreeted() {
  end(NGHTTP2_SETTINGS_TIMEOUT, "SETTINGS were not acknowledged in time");
}

void Session::ping() {
  ping_outstanding_ = true;
  nghttp2_submit_ping(nghttp2_.get(), NGHTTP2_FLAG_NONE, nullptr);
  note_output();
}

// ---------------------------------------------------------------------------- for the deadlines

std::optional<Session::TimePoint> Session::content_awaited_since() const {
  std::optional<TimePoint> oldest;
  for (const Stream& stream : streams_) {
    if (stream.awaits_content() && (!oldest || stream.last_content() < *oldest)) {
      oldest = stream.last_content();
    }
  }
  return oldest;
}

void Session::reset_stalled(TimePoint since) {
  for (Stream& stream : streams_) {
    if (!stream.closed() && stream.could_send() && stream.last_progress() < since) {
      around_.tally.hit(http::Limit::stall);
      reset(stream, NGHTTP2_CANCEL);
    }
  }
}

void Session::stop_uploads() {
  answered_early_ = false;
  for (Stream& stream : streams_) {
    if (!stream.closed() && stream.answered() && !stream.body() && !stream.content_ended()) {
      reset(stream, NGHTTP2_NO_ERROR);
    }
  }
}


// ------------------------------------------------------------------------- the way to the client

bool Session::takes_pushes() const {
  const auto setting = [this](nghttp2_settings_id id) {
    return nghttp2_session_get_remote_settings(nghttp2_.get(), id);
  };
  return setting(NGHTTP2_SETTINGS_ENABLE_PUSH) == 1 &&
         setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS) > 0;
}

http::Transport Session::transport() const {
  http::Transport way;
  way.takes_pushes = takes_pushes();
  way.connection_window = static_cast<std::uint64_t>(
      std::max(0, nghttp2_session_get_remote_window_size(nghttp2_.get())));
  way.stream_window =
      nghttp2_session_get_remote_settings(nghttp2_.get(), NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE);
  way.live_waiting = std::ranges::any_of(
      streams_, [](const Stream& stream) { return stream.live() && stream.could_send(); });
  return way;
}

}  // namespace h2
