// What the manifests of a build say that a page needs besides what it says itself: the modules that
// its scripts import, and the fonts and images of those. Only what belongs to the page's own build
// counts: a manifest that does not know the page's scripts is of another one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hints/manifest.h"
#include "hints/page_source.h"
#include "hints/plan.h"
#include "hints/site.h"

namespace hints {

class ManifestSource {
 public:
  static constexpr std::string_view client_path = "/.vite/manifest.json";
  static constexpr std::string_view ssr_path = "/.vite/ssr-manifest.json";

  struct Told {
    std::vector<Item> items;  // in the order of their use; styles and fonts are the page's already
    std::vector<Withheld> withheld;
  };

  // `site` must outlive the source.
  explicit ManifestSource(Site& site) : site_(site) {}

  // `page` is what read_page() found. Reads the manifests again if they have changed.
  Told read(const Found& page);

  // As last read.
  const Manifest& client() const { return client_; }
  const SsrManifest& ssr() const { return ssr_; }

 private:
  void refresh();

  Site& site_;
  std::string client_version_;
  std::string ssr_version_;
  Manifest client_;
  SsrManifest ssr_;
};

// The name that a manifest has for what is at `path`, by the longest that `known` takes:
// "/app/a.js" may be "app/a.js" or, in a build for the base /app/, "a.js". Empty: none.
template <typename Known>
std::string_view file_in_manifest(std::string_view path, Known known) {
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    path.remove_prefix(slash + 1);
    if (known(path)) return path;
  }
  return {};
}

}  // namespace hints
