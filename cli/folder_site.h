// FolderSite: a configuration's folder as the laboratory compares it: the files as they are served,
// and as hints see them.
#pragma once

#include "cli/file_site.h"
#include "cli/parts.h"
#include "compare/site_server.h"
#include "static/handler.h"

namespace cli {

class FolderSite final : public lab::Site {
 public:
  // `loop` must outlive the site. Throws net::Error if ROOT is no folder.
  FolderSite(net::Loop& loop, const Config& config)
      : store_(loop, config.serve.root, store_options(config)),
        rules_(loop, config.serve.root, rules_options(config)),
        files_(store_, {.spa = spa_of(config), .rules = &rules_}),
        site_(store_, rules_, loop, config.serve.root, spa_of(config)) {}

  http::Handler& files() override { return files_; }
  hints::Site& pages() override { return site_; }

 private:
  static assets::FileHandler::Spa spa_of(const Config& config) {
    return config.serve.spa ? assets::FileHandler::Spa::on : assets::FileHandler::Spa::off;
  }

  assets::AssetStore store_;
  assets::SiteRules rules_;
  assets::FileHandler files_;
  FileSite site_;
};

}  // namespace cli
