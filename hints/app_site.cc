#include "hints/app_site.h"

#include "hints/manifest_source.h"

namespace hints {

std::optional<Page> AppSite::resolve(std::string_view path) {
  if (auto page = files_.resolve(path)) return page;
  learned_.manifest_is(files_.unserved_version(ManifestSource::client_path));
  return learned_.page(path);
}

std::optional<AssetInfo> AppSite::asset(std::string_view path) {
  if (auto asset = files_.asset(path)) return asset;
  LearnedSource::Sight sight = learned_.asset(path);
  switch (sight.seen) {
    case LearnedSource::Seen::there:
      return std::move(sight.asset);
    case LearnedSource::Seen::missing:
      return std::nullopt;
    case LearnedSource::Seen::never:
      break;
  }
  AssetInfo unseen;
  unseen.known = AssetInfo::Known::not_yet;
  unseen.version = "not seen yet";
  return unseen;
}

std::optional<std::string> AppSite::text(std::string_view path, std::size_t limit) {
  if (auto text = files_.text(path, limit)) return text;
  auto text = learned_.text(path);
  if (text && text->size() > limit) return std::nullopt;
  return text;
}

std::vector<std::string> AppSite::learned_links(std::string_view path) {
  std::vector<std::string> links = learned_.links(path);
  // A file may have come to be where the app had a page.
  if (!links.empty() && files_.resolve(path)) return {};
  return links;
}

}  // namespace hints
