#include "server/h2/hpack_encoder.h"

#include <algorithm>
#include <array>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "server/h2/huffman.h"

namespace h2 {
namespace {

// Tells most names apart: where two have the same, only time is lost.
std::uint64_t mark_of(std::string_view name) {
  if (name.empty()) return 0;
  const auto byte = [&](std::size_t at) {
    return std::uint64_t{static_cast<std::uint8_t>(name[at])};
  };
  const std::uint64_t bytes =
      name.size() | byte(0) << 8 | byte(name.size() / 2) << 16 | byte(name.size() - 1) << 24;
  return bytes * 0x9e3779b97f4a7c15ULL >> 32;
}

std::uint32_t hash_of(std::uint64_t name_mark, std::string_view value) {
  return static_cast<std::uint32_t>(XXH3_64bits_withSeed(value.data(), value.size(), name_mark));
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

// The names of the static table by their marks, open addressing.
class Names {
 public:
  Names() {
    const auto fixed = static_table();
    for (std::size_t i = 0; i < fixed.size(); ++i) {
      const std::string_view name = fixed[i].name;
      if (i > 0 && fixed[i - 1].name == name) continue;
      std::size_t place = mark_of(name) % places_.size();
      while (!places_[place].text.empty()) place = (place + 1) % places_.size();
      places_[place] = {name, static_cast<std::uint8_t>(i + 1), indexing_of(name)};
    }
  }
  Name find(std::string_view name, std::uint64_t mark) const {
    for (std::size_t place = mark % places_.size(); !places_[place].text.empty();
         place = (place + 1) % places_.size()) {
      if (places_[place].text == name) return places_[place];
    }
    return {name, 0, Indexing::incremental};
  }

 private:
  std::array<Name, 256> places_;
};

const Names names;

// What integers and strings take at most, besides the string itself.
constexpr std::size_t room_for_integers = 3 * 6;

// Section 5.1.
char* put_integer(std::uint32_t value, unsigned prefix, std::uint8_t flags, char* to) {
  const std::uint32_t most = (1U << prefix) - 1;
  if (value < most) {
    *to++ = static_cast<char>(flags | value);
    return to;
  }
  *to++ = static_cast<char>(flags | most);
  for (value -= most; value >= 128; value >>= 7) {
    *to++ = static_cast<char>(0x80U | (value & 0x7fU));
  }
  *to++ = static_cast<char>(value);
  return to;
}

// Section 5.2.
char* put_string(std::string_view text, char* to) {
  const std::size_t coded = huffman::encoded_size(text);
  if (coded < text.size()) {
    to = put_integer(static_cast<std::uint32_t>(coded), 7, 0x80, to);
    return huffman::encode(text, to);
  }
  to = put_integer(static_cast<std::uint32_t>(text.size()), 7, 0, to);
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// Section 6.2.
char* put_literal(const Name& name, std::uint8_t flags, unsigned prefix, std::string_view value,
                  char* to) {
  to = put_integer(name.index, prefix, flags, to);
  if (name.index == 0) to = put_string(name.text, to);
  return put_string(value, to);
}

// The index of a pseudo-header field that the static table has with this value, or 0. No other
// field that is sent here has a value there.
std::uint8_t fixed_index(const Name& name, std::string_view value) {
  const auto fixed = static_table();
  for (std::size_t index = name.index; index <= fixed.size(); ++index) {
    if (fixed[index - 1].name != name.text) break;
    if (fixed[index - 1].value == value) return static_cast<std::uint8_t>(index);
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

void HpackEncoder::begin(ByteQueue& block) {
  if (!limit_changed_) return;
  const auto now = static_cast<std::uint32_t>(table_.most_bytes());
  char* to = block.room(room_for_integers);
  if (lowest_limit_ < now) to = put_integer(static_cast<std::uint32_t>(lowest_limit_), 5, 0x20, to);
  block.commit(put_integer(now, 5, 0x20, to));
  limit_changed_ = false;
  lowest_limit_ = now;
}

void HpackEncoder::add(std::string_view name, std::string_view value, ByteQueue& block) {
  char* const to = block.room(name.size() + value.size() + room_for_integers);
  const std::uint64_t mark = mark_of(name);
  const Name known = names.find(name, mark);
  if (name.starts_with(':') && known.index > 0) {
    const std::uint8_t index = fixed_index(known, value);
    if (index > 0) return block.commit(put_integer(index, 7, 0x80, to));
  }
  if (known.indexing == Indexing::incremental) {
    const std::uint32_t hash = hash_of(mark, value);
    const std::size_t found = table_.find(name, value, hash);
    if (found < table_.size()) {
      const auto index = static_cast<std::uint32_t>(static_table().size() + 1 + found);
      return block.commit(put_integer(index, 7, 0x80, to));
    }
    // An entry that takes most of the table would leave room for nothing else.
    if (name.size() + value.size() + 32 <= table_.most_bytes() / 4 * 3) {
      table_.add(name, value, hash);
      return block.commit(put_literal(known, 0x40, 6, value, to));
    }
  }
  const std::uint8_t form = known.indexing == Indexing::never ? 0x10 : 0;
  block.commit(put_literal(known, form, 4, value, to));
}

}  // namespace h2
