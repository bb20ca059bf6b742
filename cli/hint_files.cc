#include "cli/hint_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "hints/configured_source.h"
#include "server/http/headers.h"
#include "server/net/error.h"

namespace cli {
namespace {

std::string heading(const std::string& command) {
  return fmt::format("{}: {}\n", hint_file_mark, command);
}

// The mode is the server's: that of all pages if they agree, else `auto`, which pushes to whoever
// takes pushes and sends a 103 to the others.
std::string_view mode_of(const std::vector<RecommendedPage>& pages) {
  lab::Arm agreed = lab::Arm::none;
  for (const RecommendedPage& page : pages) {
    if (page.arm == lab::Arm::none) continue;
    if (agreed != lab::Arm::none && agreed != page.arm) return "auto";
    agreed = page.arm;
  }
  return agreed == lab::Arm::none ? "off" : name_of(agreed);
}

std::string toml_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string remark(const RecommendedPage& page) {
  if (page.dropped.empty()) return {};
  std::vector<std::string_view> targets;
  targets.reserve(page.dropped.size());
  for (const hints::Item& item : page.dropped) targets.emplace_back(item.target);
  return fmt::format("# Left out, as they cost nothing: {}\n", fmt::join(targets, " "));
}

}  // namespace

std::string hints_as_toml(const std::vector<RecommendedPage>& pages, const std::string& command) {
  std::string text = heading(command);
  text += fmt::format("[hints]\nmode = \"{}\"\n", mode_of(pages));
  for (const RecommendedPage& page : pages) {
    if (page.items.empty()) {
      text += fmt::format("\n# {}: no hint does it good\n", page.path);
      continue;
    }
    text += "\n" + remark(page);
    text +=
        fmt::format("[[hints.page]]\npath = {}\nonly = true\nitems = [\n", toml_string(page.path));
    for (const hints::Item& item : page.items) {
      const bool known = hints::configured_item(item.target).has_value();
      text +=
          fmt::format("{}  {},\n",
                      known ? "" : "# its name does not say what it is:", toml_string(item.target));
    }
    text += "]\n";
  }
  return text;
}

std::string hints_as_headers(const std::vector<RecommendedPage>& pages,
                             const std::string& command) {
  std::string text = heading(command);
  for (const RecommendedPage& page : pages) {
    if (page.items.empty()) continue;
    text += "\n" + remark(page) + page.path + "\n";
    for (const hints::Item& item : page.items) {
      text += fmt::format("  Link: {}\n", hints::link_value(item));
    }
  }
  return text;
}

bool names_headers_file(const std::filesystem::path& file) {
  return file.filename().string().ends_with("_headers");
}

void require_own_hint_file(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return;
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  if (line.starts_with(hint_file_mark)) return;
  throw net::Error(file.string() +
                   " is there already and was not written by herald compare: name another file");
}

}  // namespace cli
