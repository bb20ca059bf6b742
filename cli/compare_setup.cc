#include "cli/compare_setup.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <fstream>

namespace cli {
namespace {

std::string processor() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("model name")) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "an unknown processor";
}

// As a shell takes it for one word.
std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("-_./:,=+@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

std::string machine_text() {
  utsname system{};
  uname(&system);
  return fmt::format("{}, {} {}", processor(), system.sysname, system.release);
}

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string repeating(const CLI::App& command, std::uint64_t seed) {
  std::string text = "herald " + command.get_name();
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_name();
    if (option->count() == 0 || name == "--seed" || name == "--help") continue;
    if (!name.starts_with('-')) {
      text += " " + quoted(option->results().front());
    } else if (option->get_expected_max() == 0) {
      text += " " + name;
    } else if (option->get_delimiter() != '\0') {
      text += " " + name + " " + quoted(fmt::format("{}", fmt::join(option->results(), ",")));
    } else {
      for (const std::string& value : option->results()) text += " " + name + " " + quoted(value);
    }
  }
  return text + fmt::format(" --seed {}", seed);
}

}  // namespace cli
