#include "hints/plan_builder.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "hints/target.h"
#include "server/http/headers.h"

namespace hints {
namespace {

std::string_view essence(std::string_view media_type) {
  return http::trim(media_type.substr(0, media_type.find(';')));
}

bool fits(As as, std::string_view media_type) {
  const std::string type = http::to_lower(essence(media_type));
  switch (as) {
    case As::style:
      return type == "text/css";
    case As::script:
      return type.ends_with("javascript") || type.ends_with("ecmascript");
    case As::font:
      return type.starts_with("font/") || type.starts_with("application/font") ||
             type.starts_with("application/x-font") || type == "application/vnd.ms-fontobject";
    case As::image:
      return type.starts_with("image/");
    case As::fetch:
      return true;
  }
  return false;
}

// What keeps a fetched answer from being used again, for a moment at least (RFC 9111 section 4.2).
std::optional<Reason> freshness_fault(std::string_view cache_control, bool last_modified) {
  std::optional<long> max_age;
  bool no_cache = false;
  bool immutable = false;
  while (!cache_control.empty()) {
    const auto end = std::min(cache_control.find(','), cache_control.size());
    const std::string directive = http::to_lower(http::trim(cache_control.substr(0, end)));
    cache_control.remove_prefix(std::min(end + 1, cache_control.size()));
    if (directive == "no-store") return Reason::no_store;
    no_cache |= directive == "no-cache";
    immutable |= directive == "immutable";
    if (!directive.starts_with("max-age=")) continue;
    std::string_view digits = std::string_view(directive).substr(8);
    if (digits.starts_with('"')) digits.remove_prefix(1);
    long seconds = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    max_age = seconds;
  }
  if (no_cache) return Reason::stale;
  const bool fresh = max_age ? *max_age > 0 : immutable || last_modified;
  return fresh ? std::nullopt : std::optional(Reason::stale);
}

}  // namespace

std::optional<Reason> fault_of(const Item& item, const std::optional<AssetInfo>& asset) {
  if (!asset) return Reason::missing;
  if (!fits(item.as, asset->media_type)) return Reason::wrong_as;
  return freshness_fault(asset->cache_control, asset->last_modified);
}

PlanBuilder::PlanBuilder(Site& site, Options options)
    : site_(site), configured_(std::move(options.configured)), options_(std::move(options)) {}

PlanBuilder::Built PlanBuilder::build(const Page* page, const std::vector<std::size_t>& matches,
                                      std::string_view directory) const {
  Built built;
  Found found;
  if (page != nullptr && options_.read_pages == ReadPages::yes) {
    found = read_page(site_, *page, directory, options_.page);
  }
  built.relative = found.relative;
  std::vector<Item> wanted = configured_.items(matches);
  const auto configured = static_cast<std::ptrdiff_t>(wanted.size());
  for (Item& item : found.items) {
    const auto end = wanted.begin() + configured;
    if (std::find_if(wanted.begin(), end,
                     [&](const Item& earlier) { return earlier.target == item.target; }) == end) {
      wanted.push_back(std::move(item));
    }
  }

  std::vector<Item> items;
  const auto depend = [&](std::string_view path, const std::optional<AssetInfo>& asset) {
    if (std::ranges::find(built.dependencies, path, &Dependency::path) ==
        built.dependencies.end()) {
      built.dependencies.push_back({std::string(path), asset ? asset->version : ""});
    }
  };
  for (const std::string& path : found.read) depend(path, site_.asset(path));
  for (Item& item : wanted) {
    const std::string_view path = path_of(item.target);
    const std::optional<AssetInfo> asset = site_.asset(path);
    depend(path, asset);
    std::optional<Reason> fault = fault_of(item, asset);
    const bool trusted =
        item.mention.source == Source::config && options_.unknown == Unknown::trust;
    if (fault == Reason::missing && trusted) fault.reset();
    if (fault) {
      found.withheld.push_back({std::move(item.target), *fault, std::move(item.mention)});
      continue;
    }
    if (asset && item.type.empty() && item.as == As::image) item.type = essence(asset->media_type);
    items.push_back(std::move(item));
  }
  built.plan = make_plan(std::move(items), std::move(found.withheld), options_.link_bytes);
  return built;
}

}  // namespace hints
