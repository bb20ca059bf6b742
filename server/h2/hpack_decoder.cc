#include "server/h2/hpack_decoder.h"

#include <limits>

#include "server/h2/huffman.h"

namespace h2 {
namespace {

constexpr std::size_t largest_scratch = 4096;  // kept from one block to the next

}  // namespace

// Integers and strings (sections 5.1 and 5.2). Nothing it gives is valid once it has failed.
class HpackDecoder::Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty(); }
  bool failed() const { return failed_; }
  std::uint8_t first() const { return bytes_.front(); }

  // With a prefix of so many bits; of 32 bits at most, and as many octets as those take (section
  // 5.1 leaves the limit to us).
  std::uint32_t integer(unsigned prefix) {
    if (at_end()) return fail();
    const std::uint32_t most = (1U << prefix) - 1;
    std::uint64_t value = take() & most;
    if (value < most) return static_cast<std::uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 7) {
      if (at_end()) return fail();
      const std::uint8_t byte = take();
      value += std::uint64_t{byte & 0x7fU} << shift;
      if (value > std::numeric_limits<std::uint32_t>::max()) return fail();
      if ((byte & 0x80U) == 0) return static_cast<std::uint32_t>(value);
    }
    return fail();
  }

  // Valid as long as the block, or until `scratch` changes.
  std::string_view string(std::string& scratch) {
    if (at_end()) {
      fail();
      return {};
    }
    const bool coded = (first() & 0x80U) != 0;
    const std::uint32_t size = integer(7);
    if (failed_ || size > bytes_.size()) {
      fail();
      return {};
    }
    const auto text = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    if (!coded) return {reinterpret_cast<const char*>(text.data()), text.size()};
    scratch.clear();
    if (!huffman::decode(text, scratch)) fail();
    return scratch;
  }

 private:
  std::uint8_t take() {
    const std::uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  std::uint32_t fail() {
    failed_ = true;
    return 0;
  }

  std::span<const std::uint8_t> bytes_;
  bool failed_ = false;
};

std::optional<http::Field> HpackDecoder::indexed(std::uint32_t index) const {
  const auto fixed = static_table();
  if (index == 0 || index > fixed.size() + table_.size()) return std::nullopt;
  return index <= fixed.size() ? fixed[index - 1] : table_[index - fixed.size() - 1];
}

// Section 6.2: what all three forms share.
bool HpackDecoder::literal(Reader& reader, std::uint32_t name_index, FieldSink& sink,
                           std::string_view& name, std::string_view& value) {
  if (name_index > 0) {
    const auto field = indexed(name_index);
    if (!field) return false;
    name_ = field->name;  // adding the new entry may evict this one
    name = name_;
  } else {
    name = reader.string(name_);
  }
  value = reader.string(value_);
  if (reader.failed()) return false;
  give(name, value, sink);
  return true;
}

void HpackDecoder::give(std::string_view name, std::string_view value, FieldSink& sink) {
  decoded_ += name.size() + value.size() + 32;
  sink.field(name, value);
}

bool HpackDecoder::decode(std::span<const std::uint8_t> block, FieldSink& sink, std::size_t most) {
  Reader reader(block);
  decoded_ = 0;
  bool sizes_allowed = true;  // only at the beginning (section 4.2)
  while (!reader.at_end()) {
    if (decoded_ > most) return false;
    const std::uint8_t first = reader.first();
    std::string_view name;
    std::string_view value;
    if ((first & 0x80U) != 0) {  // indexed field (section 6.1)
      const auto field = indexed(reader.integer(7));
      if (reader.failed() || !field) return false;
      give(field->name, field->value, sink);
    } else if ((first & 0x40U) != 0) {  // with incremental indexing (section 6.2.1)
      const std::uint32_t index = reader.integer(6);
      if (reader.failed() || !literal(reader, index, sink, name, value)) return false;
      table_.add(name, value);
    } else if ((first & 0x20U) != 0) {  // dynamic table size update (section 6.3)
      const std::uint32_t size = reader.integer(5);
      const bool allowed = sizes_allowed && size <= DynamicTable::default_bytes;
      if (reader.failed() || !allowed) return false;
      table_.limit(size);
      continue;
    } else {  // without indexing, or never indexed (sections 6.2.2 and 6.2.3)
      const std::uint32_t index = reader.integer(4);
      if (reader.failed() || !literal(reader, index, sink, name, value)) return false;
    }
    sizes_allowed = false;
  }
  if (name_.capacity() + value_.capacity() > largest_scratch) {
    name_ = {};
    value_ = {};
  }
  return true;
}

}  // namespace h2
