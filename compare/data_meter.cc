#include "compare/data_meter.h"

#include <algorithm>

namespace lab {
namespace {

constexpr auto data_frame = std::byte{0};

}  // namespace

void DataMeter::read(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (payload_left_ > 0) {
      const std::size_t size = std::min(payload_left_, bytes.size());
      if (counted_ != nullptr) *counted_ += size;
      payload_left_ -= size;
      bytes = bytes.subspan(size);
      continue;
    }
    const std::size_t size = std::min(header_size - header_read_, bytes.size());
    std::copy_n(bytes.begin(), size, header_.begin() + static_cast<std::ptrdiff_t>(header_read_));
    header_read_ += size;
    bytes = bytes.subspan(size);
    if (header_read_ == header_size) begin_frame();
  }
}

void DataMeter::begin_frame() {
  const auto at = [this](std::size_t index) {
    return std::to_integer<std::uint32_t>(header_[index]);
  };
  header_read_ = 0;
  payload_left_ = at(0) << 16 | at(1) << 8 | at(2);
  const std::uint32_t stream = (at(5) & 0x7F) << 24 | at(6) << 16 | at(7) << 8 | at(8);
  // References into an unordered_map stay good when others are added.
  counted_ = header_[3] == data_frame ? &content_[static_cast<std::int32_t>(stream)] : nullptr;
}

std::uint64_t DataMeter::content_of(std::int32_t stream) const {
  const auto found = content_.find(stream);
  return found == content_.end() ? 0 : found->second;
}

}  // namespace lab
