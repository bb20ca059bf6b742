// HpackEncoder: fields of one direction of a connection become field blocks (RFC 7541). What comes
// again and again goes into the dynamic table; what is different for each answer does not, nor what
// is secret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/h2/byte_queue.h"
#include "server/h2/hpack_table.h"

namespace h2 {

class HpackEncoder {
 public:
  // What the peer allows by SETTINGS_HEADER_TABLE_SIZE; told of in the next block (section 4.2).
  void limit(std::size_t bytes);
  // To be called before the fields of each block.
  void begin(ByteQueue& block);
  // Appends one field. Pseudo-header fields come first, as the caller gives them.
  void add(std::string_view name, std::string_view value, ByteQueue& block);

 private:
  DynamicTable table_;
  std::size_t lowest_limit_ = DynamicTable::default_bytes;  // since the last block
  bool limit_changed_ = false;
};

}  // namespace h2
