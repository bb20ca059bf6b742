#include "server/h2/hpack_encoder.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "server/h2/huffman.h"

namespace h2 {
namespace {

// Good enough to tell fields apart, eight bytes at a time.
std::uint32_t hash_of(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = seed ^ text.size();
  const auto mix = [&hash](std::uint64_t chunk) {
    hash = (hash ^ chunk) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 29;
  };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t chunk = 0;
    std::memcpy(&chunk, text.data() + at, 8);
    mix(chunk);
  }
  if (at < text.size()) {
    std::uint64_t chunk = 0;
    std::memcpy(&chunk, text.data() + at, text.size() - at);
    mix(chunk);
  }
  return static_cast<std::uint32_t>(hash ^ hash >> 32);
}

enum class Indexing { incremental, none, never };

// What the encoder knows of a name: the static table's index of it, and whether its values are
// worth a place in the dynamic table.
struct Name {
  std::string_view text;
  std::uint8_t index = 0;  // 0: not in the static table
  Indexing indexing = Indexing::incremental;
};

Indexing indexing_of(std::string_view name) {
  for (const std::string_view secret : {"set-cookie", "authorization", "cookie"}) {
    if (name == secret) return Indexing::never;
  }
  for (const std::string_view single :
       {":path", "age", "content-length", "content-range", "etag", "location"}) {
    if (name == single) return Indexing::none;
  }
  return Indexing::incremental;
}

// The names of the static table by hash, open addressing.
class Names {
 public:
  Names() {
    const auto fixed = static_table();
    for (std::size_t i = 0; i < fixed.size(); ++i) {
      const std::string_view name = fixed[i].name;
      if (i > 0 && fixed[i - 1].name == name) continue;
      std::size_t place = hash_of(name, 0) % places_.size();
      while (!places_[place].text.empty()) place = (place + 1) % places_.size();
      places_[place] = {name, static_cast<std::uint8_t>(i + 1), indexing_of(name)};
    }
  }
  Name find(std::string_view name, std::uint32_t hash) const {
    for (std::size_t place = hash % places_.size(); !places_[place].text.empty();
         place = (place + 1) % places_.size()) {
      if (places_[place].text == name) return places_[place];
    }
    return {name, 0, Indexing::incremental};
  }

 private:
  std::array<Name, 256> places_;
};

const Names names;

// Section 5.1.
void put_integer(std::uint32_t value, unsigned prefix, std::uint8_t flags, std::string& block) {
  const std::uint32_t most = (1U << prefix) - 1;
  if (value < most) {
    block.push_back(static_cast<char>(flags | value));
    return;
  }
  block.push_back(static_cast<char>(flags | most));
  for (value -= most; value >= 128; value >>= 7) {
    block.push_back(static_cast<char>(0x80U | (value & 0x7fU)));
  }
  block.push_back(static_cast<char>(value));
}

// Section 5.2.
void put_string(std::string_view text, std::string& block) {
  const std::size_t coded = huffman::encoded_size(text);
  if (coded < text.size()) {
    put_integer(static_cast<std::uint32_t>(coded), 7, 0x80, block);
    huffman::encode(text, block);
  } else {
    put_integer(static_cast<std::uint32_t>(text.size()), 7, 0, block);
    block.append(text);
  }
}

// The index of a pseudo-header field that the static table has with this value, or 0. No other
// field that is sent here has a value there.
std::uint8_t fixed_index(const Name& name, std::string_view value) {
  const auto fixed = static_table();
  for (std::uint8_t index = name.index; index <= fixed.size(); ++index) {
    if (fixed[index - 1].name != name.text) break;
    if (fixed[index - 1].value == value) return index;
  }
  return 0;
}

}  // namespace

void HpackEncoder::limit(std::size_t bytes) {
  const std::size_t allowed = std::min(bytes, DynamicTable::default_bytes);
  if (allowed == table_.most_bytes() && !limit_changed_) return;
  lowest_limit_ = std::min(lowest_limit_, allowed);
  limit_changed_ = true;
  table_.limit(allowed);
}

void HpackEncoder::begin(std::string& block) {
  if (!limit_changed_) return;
  const auto now = static_cast<std::uint32_t>(table_.most_bytes());
  if (lowest_limit_ < now) put_integer(static_cast<std::uint32_t>(lowest_limit_), 5, 0x20, block);
  put_integer(now, 5, 0x20, block);
  limit_changed_ = false;
  lowest_limit_ = now;
}

void HpackEncoder::add(std::string_view name, std::string_view value, std::string& block) {
  const std::uint32_t name_hash = hash_of(name, 0);
  const Name known = names.find(name, name_hash);
  if (name.starts_with(':') && known.index > 0) {
    if (const auto index = fixed_index(known, value)) return put_integer(index, 7, 0x80, block);
  }
  // An entry that takes most of the table would leave room for nothing else.
  const bool small = name.size() + value.size() + 32 <= table_.most_bytes() / 4 * 3;
  if (known.indexing == Indexing::incremental && small) {
    const std::uint32_t hash = hash_of(value, name_hash);
    const std::size_t found = table_.find(name, value, hash);
    const auto past_fixed = static_cast<std::uint32_t>(static_table().size() + 1);
    if (found < table_.size()) {
      return put_integer(past_fixed + static_cast<std::uint32_t>(found), 7, 0x80, block);
    }
    put_integer(known.index, 6, 0x40, block);
    if (known.index == 0) put_string(name, block);
    put_string(value, block);
    table_.add(name, value, hash);
    return;
  }
  put_integer(known.index, 4, known.indexing == Indexing::never ? 0x10 : 0, block);
  if (known.index == 0) put_string(name, block);
  put_string(value, block);
}

}  // namespace h2
