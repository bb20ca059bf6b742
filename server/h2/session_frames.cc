// How a Session reads: what each frame of the client means, and what is wrong with it. Facts are
// noted; handlers run later.
#include <algorithm>

#include "server/h2/priority.h"
#include "server/h2/request_fields.h"
#include "server/h2/session.h"

namespace h2 {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr unsigned most_continuations = 8;  // of one header section; no client needs as many
constexpr std::size_t most_early_priorities = 32;
// What a client's mistakes cost (FrameBudget), besides what their frames do.
constexpr double price_of_malformed = 10;
constexpr double price_of_bomb = 20;

Fault protocol(const char* why) { return {ErrorCode::protocol_error, why}; }
Fault size(const char* why) { return {ErrorCode::frame_size_error, why}; }

bool of_client(std::uint32_t id) { return id % 2 == 1; }

}  // namespace

// No frame has named it yet (section 5.1).
bool Session::idle(std::uint32_t id) const {
  return of_client(id) ? client_streams_.idle(id) : id >= next_push_;
}

Fault Session::begin(const FrameHead& head) {
  budget_.charge(FrameBudget::price(head));
  if (!settings_received_ && (head.type != FrameType::settings || head.has(flag::ack))) {
    return protocol("the first frame is not SETTINGS");
  }
  const bool continues = head.type == FrameType::continuation;
  if (section_.open && (!continues || head.stream != section_.head.stream)) {
    return protocol("a field block is not continued");
  }
  if (!section_.open && continues) return protocol("nothing to be continued");
  Fault fault;
  if (head.type == FrameType::data) fault = begin_data(head);
  if (head.type == FrameType::headers) fault = begin_headers(head);
  if (!fault && budget_.exhausted()) {
    return {ErrorCode::enhance_your_calm, "too many frames that ask for work and do none"};
  }
  return fault;
}

Fault Session::frame(const FrameHead& head, Bytes payload) {
  switch (head.type) {
    case FrameType::headers:
      return headers(head, payload);
    case FrameType::continuation:
      return continuation(head, payload);
    case FrameType::priority:
      return priority(head, payload);
    case FrameType::priority_update:
      return priority_update(head, payload);
    case FrameType::rst_stream:
      return rst_stream(head, payload);
    case FrameType::settings:
      return settings(head, payload);
    case FrameType::push_promise:
      return protocol("clients do not push");
    case FrameType::ping:
      return ping(head, payload);
    case FrameType::goaway:
      return goaway(head, payload);
    case FrameType::window_update:
      return window_update(head, payload);
    default:
      return {};  // unknown types are ignored (section 4.1)
  }
}

// ------------------------------------------------------------------------------ DATA (section 6.1)

Fault Session::begin_data(const FrameHead& head) {
  reading_ = nullptr;
  read_ = 0;
  if (!of_client(head.stream) || idle(head.stream)) return protocol("no stream for it");
  if (client_streams_.ended(head.stream)) {
    return {ErrorCode::stream_closed, "the client has ended the stream"};
  }
  if (head.length > receive_window_) {
    return {ErrorCode::flow_control_error, "more than the connection's window"};
  }
  receive_window_ -= head.length;
  Stream* const stream = streams_.find(head.stream);
  if (!stream) return {};  // reset by us: the client does not know yet
  if (head.length > stream->receive_window) {
    reset(*stream, ErrorCode::flow_control_error);
    return {};
  }
  stream->receive_window -= head.length;
  reading_ = stream;
  return {};
}

Fault Session::data(const FrameHead&, Bytes piece) {
  read_ += piece.size();
  if (!reading_) {
    give_back(piece.size());
    return {};
  }
  Stream& stream = *reading_;
  if (stream.content_left && piece.size() > *stream.content_left) {
    malformed(stream);  // section 8.1.1; closed, so nothing of it is read any more
    give_back(piece.size());
    return {};
  }
  if (stream.content_left) *stream.content_left -= piece.size();
  stream.receive({reinterpret_cast<const char*>(piece.data()), piece.size()});
  if (content_.empty() || content_.back() != &stream) content_.push_back(&stream);
  return {};
}

Fault Session::data_end(const FrameHead& head) {
  const std::size_t padding = head.length - read_;
  if (!reading_) {
    give_back(padding);
  } else if (padding > 0) {
    reading_->skip(padding);
    content_.push_back(reading_);
  }
  if (head.has(flag::end_stream)) {
    client_streams_.end(head.stream);
    if (reading_) end_content(*reading_);
  } else if (read_ == 0) {
    budget_.charge(FrameBudget::empty_data);
  }
  reading_ = nullptr;
  return {};
}

void Session::end_content(Stream& stream) {
  if (stream.content_left.value_or(0) > 0) return malformed(stream);
  stream.end_content();
  content_.push_back(&stream);
}

// Section 8.1.1.
void Session::malformed(Stream& stream) {
  budget_.charge(price_of_malformed);
  reset(stream, ErrorCode::protocol_error);
}

// ------------------------------------------------------- HEADERS, CONTINUATION
// (sections 6.2, 6.10)

Fault Session::begin_headers(const FrameHead& head) {
  if (!of_client(head.stream)) return protocol("clients open odd streams only");
  if (client_streams_.jumped(head.stream)) return protocol("the client has passed the stream over");
  if (client_streams_.ended(head.stream)) {
    return {ErrorCode::stream_closed, "the client has ended the stream"};
  }
  section_.fresh = idle(head.stream);
  if (section_.fresh) client_streams_.open(head.stream);
  if (head.has(flag::end_stream)) client_streams_.end(head.stream);
  return {};
}

Fault Session::headers(const FrameHead& head, Bytes payload) {
  if (head.has(flag::priority)) {
    if (payload.size() < 5) return size("too short for its priority");
    if (read_31(payload) == head.stream) return protocol("the stream depends on itself");
    payload = payload.subspan(5);
  }
  section_.head = head;
  if (head.has(flag::end_headers)) return section(payload);
  section_.open = true;
  section_.continuations = 0;
  section_.block.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
  return {};
}

Fault Session::continuation(const FrameHead& head, Bytes payload) {
  if (++section_.continuations > most_continuations) {
    return {ErrorCode::enhance_your_calm, "a header section in too many pieces"};
  }
  section_.block.append(reinterpret_cast<const char*>(payload.data()), payload.size());
  if (!head.has(flag::end_headers)) return {};
  section_.open = false;
  const std::string block = std::exchange(section_.block, {});
  return section({reinterpret_cast<const std::uint8_t*>(block.data()), block.size()});
}

Fault Session::section(Bytes block) {
  const std::uint32_t id = section_.head.stream;
  if (!section_.fresh) return streams_.find(id) ? trailers(block) : discard(block);
  if (draining_ && id > last_served_) return discard(block);  // as GOAWAY has said
  if (open_ >= around_.limits.concurrent_streams) {
    budget_.charge(5);
    send_rst_stream(id, ErrorCode::refused_stream);  // section 5.1.2
    return discard(block);
  }
  return request(block);
}

Fault Session::request(Bytes block) {
  Stream& stream = open(section_.head.stream);
  ++open_;
  RequestFields fields(stream.request, around_.limits);
  if (!decoder_.decode(block, fields)) return {ErrorCode::compression_error, "no HPACK"};
  const bool ends = section_.head.has(flag::end_stream);
  if (fields.bomb()) {
    budget_.charge(price_of_bomb);
    reset(stream, ErrorCode::enhance_your_calm);
    return {};
  }
  if (fields.malformed() || (ends && fields.content_length().value_or(0) > 0)) {
    malformed(stream);
    return {};
  }
  stream.too_large = fields.too_large();
  stream.content_left = fields.content_length();
  if (ends) stream.end_content();
  const auto early = std::ranges::find(early_priorities_, stream.id(),
                                       &decltype(early_priorities_)::value_type::first);
  if (early != early_priorities_.end()) {
    stream.client_prioritised = true;
    queue_.set_priority(stream, early->second);
    early_priorities_.erase(early);
  } else if (const auto wish = stream.request.fields.get("priority")) {
    stream.client_prioritised = true;
    queue_.set_priority(stream, parsed_priority(*wish));
  }
  arrived_.push_back(&stream);
  return {};
}

// Section 8.1.
Fault Session::trailers(Bytes block) {
  Stream& stream = *streams_.find(section_.head.stream);
  TrailerFields fields(stream.trailers, around_.limits);
  if (!decoder_.decode(block, fields)) return {ErrorCode::compression_error, "no HPACK"};
  if (fields.too_large()) {
    budget_.charge(price_of_malformed);
    reset(stream, ErrorCode::enhance_your_calm);
  } else if (fields.malformed() || !section_.head.has(flag::end_stream)) {
    malformed(stream);
  } else {
    end_content(stream);
  }
  return {};
}

// For a stream that is not served: the decoder needs it all the same.
Fault Session::discard(Bytes block) {
  NoFields nobody;
  if (!decoder_.decode(block, nobody)) return {ErrorCode::compression_error, "no HPACK"};
  return {};
}

// ------------------------------------------------------------------- priorities (RFC 9218 section
// 7)

Fault Session::priority(const FrameHead& head, Bytes payload) {
  if (head.stream == 0) return protocol("not of a stream");
  if (payload.size() != 5) return size("not 5 bytes");
  // What it says is of RFC 7540, and not used.
  return read_31(payload) == head.stream ? protocol("the stream depends on itself") : Fault{};
}

Fault Session::priority_update(const FrameHead& head, Bytes payload) {
  if (head.stream != 0) return protocol("of a stream");
  if (payload.size() < 4) return size("no stream identifier");
  const std::uint32_t id = read_31(payload);
  if (id == 0 || (!of_client(id) && idle(id))) return protocol("for no stream");
  payload = payload.subspan(4);
  const http::Priority wish =
      parsed_priority({reinterpret_cast<const char*>(payload.data()), payload.size()});
  if (Stream* const stream = streams_.find(id)) {
    stream->client_prioritised = true;
    if (!stream->live()) queue_.set_priority(*stream, wish);
  } else if (idle(id)) {
    const auto same = [id](const auto& early) { return early.first == id; };
    std::erase_if(early_priorities_, same);
    if (early_priorities_.size() < most_early_priorities) early_priorities_.emplace_back(id, wish);
  }
  return {};
}

// ------------------------------------------------------------------------ RST_STREAM (section 6.4)

Fault Session::rst_stream(const FrameHead& head, Bytes payload) {
  if (payload.size() != 4) return size("not 4 bytes");
  if (head.stream == 0 || idle(head.stream)) return protocol("no stream for it");
  if (of_client(head.stream)) {
    client_streams_.end(head.stream);
  } else {
    ++cancelled_;  // also if it is over: the client has not wanted it
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
  for (; !payload.empty(); payload = payload.subspan(6)) {
    const Fault fault = setting(h2::Setting{read_16(payload)}, read_32(payload.subspan(2)));
    if (fault) return fault;
  }
  put_head({.type = FrameType::settings, .flags = flag::ack}, pending_);
  send_held_pushes();
  return {};
}

// Section 6.5.2.
Fault Session::setting(h2::Setting setting, std::uint32_t value) {
  switch (setting) {
    case Setting::header_table_size:
      encoder_.limit(value);
      return {};
    case Setting::enable_push:
      if (value > 1) return protocol("ENABLE_PUSH is neither 0 nor 1");
      peer_.takes_pushes = value == 1;
      return {};
    case Setting::max_concurrent_streams:
      peer_.concurrent_streams = value;
      return {};
    case Setting::initial_window_size:
      return initial_window(value);
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

// Section 6.9.2.
Fault Session::initial_window(std::uint32_t value) {
  const std::int64_t change = std::int64_t{value} - peer_.initial_window;
  if (value > largest_window) return {ErrorCode::flow_control_error, "a window above 2^31-1"};
  for (const auto& stream : streams_) {
    if (stream->send_window + change > largest_window) {
      return {ErrorCode::flow_control_error, "it takes a window above 2^31-1"};
    }
  }
  peer_.initial_window = value;
  for (const auto& stream : streams_) {
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
  put_head({.length = 8, .type = FrameType::ping, .flags = flag::ack}, pending_);
  pending_.append({reinterpret_cast<const char*>(payload.data()), payload.size()});
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
    return fits ? Fault{} : Fault{ErrorCode::flow_control_error, "a window above 2^31-1"};
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
