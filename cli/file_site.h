// FileSite: shows the files of an AssetStore, and the rules and manifests beside them, to hints,
// which know nothing of how files are found.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hints/site.h"
#include "static/asset_store.h"
#include "static/handler.h"
#include "static/rule_file.h"
#include "static/site_rules.h"

namespace cli {

class FileSite final : public hints::Site {
 public:
  // `store`, `rules` and `loop` must outlive the site. Throws net::Error if `root` is no folder.
  FileSite(assets::AssetStore& store, assets::SiteRules& rules, net::Loop& loop,
           const std::string& root, assets::FileHandler::Spa spa);

  std::optional<hints::Page> resolve(std::string_view path) override;
  std::optional<hints::AssetInfo> asset(std::string_view path) override;
  std::optional<std::string> text(std::string_view path, std::size_t limit) override;
  std::vector<hints::SaidLink> links(std::string_view path) override;
  std::vector<std::string> learned_links(std::string_view) override { return {}; }
  std::optional<hints::Unserved> unserved(std::string_view path, std::size_t limit) override;
  std::string unserved_version(std::string_view path) override;

 private:
  struct Answer {
    std::shared_ptr<const assets::Asset> asset;
    std::string redirect;  // where it is sent instead
    bool ruled = false;    // a rule decided, so nothing else does
  };
  // What a GET is answered with, after `_redirects`.
  Answer answer(std::string_view path);
  assets::RuleFile* manifest(std::string_view path);

  assets::AssetStore& store_;
  assets::SiteRules& rules_;
  assets::FileHandler::Spa spa_;
  assets::RuleFile client_manifest_;
  assets::RuleFile ssr_manifest_;
};

}  // namespace cli
