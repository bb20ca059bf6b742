// How a Session reads: what DATA and HEADERS of the client mean, and what is wrong with them. Facts
// are noted; handlers run later. The other frames are in session_control.cc.
#include <algorithm>

#include "server/h2/priority.h"
#include "server/h2/request_fields.h"
#include "server/h2/session.h"

namespace h2 {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr unsigned most_continuations = 8;  // of one header section; no client needs as many
// What a client's mistakes cost (FrameBudget), besides what their frames do.
constexpr double price_of_malformed = 10;
constexpr double price_of_bomb = 20;  // of four times what a header section may have
constexpr double price_of_discarded = 1;

Fault protocol(const char* why) { return {ErrorCode::protocol_error, why}; }
Fault size(const char* why) { return {ErrorCode::frame_size_error, why}; }

}  // namespace

// No frame has named it yet (section 5.1).
bool Session::idle(std::uint32_t id) const {
  return opened_by_client(id) ? client_streams_.idle(id) : pushes_.idle(id);
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
  if (!opened_by_client(head.stream) || idle(head.stream)) return protocol("no stream for it");
  if (client_streams_.ended(head.stream)) {
    return {ErrorCode::stream_closed, "the client has ended the stream"};
  }
  if (head.length > receive_window_) {
    return {ErrorCode::flow_control_error, "more than the connection's window"};
  }
  receive_window_ -= head.length;
  Stream* const stream = streams_.find(head.stream);
  if (!stream) return {};  // reset by us: the client does not know yet
  if (stream->content_ended()) {
    reset(*stream, ErrorCode::stream_closed);  // so long ago that client_streams_ has forgotten
    return {};
  }
  RequestContent& content = *stream->content();
  if (head.length > content.window) {
    reset(*stream, ErrorCode::flow_control_error);
    return {};
  }
  content.window -= head.length;
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
  RequestContent& content = *stream.content();
  if (content.left && piece.size() > *content.left) {
    malformed(stream);  // section 8.1.1; closed, so nothing of it is read any more
    give_back(piece.size());
    return {};
  }
  if (content.left) *content.left -= piece.size();
  content.receive({reinterpret_cast<const char*>(piece.data()), piece.size()});
  if (content_.empty() || content_.back() != &stream) content_.push_back(&stream);
  return {};
}

Fault Session::data_end(const FrameHead& head) {
  const std::size_t padding = head.length - read_;
  if (!reading_) {
    give_back(padding);
  } else if (padding > 0) {
    reading_->content()->skip(padding);
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
  if (stream.content()->left.value_or(0) > 0) return malformed(stream);
  stream.content()->end();
  content_.push_back(&stream);
  if (stream.has_sent_all()) close(stream, ErrorCode::no_error);
}

// Section 8.1.1.
void Session::malformed(Stream& stream) {
  budget_.charge(price_of_malformed);
  reset(stream, ErrorCode::protocol_error);
}

// ------------------------------------------------------- HEADERS, CONTINUATION
// (sections 6.2, 6.10)

Fault Session::begin_headers(const FrameHead& head) {
  if (!opened_by_client(head.stream)) return protocol("clients open odd streams only");
  if (client_streams_.jumped(head.stream)) return protocol("the client has passed the stream over");
  if (client_streams_.ended(head.stream)) {
    return {ErrorCode::stream_closed, "the client has ended the stream"};
  }
  section_.fresh = idle(head.stream);
  if (section_.fresh) {
    client_streams_.open(head.stream);
    section_.early_priority = early_priorities_.take(head.stream);
  }
  if (head.has(flag::end_stream)) client_streams_.end(head.stream);
  return {};
}

Fault Session::headers(const FrameHead& head, Bytes payload) {
  if (head.has(flag::priority)) {
    if (payload.size() < 5) return size("too short for its priority");
    payload = payload.subspan(5);  // of RFC 7540, and ignored, as SETTINGS have said
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
  ++sections_;
  const std::uint32_t id = section_.head.stream;
  if (!section_.fresh) {
    const Stream* stream = streams_.find(id);
    return stream && !stream->content_ended() ? trailers(block) : discard(block);
  }
  if (draining_ && id > last_served_) return discard(block);  // as GOAWAY has said
  if (open_ >= announced_.concurrent_streams) {
    budget_.charge(5);
    writer_.rst_stream(id, ErrorCode::refused_stream);  // section 5.1.2
    return discard(block);
  }
  return request(block);
}

// Before it has acknowledged our SETTINGS, a client goes by the default.
std::int64_t Session::stream_window() const {
  const std::int64_t told = announced_.stream_window;
  return settings_acknowledged_ ? told : std::max<std::int64_t>(told, default_window);
}

// Few bytes of a block may be megabytes of fields: who sends such pays for them, whatever its
// stream.
Fault Session::decode(Bytes block, FieldSink& sink) {
  const std::size_t bomb = 4 * around_.limits.header_bytes;
  const auto affordable = static_cast<std::size_t>(FrameBudget::burst / price_of_bomb);
  const bool decoded = decoder_.decode(block, sink, affordable * bomb);
  if (decoder_.decoded() > bomb) {
    budget_.charge(price_of_bomb * static_cast<double>(decoder_.decoded()) /
                   static_cast<double>(bomb));
  }
  if (decoded) return {};
  if (decoder_.decoded() <= affordable * bomb) return {ErrorCode::compression_error, "no HPACK"};
  return {ErrorCode::enhance_your_calm, "a field block that becomes megabytes of fields"};
}

Fault Session::request(Bytes block) {
  Stream& stream = open(section_.head.stream);
  ++open_;
  RequestFields fields(stream.request, around_.limits);
  if (const Fault fault = decode(block, fields)) return fault;
  const bool ends = section_.head.has(flag::end_stream);
  if (fields.bomb()) {
    reset(stream, ErrorCode::enhance_your_calm);
    return {};
  }
  if (fields.malformed() || (ends && fields.content_length().value_or(0) > 0)) {
    malformed(stream);
    return {};
  }
  stream.too_large = fields.too_large();
  if (!ends) stream.expect_content(fields.content_length(), stream_window());
  if (section_.early_priority) {
    stream.client_prioritised = true;
    queue_.set_priority(stream, *section_.early_priority);
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
  TrailerFields fields(stream.content()->trailers, around_.limits);
  if (const Fault fault = decode(block, fields)) return fault;
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
  budget_.charge(price_of_discarded);
  return decode(block, nobody);
}

}  // namespace h2
