#include "hints/configured_source.h"

#include <algorithm>
#include <array>
#include <utility>

#include "hints/target.h"

namespace hints {
namespace {

struct Usual {
  std::string_view extension;
  As as;
  std::string_view type;
};

constexpr std::array<Usual, 17> usual{{{"css", As::style, ""},
                                       {"js", As::script, ""},
                                       {"mjs", As::script, ""},
                                       {"woff2", As::font, "font/woff2"},
                                       {"woff", As::font, "font/woff"},
                                       {"ttf", As::font, "font/ttf"},
                                       {"otf", As::font, "font/otf"},
                                       {"png", As::image, ""},
                                       {"jpg", As::image, ""},
                                       {"jpeg", As::image, ""},
                                       {"gif", As::image, ""},
                                       {"webp", As::image, "image/webp"},
                                       {"avif", As::image, "image/avif"},
                                       {"svg", As::image, "image/svg+xml"},
                                       {"json", As::fetch, ""},
                                       {"wasm", As::fetch, ""},
                                       {"txt", As::fetch, ""}}};

std::uint8_t usual_urgency(As as) {
  switch (as) {
    case As::style:
      return 1;
    case As::script:
    case As::font:
      return 2;
    case As::image:
      return 4;
    case As::fetch:
      return 3;
  }
  return 3;
}

}  // namespace

std::optional<Item> configured_item(std::string_view target) {
  Resolved resolved = resolve("/", target, {});
  if (resolved.place != Place::here || resolved.relative) return std::nullopt;
  const std::string extension = extension_of(resolved.target);
  const auto* kind = std::ranges::find(usual, extension, &Usual::extension);
  if (kind == usual.end()) return std::nullopt;
  Item item;
  item.target = std::move(resolved.target);
  item.as = kind->as;
  item.type = kind->type;
  if (extension == "mjs") item.rel = Rel::modulepreload;
  // fetch() and fonts are CORS requests even on one's own origin, and so are modules.
  const bool cors = item.as == As::font || item.as == As::fetch || item.rel == Rel::modulepreload;
  item.cors = cors ? Cors::anonymous : Cors::none;
  item.push = item.as == As::image ? Pushable::no : Pushable::yes;
  item.urgency = usual_urgency(item.as);
  item.mention.source = Source::config;
  return item;
}

bool glob_matches(std::string_view pattern, std::string_view path) {
  constexpr auto none = std::string_view::npos;
  // Where to go on when what follows the last '*' or "**" does not fit. An earlier star never has
  // to be tried again, for a later one of the same kind can take whatever it would.
  struct Star {
    std::size_t pattern = none;
    std::size_t path = 0;
  };
  Star one;
  Star many;
  std::size_t p = 0;
  std::size_t at = 0;
  while (at < path.size() || p < pattern.size()) {
    if (pattern.substr(p).starts_with("**")) {
      p += 2;
      many = {p, at};
      one = {};
    } else if (p < pattern.size() && pattern[p] == '*') {
      ++p;
      one = {p, at};
    } else if (p < pattern.size() && at < path.size() && pattern[p] == path[at]) {
      ++p;
      ++at;
    } else if (one.pattern != none && one.path < path.size() && path[one.path] != '/') {
      at = ++one.path;
      p = one.pattern;
    } else if (many.pattern != none && many.path < path.size()) {
      at = ++many.path;
      p = many.pattern;
      one = {};
    } else {
      return false;
    }
  }
  return true;
}

ConfiguredSource::ConfiguredSource(std::vector<Configured> pages) : pages_(std::move(pages)) {}

std::vector<std::size_t> ConfiguredSource::matches(std::string_view path,
                                                   std::string_view file) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    const std::string& page = pages_[i].page;
    if (glob_matches(page, path) || (!file.empty() && glob_matches(page, file))) found.push_back(i);
  }
  return found;
}

bool ConfiguredSource::only(const std::vector<std::size_t>& matches) const {
  return std::ranges::any_of(matches, [this](std::size_t match) { return pages_[match].only; });
}

std::vector<Item> ConfiguredSource::items(const std::vector<std::size_t>& matches) const {
  std::vector<Item> items;
  for (const std::size_t match : matches) {
    for (const Item& item : pages_[match].items) {
      if (std::ranges::find(items, item.target, &Item::target) != items.end()) continue;
      items.push_back(item);
      items.back().mention.source = Source::config;
    }
  }
  return items;
}

}  // namespace hints
