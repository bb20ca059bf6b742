#include "server/h2/hpack_table.h"

#include <array>

namespace h2 {
namespace {

constexpr std::array<http::Field, 61> fixed = {{
    {":authority", ""},
    {":method", "GET"},
    {":method", "POST"},
    {":path", "/"},
    {":path", "/index.html"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "200"},
    {":status", "204"},
    {":status", "206"},
    {":status", "304"},
    {":status", "400"},
    {":status", "404"},
    {":status", "500"},
    {"accept-charset", ""},
    {"accept-encoding", "gzip, deflate"},
    {"accept-language", ""},
    {"accept-ranges", ""},
    {"accept", ""},
    {"access-control-allow-origin", ""},
    {"age", ""},
    {"allow", ""},
    {"authorization", ""},
    {"cache-control", ""},
    {"content-disposition", ""},
    {"content-encoding", ""},
    {"content-language", ""},
    {"content-length", ""},
    {"content-location", ""},
    {"content-range", ""},
    {"content-type", ""},
    {"cookie", ""},
    {"date", ""},
    {"etag", ""},
    {"expect", ""},
    {"expires", ""},
    {"from", ""},
    {"host", ""},
    {"if-match", ""},
    {"if-modified-since", ""},
    {"if-none-match", ""},
    {"if-range", ""},
    {"if-unmodified-since", ""},
    {"last-modified", ""},
    {"link", ""},
    {"location", ""},
    {"max-forwards", ""},
    {"proxy-authenticate", ""},
    {"proxy-authorization", ""},
    {"range", ""},
    {"referer", ""},
    {"refresh", ""},
    {"retry-after", ""},
    {"server", ""},
    {"set-cookie", ""},
    {"strict-transport-security", ""},
    {"transfer-encoding", ""},
    {"user-agent", ""},
    {"vary", ""},
    {"via", ""},
    {"www-authenticate", ""},
}};

}  // namespace

std::span<const http::Field> static_table() { return fixed; }

void DynamicTable::limit(std::size_t bytes) {
  most_ = bytes;
  evict(bytes);
}

void DynamicTable::add(std::string_view name, std::string_view value, std::uint32_t hash) {
  const Slot slot{static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(name.size()),
                  static_cast<std::uint32_t>(value.size()), hash};
  if (slot.bytes() > most_) return evict(0);
  evict(most_ - slot.bytes());
  text_.append(name).append(value);
  slots_.push_back(slot);
  bytes_ += slot.bytes();
  compact();
}

std::size_t DynamicTable::find(std::string_view name, std::string_view value,
                               std::uint32_t hash) const {
  // There are a hundred at most, and a look at each hash costs less than keeping an index of them.
  for (std::size_t i = slots_.size(); i > first_; --i) {
    const Slot& slot = slots_[i - 1];
    if (slot.hash != hash || slot.name != name.size() || slot.value != value.size()) continue;
    if (field(slot) == http::Field{name, value}) return slots_.size() - i;
  }
  return size();
}

void DynamicTable::evict(std::size_t down_to) {
  while (bytes_ > down_to) bytes_ -= slots_[first_++].bytes();
}

// What is gone is cut off when it is as much as what is left: each byte moves once, on average.
void DynamicTable::compact() {
  const std::uint32_t gone = slots_[first_].start;
  if (first_ == 0 || gone < text_.size() / 2) return;
  text_.erase(0, gone);
  slots_.erase(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(first_));
  for (Slot& slot : slots_) slot.start -= gone;
  first_ = 0;
}

}  // namespace h2
