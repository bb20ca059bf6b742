// How a Session reads the frames that are about its streams and the connection, not of them:
// priorities, resets, SETTINGS, PING, GOAWAY, windows.
#include <algorithm>

#include "server/h2/priority.h"
#include "server/h2/session.h"

namespace h2 {
namespace {

using Bytes = std::span<const std::uint8_t>;

Fault protocol(const char* why) { return {ErrorCode::protocol_error, why}; }
Fault size(const char* why) { return {ErrorCode::frame_size_error, why}; }
Fault flow_control(const char* why) { return {ErrorCode::flow_control_error, why}; }

}  // namespace

// ------------------------------------------------------------------- priorities (RFC 9218 section
// 7)

Fault Session::priority(const FrameHead& head, Bytes payload) {
  if (head.stream == 0) return protocol("not of a stream");
  if (payload.size() != 5) return size("not 5 bytes");
  return {};  // what it says is of RFC 7540, and ignored, as SETTINGS have said
}

Fault Session::priority_update(const FrameHead& head, Bytes payload) {
  if (head.stream != 0) return protocol("of a stream");
  if (payload.size() < 4) return size("no stream identifier");
  const std::uint32_t id = read_31(payload);
  if (id == 0 || (!opened_by_client(id) && idle(id))) return protocol("for no stream");
  payload = payload.subspan(4);
  const http::Priority wish =
      parsed_priority({reinterpret_cast<const char*>(payload.data()), payload.size()});
  if (Stream* const stream = streams_.find(id)) {
    stream->client_prioritised = true;
    queue_.set_priority(*stream, wish);
  } else if (idle(id)) {
    return early_priority(id, wish);
  }
  return {};
}

Fault Session::early_priority(std::uint32_t id, http::Priority wish) {
  const bool room = open_ + early_priorities_.size() < announced_.concurrent_streams;
  if (room || early_priorities_.has(id)) {
    early_priorities_.set(id, wish);
  } else if (settings_acknowledged_) {  // before, the client does not know how many there may be
    return protocol("priorities for more streams than there may be");
  }
  return {};
}

// ------------------------------------------------------------------------ RST_STREAM (section 6.4)

Fault Session::rst_stream(const FrameHead& head, Bytes payload) {
  if (payload.size() != 4) return size("not 4 bytes");
  if (head.stream == 0 || idle(head.stream)) return protocol("no stream for it");
  if (opened_by_client(head.stream)) {
    client_streams_.end(head.stream);
  } else {
    pushes_.cancelled();  // also if it is over: the client has not wanted it
  }
  if (Stream* const stream = streams_.find(head.stream))
    close(*stream, ErrorCode{read_32(payload)});
  return {};
}

// -------------------------------------------------------------------------- SETTINGS (section 6.5)

Fault Session::settings(const FrameHead& head, Bytes payload) {
  if (head.stream != 0) return protocol("of a stream");
  if (head.has(flag::ack)) {
    if (!payload.empty()) return size("an acknowledgement with a payload");
    if (settings_acknowledged_) return protocol("nothing to be acknowledged");
    settings_acknowledged_ = true;
    return {};
  }
  if (payload.size() % 6 != 0) return size("not a multiple of 6 bytes");
  settings_received_ = true;
  const std::int64_t window = peer_.initial_window;
  std::int64_t most = window;  // on its way to the last
  for (; !payload.empty(); payload = payload.subspan(6)) {
    const Fault fault = setting(h2::Setting{read_16(payload)}, read_32(payload.subspan(2)));
    if (fault) return fault;
    most = std::max<std::int64_t>(most, peer_.initial_window);
  }
  if (const Fault fault = change_windows(peer_.initial_window - window, most - window))
    return fault;
  writer_.settings_ack();
  send_held_pushes();
  return {};
}

// Section 6.5.2.
Fault Session::setting(h2::Setting setting, std::uint32_t value) {
  switch (setting) {
    case Setting::header_table_size:
      writer_.limit_table(value);
      return {};
    case Setting::enable_push:
      if (value > 1) return protocol("ENABLE_PUSH is neither 0 nor 1");
      peer_.takes_pushes = value == 1;
      return {};
    case Setting::max_concurrent_streams:
      peer_.concurrent_streams = value;
      return {};
    case Setting::initial_window_size:
      if (value > largest_window) return flow_control("a window above 2^31-1");
      peer_.initial_window = value;
      return {};
    case Setting::max_frame_size:
      if (value < 16'384 || value > 16'777'215) return protocol("MAX_FRAME_SIZE is out of range");
      return {};
    case Setting::enable_connect_protocol:
    case Setting::no_rfc7540_priorities:  // RFC 9218 section 2.1
      return value > 1 ? protocol("a setting that is neither 0 nor 1") : Fault{};
    default:
      return {};
  }
}

// Section 6.9.2. Once for a frame, which may have thousands of values: the last holds, and `most`
// is the change to the greatest of them.
Fault Session::change_windows(std::int64_t change, std::int64_t most) {
  if (change == 0 && most == 0) return {};
  for (const auto& stream : streams_) {
    if (stream->closed()) continue;  // it only waits for its end
    if (stream->send_window + most > largest_window) {
      return flow_control("it takes a window above 2^31-1");
    }
  }
  for (const auto& stream : streams_) {
    if (stream->closed()) continue;
    stream->send_window += change;
    if (stream->send_window > 0 && stream->could_send()) queue_.add(*stream);
  }
  return {};
}

// ------------------------------------------------- PING, GOAWAY, WINDOW_UPDATE (sections 6.7
// to 6.9)

Fault Session::ping(const FrameHead& head, Bytes payload) {
  if (head.stream != 0) return protocol("of a stream");
  if (payload.size() != 8) return size("not 8 bytes");
  if (head.has(flag::ack)) {
    ping_outstanding_ = false;
    return {};
  }
  writer_.ping_ack(payload);
  return {};
}

Fault Session::goaway(const FrameHead& head, Bytes payload) {
  if (head.stream != 0) return protocol("of a stream");
  if (payload.size() < 8) return size("less than 8 bytes");
  leaving_ = true;
  return {};
}

Fault Session::window_update(const FrameHead& head, Bytes payload) {
  if (payload.size() != 4) return size("not 4 bytes");
  if (head.stream != 0 && idle(head.stream)) return protocol("no stream for it");
  const std::uint32_t increment = read_31(payload);
  if (head.stream == 0) {
    if (increment == 0) return protocol("a window that does not change");
    send_window_ += increment;
    const bool fits = send_window_ <= largest_window;
    return fits ? Fault{} : flow_control("a window above 2^31-1");
  }
  Stream* const stream = streams_.find(head.stream);
  if (!stream) return {};
  if (increment == 0) {
    reset(*stream, ErrorCode::protocol_error);
    return {};
  }
  stream->send_window += increment;
  if (stream->send_window > largest_window) {
    reset(*stream, ErrorCode::flow_control_error);
  } else if (stream->could_send()) {
    queue_.add(*stream);
  }
  return {};
}

}  // namespace h2
