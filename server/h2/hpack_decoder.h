// HpackDecoder: field blocks of one direction of a connection become fields (RFC 7541).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/h2/hpack_table.h"

namespace h2 {

// Takes the fields of one section, one after the other.
class FieldSink {
 public:
  // The views are valid within the call.
  virtual void field(std::string_view name, std::string_view value) = 0;

 protected:
  ~FieldSink() = default;
};

class HpackDecoder {
 public:
  // Every block must be given, whoever wants its fields, or the table goes wrong. False: the block
  // is no HPACK, and the connection ends with COMPRESSION_ERROR; or it has more than `most` bytes,
  // as decoded() counts them, and the connection ends as well.
  bool decode(std::span<const std::uint8_t> block, FieldSink& sink,
              std::size_t most = static_cast<std::size_t>(-1));
  // Bytes of the last block's fields: names, values and 32 for each.
  std::size_t decoded() const { return decoded_; }

 private:
  class Reader;
  // The field at an index of both tables (section 2.3.3).
  std::optional<http::Field> indexed(std::uint32_t index) const;
  bool literal(Reader& reader, std::uint32_t name_index, FieldSink& sink, std::string_view& name,
               std::string_view& value);

  void give(std::string_view name, std::string_view value, FieldSink& sink);

  DynamicTable table_;
  std::size_t decoded_ = 0;
  // For strings that are not in the block as they are, and for names whose entry may go.
  std::string name_;
  std::string value_;
};

}  // namespace h2
