#include "cli/units.h"

#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <utility>

namespace cli {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t worth;
};
constexpr std::array<Unit, 5> duration_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::array<Unit, 4> size_units{
    {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_number(text.substr(0, digits));
  if (!number) return std::nullopt;
  std::string_view name = text.substr(digits);
  if (name.starts_with(' ')) name.remove_prefix(1);
  if (name.empty() && digits == text.size()) return number;
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    // Kept below 2^63, so that it is a count of milliseconds too.
    if (*number > std::numeric_limits<std::int64_t>::max() / unit.worth) return std::nullopt;
    return *number * unit.worth;
  }
  return std::nullopt;
}

std::string text_of(std::uint64_t amount, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (amount == 0 || amount % unit.worth != 0) continue;
    return std::to_string(amount / unit.worth) + std::string(unit.name);
  }
  return "0";
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || rest != end) return std::nullopt;
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return number;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto count = parse(text, duration_units);
  if (!count) return std::nullopt;
  return std::chrono::milliseconds(*count);
}

std::optional<std::uint64_t> parse_size(std::string_view text) { return parse(text, size_units); }

std::string duration_text(std::chrono::milliseconds duration) {
  return text_of(static_cast<std::uint64_t>(duration.count()), duration_units);
}

std::string size_text(std::uint64_t bytes) { return text_of(bytes, size_units); }

}  // namespace cli
