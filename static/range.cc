#include "static/range.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "server/http/headers.h"

namespace assets {
namespace {

constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();

// Digits only; what does not fit is `huge`.
std::optional<std::uint64_t> parse_position(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (huge - digit) / 10 ? huge : value * 10 + digit;
  }
  return value;
}

// One range-spec. None: malformed. A slice of length 0: well formed, but outside the
// representation.
std::optional<Slice> parse_range(std::string_view spec, std::uint64_t length) {
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view from = spec.substr(0, dash);
  const std::string_view to = spec.substr(dash + 1);

  if (from.empty()) {
    const auto suffix = parse_position(to);
    if (!suffix) return std::nullopt;
    const std::uint64_t last_bytes = std::min(*suffix, length);
    return Slice{length - last_bytes, last_bytes};
  }

  const auto first = parse_position(from);
  const auto last = to.empty() ? std::optional(huge) : parse_position(to);
  if (!first || !last || *last < *first) return std::nullopt;
  if (*first >= length) return Slice{0, 0};
  return Slice{*first, std::min(*last, length - 1) - *first + 1};
}

bool overlap(Slice a, Slice b) {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}

// What stands before the next comma, taken off `list`.
std::string_view take_element(std::string_view& list) {
  const auto comma = list.find(',');
  const std::string_view element = list.substr(0, comma);
  list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  return http::trim(element);
}

}  // namespace

Ranges parse_ranges(std::string_view field, std::uint64_t length) {
  const auto equals = field.find('=');
  if (length == 0 || equals == std::string_view::npos) return {};
  if (!http::equal_ignoring_case(http::trim(field.substr(0, equals)), "bytes")) return {};

  std::vector<Slice> slices;
  std::size_t asked = 0;
  for (std::string_view list = field.substr(equals + 1); !list.empty();) {
    const std::string_view element = take_element(list);
    if (element.empty()) continue;  // RFC 9110 section 5.6.1.2
    if (++asked > most_ranges) return {};
    const auto slice = parse_range(element, length);
    if (!slice) return {};
    if (slice->length == 0) continue;
    const auto overlaps = [&](Slice other) { return overlap(*slice, other); };
    if (std::ranges::any_of(slices, overlaps)) return {};
    if (!slices.empty() && slices.back().offset + slices.back().length == slice->offset) {
      slices.back().length += slice->length;
    } else {
      slices.push_back(*slice);
    }
  }
  if (asked == 0) return {};
  if (slices.empty()) return {Ranges::Verdict::unsatisfiable, {}};
  return {Ranges::Verdict::satisfiable, std::move(slices)};
}

std::string content_range(Slice slice, std::uint64_t length) {
  return "bytes " + std::to_string(slice.offset) + "-" +
         std::to_string(slice.offset + slice.length - 1) + "/" + std::to_string(length);
}

std::string unsatisfied_content_range(std::uint64_t length) {
  return "bytes */" + std::to_string(length);
}

}  // namespace assets
