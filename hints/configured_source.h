// What the operator says that pages need: a list of pages, as paths or globs, with their assets.
// Reading the configuration file is the program's business.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hints/plan.h"

namespace hints {

struct Configured {
  // A path such as "/docs/"; or a glob: '*' stands for anything but '/', "**" for anything.
  std::string page;
  std::vector<Item> items;  // in the order in which they are to be told
  bool only = false;        // what others say besides is not told
};

// An asset as pages usually fetch it, by the extension of its name: .css .js .mjs .woff2 .png .json
// and their like. `target` as written by a person; None if it is not an absolute path on this
// server, or the extension says nothing.
std::optional<Item> configured_item(std::string_view target);

// `*` and `**` as in Configured::page.
bool glob_matches(std::string_view pattern, std::string_view path);

class ConfiguredSource {
 public:
  explicit ConfiguredSource(std::vector<Configured> pages);

  // Numbers of the entries that name the page by the path asked for or by that of its file.
  std::vector<std::size_t> matches(std::string_view path, std::string_view file) const;
  // Their items in order, each target once.
  std::vector<Item> items(const std::vector<std::size_t>& matches) const;
  // Whether one of them wants only what is configured.
  bool only(const std::vector<std::size_t>& matches) const;
  const std::vector<Configured>& pages() const { return pages_; }

 private:
  std::vector<Configured> pages_;
};

}  // namespace hints
