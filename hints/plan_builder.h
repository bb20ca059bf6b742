// PlanBuilder: makes the plan of a page from all its sources, in this order: what is configured,
// `_headers`, the manifest of the build, the page and its stylesheets, what an app server says; and
// asks the site of each asset whether telling of it does good. Keeps no plans; Planner does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hints/configured_source.h"
#include "hints/manifest_source.h"
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
    enum class Kind { asset, unserved } kind = Kind::asset;
  };
  // Where an item was told of otherwise than the page fetches it, which was put right.
  struct Correction {
    enum class Kind { crossorigin, as, type, twice } kind;
    std::string target;
    Mention mention;
  };
  struct Built {
    Plan plan;
    std::vector<Dependency> dependencies;
    std::vector<Correction> corrections;
    bool relative = false;  // the plan holds for pages of the same directory only
    bool page_read = false;
  };

  // `site` must outlive the builder.
  PlanBuilder(Site& site, Options options);

  const ConfiguredSource& configured() const { return configured_; }
  Site& site() const { return site_; }
  const Options& options() const { return options_; }
  const Manifest& manifest() const { return manifests_.client(); }  // as last read
  // `page` is null if the site does not have it, and an app server may. `matches` are those of
  // configured() for it, `links` those of the site; `path` is the one asked for.
  Built build(const Page* page, const std::vector<std::size_t>& matches,
              const std::vector<SaidLink>& links, std::string_view path);

 private:
  Site& site_;
  ConfiguredSource configured_;
  ManifestSource manifests_;
  Options options_;
};

}  // namespace hints
