// OfflineSite: the files of a configuration as the server would show them to hints, without serving
// them: for commands that look and end.
#pragma once

#include "cli/file_site.h"
#include "cli/parts.h"

namespace cli {

struct OfflineSite {
  // Throws net::Error if ROOT is no folder.
  explicit OfflineSite(const Config& config)
      : store(loop, config.serve.root, store_options(config)),
        rules(loop, config.serve.root, rules_options(config)),
        site(store, rules, loop, config.serve.root,
             config.serve.spa ? assets::FileHandler::Spa::on : assets::FileHandler::Spa::off) {}

  net::Loop loop{net::Loop::Time::manual};
  assets::AssetStore store;
  assets::SiteRules rules;
  FileSite site;
};

}  // namespace cli
