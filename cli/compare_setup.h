// CompareSetup: what a comparison writes down of itself: machine, date, and the command that
// repeats it.
#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace cli {

// Processor and kernel: "AMD EPYC 7B13, Linux 6.1.0-13-amd64".
std::string machine_text();
// RFC 3339, UTC.
std::string now_text();
// "herald compare demo --rtt 20,100 --seed 7": what `command` was given, and the seed in any case.
std::string repeating(const CLI::App& command, std::uint64_t seed);

}  // namespace cli
