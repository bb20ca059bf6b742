// Durations and sizes as people write them: "250ms", "1h", "64KiB". Reads and writes; sets no
// bounds.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

// A whole number of ms, s, m, h or d; without a unit, milliseconds. Nothing when it is not that, or
// too large.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// A whole number of B, KiB, MiB or GiB; without a unit, bytes.
std::optional<std::uint64_t> parse_size(std::string_view text);
// Digits only.
std::optional<std::uint64_t> parse_number(std::string_view text);

// In the largest unit that fits exactly.
std::string duration_text(std::chrono::milliseconds duration);
std::string size_text(std::uint64_t bytes);

}  // namespace cli
