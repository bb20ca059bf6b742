// The range field: every slice lies within the file, and all of them together are not larger.
#include "static/range.h"

#include "fuzz/target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::uint64_t length = size == 0 ? 0 : std::uint64_t{bytes[0]} * 37;
  const auto field = fuzz::text_of(bytes, size).substr(size == 0 ? 0 : 1);
  const assets::Ranges ranges = assets::parse_ranges(field, length);
  std::uint64_t sum = 0;
  for (const assets::Slice& slice : ranges.slices) {
    fuzz::require(slice.length > 0, "a slice is not empty");
    fuzz::require(slice.offset < length && slice.length <= length - slice.offset,
                  "a slice lies within the file");
    sum += slice.length;
  }
  fuzz::require(sum <= length, "ranges do not multiply a file");
  return 0;
}
