#include "cli/file_site.h"

#include <algorithm>

#include "hints/manifest_source.h"
#include "server/http/query.h"

namespace cli {
namespace {

constexpr std::size_t longest_manifest = std::size_t{8} * 1024 * 1024;

bool is_html(const assets::Asset& asset) { return asset.content_type.starts_with("text/html"); }

// As FileHandler does for a navigation: whatever has an extension is an asset, not a page.
bool may_be_page(std::string_view path) {
  return path.substr(path.rfind('/') + 1).find('.') == std::string_view::npos;
}

// To a client that takes every coding; text that has not been coded yet shrinks to a third, about.
std::uint64_t bytes_of(const assets::Asset& asset) {
  std::uint64_t least = asset.identity().content.length;
  if (std::ranges::find(asset.untried, true) != asset.untried.end()) least /= 3;
  for (const auto& variant : asset.variants) {
    if (variant) least = std::min(least, variant->content.length);
  }
  return least;
}

std::string under_root(std::string_view path) { return std::string(path.substr(1)); }

}  // namespace

FileSite::FileSite(assets::AssetStore& store, assets::SiteRules& rules, net::Loop& loop,
                   const std::string& root, assets::FileHandler::Spa spa)
    : store_(store),
      rules_(rules),
      spa_(spa),
      client_manifest_(loop, root, under_root(hints::ManifestSource::client_path),
                       {.longest = longest_manifest}),
      ssr_manifest_(loop, root, under_root(hints::ManifestSource::ssr_path),
                    {.longest = longest_manifest}) {}

FileSite::Answer FileSite::answer(std::string_view path) {
  using Exists = assets::RedirectRules::Exists;
  auto found = store_.find(path);
  if (found.outcome == assets::Outcome::busy) return {};
  auto exists = found.asset ? Exists::yes : Exists::no;
  if (found.outcome == assets::Outcome::directory && store_.lookup(std::string(path) + '/')) {
    exists = Exists::yes;
  }
  const auto verdict = rules_.redirect("", path, exists);
  if (verdict && verdict->status >= 300 && verdict->status < 400)
    return {{}, verdict->target, true};
  if (verdict && verdict->status != 200) return {{}, {}, true};
  if (!verdict) return {found.asset, {}, false};
  const std::string target = verdict->target.substr(0, verdict->target.find_first_of("?#"));
  found = store_.find(target);
  if (found.outcome == assets::Outcome::directory) found = store_.find(target + '/');
  return {found.asset, {}, true};
}

std::optional<hints::Page> FileSite::resolve(std::string_view path) {
  Answer found = answer(path);
  const bool fall_back = !found.asset && !found.ruled && spa_ == assets::FileHandler::Spa::on &&
                         may_be_page(path) && store_.find(path).outcome == assets::Outcome::missing;
  if (fall_back) found.asset = store_.lookup("/index.html");
  if (!found.asset || !is_html(*found.asset)) return std::nullopt;
  return hints::Page{"/" + http::percent_encode(found.asset->path, "/!$&'()*+,;=:@"),
                     found.asset->version()};
}

std::optional<hints::AssetInfo> FileSite::asset(std::string_view path) {
  const Answer found = answer(path);
  if (!found.redirect.empty()) {
    return hints::AssetInfo{{}, {}, "to " + found.redirect, false, found.redirect};
  }
  if (!found.asset) return std::nullopt;
  const auto& plain = found.asset->identity().fields;
  const auto fields = rules_.dressed("", path, plain, assets::SiteRules::Kind::other);
  hints::AssetInfo info{
      found.asset->content_type, found.asset->cache_control, found.asset->version(), true, {},
      bytes_of(*found.asset)};
  if (fields == plain) return info;
  info.media_type = fields->get("content-type").value_or("");
  info.cache_control = fields->joined("cache-control");
  info.last_modified = fields->has("last-modified");
  info.version += " by " + rules_.version();
  return info;
}

std::optional<std::string> FileSite::text(std::string_view path, std::size_t limit) {
  const auto found = answer(path).asset;
  if (!found || !found->text() || found->text()->size() > limit) return std::nullopt;
  return *found->text();
}

std::vector<hints::SaidLink> FileSite::links(std::string_view path) {
  std::vector<hints::SaidLink> links;
  for (auto& link : rules_.links(path)) links.push_back({std::move(link.value), link.line});
  return links;
}

assets::RuleFile* FileSite::manifest(std::string_view path) {
  if (path == hints::ManifestSource::client_path) return &client_manifest_;
  return path == hints::ManifestSource::ssr_path ? &ssr_manifest_ : nullptr;
}

std::optional<hints::Unserved> FileSite::unserved(std::string_view path, std::size_t limit) {
  assets::RuleFile* file = manifest(path);
  if (file == nullptr) return std::nullopt;
  (void)file->changed_now();
  if (!file->text() || file->text()->size() > limit) return std::nullopt;
  return hints::Unserved{*file->text(), file->version()};
}

std::string FileSite::unserved_version(std::string_view path) {
  if (path == "/_headers") return rules_.version();
  assets::RuleFile* file = manifest(path);
  if (file == nullptr) return {};
  (void)file->changed();
  return file->version();
}

}  // namespace cli
