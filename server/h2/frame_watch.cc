#include "server/h2/frame_watch.h"

#include <algorithm>
#include <iterator>

namespace h2 {
namespace {

// RFC 9113 section 6, RFC 9218 section 7.1.
enum Type : std::uint8_t {
  data = 0x0,
  headers = 0x1,
  priority = 0x2,
  rst_stream = 0x3,
  settings = 0x4,
  push_promise = 0x5,
  ping = 0x6,
  goaway = 0x7,
  window_update = 0x8,
  continuation = 0x9,
  priority_update = 0x10,
};
constexpr std::uint8_t end_stream = 0x1;
constexpr std::uint8_t ack = 0x1;
constexpr std::uint8_t end_headers = 0x4;
constexpr std::uint8_t padded = 0x8;
constexpr unsigned most_continuations = 8;  // of one field block; nghttp2 takes no more either
constexpr std::uint32_t largest_frame =
    16'384;  // SETTINGS_MAX_FRAME_SIZE, which is not raised here

std::uint32_t identifier(const std::uint8_t* bytes) {
  return (bytes[0] & 0x7FU) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

}  // namespace

bool FrameWatch::StreamBits::get(std::uint32_t number) const {
  return (words_[(number >> 6) & 7] >> (number & 63) & 1) != 0;
}
void FrameWatch::StreamBits::set(std::uint32_t number, bool on) {
  const std::uint64_t mask = std::uint64_t{1} << (number & 63);
  std::uint64_t& word = words_[(number >> 6) & 7];
  word = on ? word | mask : word & ~mask;
}
void FrameWatch::StreamBits::fill(bool on) { words_.fill(on ? ~std::uint64_t{0} : 0); }

void FrameWatch::refill(std::chrono::duration<double> passed) {
  tokens_ = std::min(burst, tokens_ + passed.count() * refill_per_second);
}

FrameWatch::Passed FrameWatch::feed(std::span<const std::byte> bytes) {
  std::size_t at = 0;
  const auto skip = [&](auto& left) {
    const std::size_t count = std::min<std::size_t>(left, bytes.size() - at);
    left -= static_cast<std::uint32_t>(count);
    at += count;
  };
  while (at < bytes.size()) {
    if (preface_left_ > 0) {
      skip(preface_left_);
      continue;
    }
    if (to_skip_ > 0) {
      skip(to_skip_);
      continue;
    }
    const std::size_t start = at;
    const bool straddles = have_ > 0;
    while (have_ < need_ && at < bytes.size()) {
      head_[have_++] = static_cast<std::uint8_t>(bytes[at++]);
      if (have_ != 9) continue;
      length_ = static_cast<std::uint32_t>(head_[0]) << 16 | head_[1] << 8 | head_[2];
      const bool has_pad_length = head_[3] == data && (head_[4] & padded) != 0;
      const std::uint32_t wanted = head_[3] == priority          ? 5
                                   : head_[3] == priority_update ? 4
                                   : has_pad_length              ? 1
                                                                 : 0;
      need_ = 9 + std::min(length_, wanted);
    }
    if (have_ < need_) break;
    to_skip_ = length_ - (need_ - 9);
    const Verdict verdict = judge();
    have_ = 0;
    need_ = 9;
    if (verdict != Verdict::fine) return {straddles ? 0 : start, verdict};
  }
  return {bytes.size(), Verdict::fine};
}

Verdict FrameWatch::judge() {
  const std::uint32_t id = identifier(&head_[5]);
  tokens_ -= price();
  Verdict verdict = judge_field_block(id);
  if (verdict != Verdict::fine) return verdict;
  if (head_[3] == data) verdict = judge_data(id);
  if (head_[3] == headers && (id & 1) != 0) verdict = judge_headers(id);
  if (head_[3] == priority) verdict = judge_priority(id);
  if (head_[3] == rst_stream && (id & 1) != 0 && known(id)) ended_.set(id / 2, true);
  if (verdict != Verdict::fine) return verdict;
  return exhausted() ? Verdict::enhance_your_calm : Verdict::fine;
}

// Sections 4.3 and 6.10. nghttp2 looks at the order, but takes CONTINUATION of any size.
Verdict FrameWatch::judge_field_block(std::uint32_t id) {
  if (open_block_ && head_[3] != continuation) return Verdict::protocol_error;
  if (head_[3] == continuation && length_ > largest_frame) return Verdict::frame_size_error;
  continuations_ = head_[3] == continuation ? continuations_ + 1 : 0;
  if (continuations_ > most_continuations) return Verdict::enhance_your_calm;
  if (head_[3] == headers || head_[3] == continuation) {
    open_block_ = (head_[4] & end_headers) == 0;
  }
  // RFC 9218 section 7.1: nghttp2 ignores a priority for stream 0.
  const bool for_connection =
      head_[3] == priority_update && length_ >= 4 && id == 0 && identifier(&head_[9]) == 0;
  return for_connection ? Verdict::protocol_error : Verdict::fine;
}

Verdict FrameWatch::judge_data(std::uint32_t id) {
  if ((id & 1) == 0 || !known(id)) return Verdict::fine;
  if (ended_.get(id / 2)) return Verdict::stream_closed;
  if ((head_[4] & end_stream) != 0) ended_.set(id / 2, true);
  return Verdict::fine;
}

Verdict FrameWatch::judge_headers(std::uint32_t id) {
  const std::uint32_t number = id / 2;
  const bool ends = (head_[4] & end_stream) != 0;
  if (id > highest_) {
    std::uint32_t from = highest_ > 0 ? highest_ + 2 : 1;
    if ((id - from) / 2 >= remembered) {
      ended_.fill(false);
      jumped_.fill(true);
      from = id;
    }
    for (; from < id; from += 2) {
      ended_.set(from / 2, false);
      jumped_.set(from / 2, true);
    }
    highest_ = id;
    jumped_.set(number, false);
    ended_.set(number, ends);
    return Verdict::fine;
  }
  if (!known(id)) return Verdict::fine;
  if (jumped_.get(number)) return Verdict::protocol_error;
  if (ended_.get(number)) return Verdict::stream_closed;
  if (ends) ended_.set(number, true);  // trailers
  return Verdict::fine;
}

Verdict FrameWatch::judge_priority(std::uint32_t id) {
  if (id == 0) return Verdict::protocol_error;
  const bool on_itself = length_ == 5 && identifier(&head_[9]) == id;
  return on_itself ? Verdict::protocol_error : Verdict::fine;
}

std::string FrameWatch::last_frame() const {
  constexpr const char* names[] = {"DATA",          "HEADERS",      "PRIORITY", "RST_STREAM",
                                   "SETTINGS",      "PUSH_PROMISE", "PING",     "GOAWAY",
                                   "WINDOW_UPDATE", "CONTINUATION"};
  const std::uint8_t kind = head_[3];
  const std::string name = kind < std::size(names)   ? names[kind]
                           : kind == priority_update ? "PRIORITY_UPDATE"
                                                     : "a frame of type " + std::to_string(kind);
  return name + " on stream " + std::to_string(identifier(&head_[5]));
}

// What a frame costs its receiver beyond its share of bytes. A client in good order stays far below
// the refill rate; every known flood of HTTP/2 runs dry within a thousand frames or so.
double FrameWatch::price() const {
  switch (head_[3]) {
    case data: {
      const std::uint32_t padding = (head_[4] & padded) != 0 && length_ > 0 ? head_[9] + 1U : 0;
      return length_ <= padding && (head_[4] & end_stream) == 0 ? 1 : 0;
    }
    case headers:
      return 0;
    case settings:
      return (head_[4] & ack) != 0 ? 0 : 2;
    case push_promise:
      return 10;
    case ping:
      return (head_[4] & ack) != 0 ? 0 : 1;
    case window_update:
      return 0.02;
    case continuation:
      return length_ > 0 ? 1 : 5;
    case goaway:
    case priority_update:
      return 0.5;
    default:
      return 1;  // PRIORITY, RST_STREAM and what nobody knows
  }
}

}  // namespace h2
