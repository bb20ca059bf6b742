#include "cli/file_site.h"

#include "server/http/query.h"

namespace cli {
namespace {

bool is_html(const assets::Asset& asset) { return asset.content_type.starts_with("text/html"); }

// As FileHandler does for a navigation: whatever has an extension is an asset, not a page.
bool may_be_page(std::string_view path) {
  return path.substr(path.rfind('/') + 1).find('.') == std::string_view::npos;
}

}  // namespace

std::optional<hints::Page> FileSite::resolve(std::string_view path) {
  auto found = store_.find(path);
  const bool fall_back = found.outcome == assets::Outcome::missing &&
                         spa_ == assets::FileHandler::Spa::on && may_be_page(path);
  if (fall_back) found = store_.find("/index.html");
  if (!found.asset || !is_html(*found.asset)) return std::nullopt;
  return hints::Page{"/" + http::percent_encode(found.asset->path, "/!$&'()*+,;=:@"),
                     found.asset->version()};
}

std::optional<hints::AssetInfo> FileSite::asset(std::string_view path) {
  const auto found = store_.lookup(path);
  if (!found) return std::nullopt;
  return hints::AssetInfo{found->content_type, found->cache_control, found->version(), true};
}

std::optional<std::string> FileSite::text(std::string_view path, std::size_t limit) {
  const auto found = store_.lookup(path);
  if (!found || !found->text() || found->text()->size() > limit) return std::nullopt;
  return *found->text();
}

}  // namespace cli
