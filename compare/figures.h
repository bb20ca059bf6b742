// Figures: how numbers and conditions of the laboratory are written for people.
#pragma once

#include <cstdint>
#include <string>

#include "compare/result.h"
#include "compare/scenario.h"

namespace lab {

// "190 ms", "3.4 ms", "1.24 s"
std::string time_text(Milliseconds time);
// With its sign, or "0 ms": "+190 ms" is earlier.
std::string gain_text(Milliseconds gain);
// Powers of 1000: "84 kB"
std::string bytes_text(double bytes);
// "190 ms (95 % 181 to 199)"
std::string estimate_text(const Estimate& estimate);
// "100 ms round trip, 10 Mbit/s, 200 ms of think time, cold cache, fresh connection"
std::string conditions_text(const Conditions& conditions);
// The part that differs within a table whose title says the rest: "100 ms, think 200 ms"
std::string link_text(const Conditions& conditions);
// For a sentence: "Early Hints", "push"
std::string arm_text(Arm arm);

}  // namespace lab
