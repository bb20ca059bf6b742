// Byte ranges (RFC 9110 section 14): what a Range field asks of a representation of a known length.
// Pure; whether the field counts at all (If-Range, method) is decided in precondition.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assets {

// Part of a representation, never empty when it comes from a Range field.
struct Slice {
  std::uint64_t offset;
  std::uint64_t length;
  bool operator==(const Slice&) const = default;
};

struct Ranges {
  enum class Verdict {
    ignored,        // malformed, another unit, overlapping, too many: send the whole
    unsatisfiable,  // nothing of it lies within the representation: 416
    satisfiable,    // send `slices`
  };
  Verdict verdict = Verdict::ignored;
  std::vector<Slice> slices;  // in the order asked
};

// More ranges than this in one field are not served as ranges.
inline constexpr std::size_t most_ranges = 16;

// Ends beyond the length are clamped, a slice that begins where the one before it ends is joined to
// it, and the field is ignored when slices overlap. For an empty representation it is always
// ignored, as some clients send `bytes=0-` with everything.
Ranges parse_ranges(std::string_view field, std::uint64_t length);

// The value of content-range: "bytes 0-499/1234", "bytes */1234".
std::string content_range(Slice slice, std::uint64_t length);
std::string unsatisfied_content_range(std::uint64_t length);

}  // namespace assets
