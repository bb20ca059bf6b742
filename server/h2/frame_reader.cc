#include "server/h2/frame_reader.h"

#include <algorithm>
#include <utility>

namespace h2 {
namespace {

using Bytes = std::span<const std::uint8_t>;

Bytes take(Bytes& bytes, std::size_t most) {
  const Bytes taken = bytes.first(std::min(bytes.size(), most));
  bytes = bytes.subspan(taken.size());
  return taken;
}

Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Fault FrameReader::read(Bytes bytes, FrameSink& sink) {
  while (!bytes.empty()) {
    if (const Fault fault = step(bytes, sink)) return fault;
  }
  return {};
}

Fault FrameReader::step(Bytes& bytes, FrameSink& sink) {
  switch (state_) {
    case State::greeting: {
      const Bytes got = take(bytes, left_);
      const auto expected = preface.substr(preface.size() - left_, got.size());
      if (!std::ranges::equal(got, expected, {}, {}, [](char c) { return std::uint8_t(c); })) {
        return {ErrorCode::protocol_error, "no connection preface of HTTP/2"};
      }
      left_ -= got.size();
      if (left_ == 0) state_ = State::head;
      return {};
    }
    case State::head: {
      if (held_.empty() && bytes.size() >= FrameHead::bytes) {
        head_ = read_head(take(bytes, FrameHead::bytes).first<FrameHead::bytes>());
        return begin(sink);
      }
      const Bytes got = take(bytes, FrameHead::bytes - held_.size());
      held_.append(reinterpret_cast<const char*>(got.data()), got.size());
      if (held_.size() < FrameHead::bytes) return {};
      head_ = read_head(bytes_of(held_).first<FrameHead::bytes>());
      held_.clear();
      return begin(sink);
    }
    case State::padding_length: {
      padding_ = take(bytes, 1)[0];
      left_ = head_.length - 1;
      if (padding_ > left_) return {ErrorCode::protocol_error, "more padding than payload"};
      left_ -= padding_;
      state_ = State::data;
      return read_data(bytes, sink);
    }
    case State::data:
      return read_data(bytes, sink);
    case State::padding:
      padding_ -= static_cast<std::uint32_t>(take(bytes, padding_).size());
      if (padding_ > 0) return {};
      state_ = State::head;
      return sink.data_end(head_);
    case State::payload:
      return read_payload(bytes, sink);
  }
  return {};
}

Fault FrameReader::begin(FrameSink& sink) {
  left_ = head_.length;
  padding_ = 0;
  state_ = State::payload;
  if (const Fault fault = sink.begin(head_)) return fault;
  if (head_.length > largest_payload) {
    return {ErrorCode::frame_size_error, "larger than SETTINGS_MAX_FRAME_SIZE"};
  }
  Bytes none;
  if (head_.type != FrameType::data) return head_.length == 0 ? give(none, sink) : Fault{};
  if (head_.has(flag::padded)) {
    state_ = State::padding_length;
    return head_.length > 0 ? Fault{} : Fault{ErrorCode::frame_size_error, "no padding length"};
  }
  state_ = State::data;
  return head_.length == 0 ? read_data(none, sink) : Fault{};
}

Fault FrameReader::read_data(Bytes& bytes, FrameSink& sink) {
  const Bytes piece = take(bytes, left_);
  left_ -= piece.size();
  if (left_ == 0) state_ = padding_ > 0 ? State::padding : State::head;
  if (!piece.empty()) {
    if (const Fault fault = sink.data(head_, piece)) return fault;
  }
  return state_ == State::head ? sink.data_end(head_) : Fault{};
}

Fault FrameReader::read_payload(Bytes& bytes, FrameSink& sink) {
  const Bytes piece = take(bytes, left_);
  left_ -= piece.size();
  if (left_ == 0 && held_.empty()) return give(piece, sink);
  held_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  if (left_ > 0) return {};
  const std::string whole = std::exchange(held_, {});
  return give(bytes_of(whole), sink);
}

Fault FrameReader::give(Bytes payload, FrameSink& sink) {
  state_ = State::head;
  if (head_.has(flag::padded) && head_.type == FrameType::headers) {
    if (payload.empty()) return {ErrorCode::frame_size_error, "no padding length"};
    const std::size_t padding = payload[0];
    payload = payload.subspan(1);
    if (padding > payload.size()) return {ErrorCode::protocol_error, "more padding than payload"};
    payload = payload.first(payload.size() - padding);
  }
  return sink.frame(head_, payload);
}

}  // namespace h2
