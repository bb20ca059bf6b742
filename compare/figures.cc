#include "compare/figures.h"

#include <fmt/format.h>

#include <cmath>

namespace lab {

std::string time_text(Milliseconds time) {
  const double size = std::abs(time);
  if (size >= 9999.5) return fmt::format("{:.1f} s", time / 1000);
  if (size >= 999.5) return fmt::format("{:.2f} s", time / 1000);
  if (size < 9.95 && std::round(size * 10) != std::round(size) * 10)
    return fmt::format("{:.1f} ms", time);
  return fmt::format("{:.0f} ms", std::abs(std::round(time)) < 1 ? 0 : time);
}

std::string gain_text(Milliseconds gain) {
  const std::string text = time_text(gain);
  return gain > 0 && text != "0 ms" ? "+" + text : text;
}

std::string bytes_text(double bytes) {
  if (bytes < 999.5) return fmt::format("{:.0f} B", bytes);
  if (bytes < 999'500) return fmt::format("{:.{}f} kB", bytes / 1e3, bytes < 9950 ? 1 : 0);
  return fmt::format("{:.{}f} MB", bytes / 1e6, bytes < 9.95e6 ? 1 : 0);
}

std::string estimate_text(const Estimate& estimate) {
  // Without the unit if both ends have it in common.
  const auto number = [](double value) { return time_text(value); };
  std::string low = number(estimate.low);
  const std::string high = number(estimate.high);
  const auto unit = [](const std::string& text) { return text.substr(text.find(' ')); };
  if (unit(low) == unit(high)) low.resize(low.size() - unit(low).size());
  return fmt::format("{} (95 % {} to {})", number(estimate.median), low, high);
}

std::string conditions_text(const Conditions& conditions) {
  std::string text =
      fmt::format("{} round trip, {:g} Mbit/s", time_text(conditions.round_trip), conditions.down);
  if (conditions.think > 0) text += fmt::format(", {} of think time", time_text(conditions.think));
  if (conditions.body_think > 0) {
    text += fmt::format(", {} more before the content", time_text(conditions.body_think));
  }
  text += fmt::format(", {} cache, {} connection", name_of(conditions.cache),
                      name_of(conditions.connection));
  if (conditions.live) text += ", with a live event stream";
  return text;
}

std::string link_text(const Conditions& conditions) {
  return fmt::format("{}, think {}", time_text(conditions.round_trip), time_text(conditions.think));
}

std::string arm_text(Arm arm) {
  switch (arm) {
    case Arm::none:
      return "no hints";
    case Arm::link:
      return "Link on the answer";
    case Arm::early_hints:
      return "Early Hints";
    case Arm::push:
      return "push";
    case Arm::push_early_hints:
      return "push with Early Hints";
  }
  return "";
}

}  // namespace lab
