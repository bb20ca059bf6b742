#include "hints/plan_builder.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "hints/link_source.h"
#include "hints/target.h"
#include "server/http/headers.h"

namespace hints {
namespace {

std::string_view essence(std::string_view media_type) {
  return http::trim(media_type.substr(0, media_type.find(';')));
}

// Names of one type that browsers take for each other.
bool same_type(std::string_view told, std::string_view media_type) {
  const auto plain = [](std::string_view type) {
    std::string name = http::to_lower(essence(type));
    if (name.ends_with("javascript")) return std::string("text/javascript");
    if (name.starts_with("application/font-")) name.replace(0, 17, "font/");
    return name;
  };
  return plain(told) == plain(media_type);
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
  if (asset->known == AssetInfo::Known::not_yet) return Reason::unseen;
  if (!asset->redirect.empty()) return Reason::redirected;
  if (!fits(item.as, asset->media_type)) return Reason::wrong_as;
  return freshness_fault(asset->cache_control, asset->last_modified);
}

namespace {

using Correction = PlanBuilder::Correction;

// Joins what the sources say, in their order: each asset once, fetched as the page itself does.
class Merging {
 public:
  enum class Besides { all, nothing };  // what is told besides what is configured

  Merging(const Found& page, Besides besides) : page_(page), besides_(besides) {}

  // From outside of the page: the page knows better how, and for whom, it is fetched.
  void add_said(Item item) {
    for (const Withheld& one : page_.withheld) {
      const bool firm = one.reason == Reason::responsive || one.reason == Reason::import_map;
      if (one.target == item.target && firm) return withhold(std::move(item), one.reason);
    }
    if (item.rel == Rel::modulepreload && page_.import_map) {
      return withhold(std::move(item), Reason::import_map);
    }
    if (item.as == As::font && item.cors == Cors::none) {  // fonts are always fetched so
      item.cors = Cors::anonymous;
      correct(Correction::Kind::crossorigin, item);
    }
    if (Item* known = find(item.target)) {
      if (known->mention.source == item.mention.source) {
        correct(Correction::Kind::twice, item);
      }
      known->also.push_back(std::move(item.mention));
      return;
    }
    const bool configured = item.mention.source == Source::config;
    if (configured || besides_ == Besides::all) wanted_.push_back(std::move(item));
  }

  void add_manifest(Item item) {
    if (Item* known = find(item.target)) {
      known->also.push_back(std::move(item.mention));
    } else if (besides_ == Besides::all) {
      wanted_.push_back(std::move(item));
    }
  }

  void add_own(const Item& item) {
    Item* known = find(item.target);
    if (known == nullptr) {
      if (besides_ == Besides::all) wanted_.push_back(item);
      return;
    }
    adopt(*known, item);
    known->also.push_back(item.mention);
  }

  // What the page needs first goes first; what was said outside of it stays in front, as written.
  void sort_from(std::size_t said) {
    std::stable_sort(wanted_.begin() + static_cast<std::ptrdiff_t>(said), wanted_.end(),
                     [](const Item& a, const Item& b) { return a.urgency < b.urgency; });
  }

  std::size_t size() const { return wanted_.size(); }
  std::vector<Item> take_items() { return std::move(wanted_); }
  std::vector<Withheld> take_withheld() { return std::move(withheld_); }
  const std::vector<Correction>& corrections() const { return corrections_; }

 private:
  Item* find(std::string_view target) {
    const auto found = std::ranges::find(wanted_, target, &Item::target);
    return found == wanted_.end() ? nullptr : &*found;
  }

  void correct(Correction::Kind kind, const Item& item) {
    corrections_.push_back({kind, item.target, item.mention});
  }

  void withhold(Item item, Reason reason) {
    withheld_.push_back({std::move(item.target), reason, std::move(item.mention)});
  }

  void adopt(Item& item, const Item& own) {
    const bool said = item.mention.source <= Source::headers;
    if (said && item.as != own.as) correct(Correction::Kind::as, item);
    // A configured path says nothing of how it is fetched.
    const bool explicit_cors = item.mention.source == Source::headers;
    if (explicit_cors && item.cors != own.cors) correct(Correction::Kind::crossorigin, item);
    item.as = own.as;
    item.rel = own.rel;
    item.cors = own.cors;
    item.integrity = own.integrity;
    if (item.fetch_priority.empty()) item.fetch_priority = own.fetch_priority;
    if (item.as != As::font || !own.type.empty()) item.type = own.type;
  }

  const Found& page_;
  const Besides besides_;
  std::vector<Item> wanted_;
  std::vector<Withheld> withheld_;
  std::vector<Correction> corrections_;
};

// Whoever says so can be believed that there is something to fetch; a page only names it.
bool trusted_unseen(const Item& item) {
  const Source source = item.mention.source;
  return source == Source::config || source == Source::headers || source == Source::learned ||
         std::ranges::any_of(item.also,
                             [](const Mention& also) { return also.source == Source::learned; });
}

// Whether everybody may know of it.
bool is_public(const AssetInfo& asset) {
  return http::to_lower(asset.cache_control).find("private") == std::string::npos;
}

}  // namespace

PlanBuilder::PlanBuilder(Site& site, Options options)
    : site_(site),
      configured_(std::move(options.configured)),
      manifests_(site),
      options_(std::move(options)) {}

PlanBuilder::Built PlanBuilder::build(const Page* page, const std::vector<std::size_t>& matches,
                                      const std::vector<SaidLink>& links, std::string_view path) {
  Built built;
  Found found;
  if (page != nullptr && options_.read_pages == ReadPages::yes) {
    found = read_page(site_, *page, directory_of(path), options_.page);
    built.page_read = true;
  }
  built.relative = found.relative;
  const auto unserved = [&](std::string_view file) {
    built.dependencies.push_back(
        {std::string(file), site_.unserved_version(file), Dependency::Kind::unserved});
  };
  ManifestSource::Told told = manifests_.read(found);
  unserved("/_headers");
  unserved(ManifestSource::client_path);
  unserved(ManifestSource::ssr_path);

  const bool only = configured_.only(matches);
  Merging merging(found, only ? Merging::Besides::nothing : Merging::Besides::all);
  for (Item& item : configured_.items(matches)) merging.add_said(std::move(item));
  const auto add_link = [&](std::string_view link, Mention mention) {
    ReadLink read = read_link(link, path, options_.page.origins);
    built.relative |= read.relative;
    if (auto* item = std::get_if<Item>(&read.outcome)) {
      item->mention = std::move(mention);
      merging.add_said(std::move(*item));
    } else if (auto* one = std::get_if<LinkWithheld>(&read.outcome)) {
      found.withheld.push_back({std::move(one->target), one->reason, std::move(mention)});
    }
  };
  for (const SaidLink& one : links) add_link(one.value, {Source::headers, "/_headers", one.line});
  const std::size_t said = merging.size();
  for (Item& item : told.items) merging.add_manifest(std::move(item));
  for (const Item& item : found.items) merging.add_own(item);
  merging.sort_from(said);
  for (const std::string& link : site_.learned_links(path)) {
    add_link(link, {Source::learned, std::string(path), 0});
  }
  built.corrections = merging.corrections();
  std::vector<Withheld> withheld = std::move(found.withheld);
  const auto also_withheld = [&](std::vector<Withheld> more) {
    std::ranges::move(more, std::back_inserter(withheld));
  };
  also_withheld(merging.take_withheld());
  also_withheld(std::move(told.withheld));

  std::vector<Item> items;
  const auto depend = [&](std::string_view file, const std::optional<AssetInfo>& asset) {
    if (std::ranges::find(built.dependencies, file, &Dependency::path) ==
        built.dependencies.end()) {
      built.dependencies.push_back({std::string(file), asset ? asset->version : ""});
    }
  };
  for (const std::string& file : found.read) depend(file, site_.asset(file));
  for (Item& item : merging.take_items()) {
    const std::string_view file = path_of(item.target);
    std::optional<AssetInfo> asset = site_.asset(file);
    depend(file, asset);
    std::optional<Reason> fault = fault_of(item, asset);
    const bool trusted =
        item.mention.source == Source::config && options_.unknown == Unknown::trust;
    if (fault == Reason::missing && trusted) fault.reset();
    if (fault == Reason::unseen && trusted_unseen(item)) fault.reset();
    if (fault) {
      withheld.push_back({std::move(item.target), *fault, std::move(item.mention)});
      continue;
    }
    if (asset && asset->known == AssetInfo::Known::not_yet) asset.reset();
    item.on_answer = item.mention.source <= Source::headers || (page != nullptr && !page->of_app);
    if (asset && is_public(*asset)) {
      item.version = asset->version;
      item.bytes = asset->bytes;
    }
    if (asset && !item.type.empty() && !same_type(item.type, asset->media_type)) {
      built.corrections.push_back({Correction::Kind::type, item.target, item.mention});
      item.type = essence(asset->media_type);
    }
    if (asset && item.type.empty() && item.as == As::image) item.type = essence(asset->media_type);
    items.push_back(std::move(item));
  }
  built.plan = make_plan(std::move(items), std::move(withheld), options_.link_bytes);
  if (page != nullptr) built.plan.page_version = page->version;
  return built;
}

}  // namespace hints
