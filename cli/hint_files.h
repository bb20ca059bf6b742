// Hint files: the hints that a comparison recommends, as herald.toml has them and as a `_headers`
// file, which other hosts read too.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compare/scenario.h"
#include "hints/plan.h"

namespace cli {

struct RecommendedPage {
  std::string path;
  lab::Arm arm = lab::Arm::none;  // that did best; none: the page is better off without hints
  std::vector<hints::Item> items;
  std::vector<hints::Item> dropped;
};

// The first line of each file, by which it is known to be ours.
inline constexpr std::string_view hint_file_mark = "# Hints by herald compare";

// `command` repeats the comparison.
std::string hints_as_toml(const std::vector<RecommendedPage>& pages, const std::string& command);
std::string hints_as_headers(const std::vector<RecommendedPage>& pages, const std::string& command);

// By its name: a file called `_headers`, or something that ends so, is one; every other is TOML.
bool names_headers_file(const std::filesystem::path& file);
// Throws net::Error if there is a file that a comparison has not written.
void require_own_hint_file(const std::filesystem::path& file);

}  // namespace cli
