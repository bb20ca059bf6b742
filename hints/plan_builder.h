// PlanBuilder: makes the plan of a page from what is configured and what the page says, and asks
// the site of each asset whether telling of it does good. Keeps nothing; Planner does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hints/configured_source.h"
#include "hints/page_source.h"
#include "hints/plan.h"
#include "hints/site.h"

namespace hints {

// None if the item may be told of; otherwise why not.
std::optional<Reason> fault_of(const Item& item, const std::optional<AssetInfo>& asset);

class PlanBuilder {
 public:
  enum class ReadPages { no, yes };
  // Configured assets that the site does not have: an app server may.
  enum class Unknown { withhold, trust };

  struct Options {
    std::vector<Configured> configured;
    ReadPages read_pages = ReadPages::yes;
    Unknown unknown = Unknown::withhold;
    PageSourceOptions page;
    std::size_t link_bytes = 1024;  // of `link` values in one answer; proxies choke on more
  };

  // A file that the plan depends on. Empty version: it was not there.
  struct Dependency {
    std::string path;
    std::string version;
  };
  struct Built {
    Plan plan;
    std::vector<Dependency> dependencies;
    bool relative = false;  // the plan holds for pages of the same directory only
  };

  // `site` must outlive the builder.
  PlanBuilder(Site& site, Options options);

  const ConfiguredSource& configured() const { return configured_; }
  Site& site() const { return site_; }
  const Options& options() const { return options_; }
  // `page` is null if the site does not have it, and an app server may. `matches` are those of
  // configured() for it; `directory` is that of the path asked for.
  Built build(const Page* page, const std::vector<std::size_t>& matches,
              std::string_view directory) const;

 private:
  Site& site_;
  ConfiguredSource configured_;
  Options options_;
};

}  // namespace hints
