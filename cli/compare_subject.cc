#include "cli/compare_subject.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "cli/folder_site.h"
#include "cli/offline_site.h"
#include "compare/identity.h"
#include "server/net/error.h"

namespace cli {
namespace {

void require_page(hints::Planner& planner, const std::string& page, const std::string& root) {
  const auto plan = planner.plan(page.substr(0, page.find_first_of("?#")));
  if (!plan) throw net::Error("there is no page at " + page + " in " + root);
  if (!plan->items.empty()) return;
  if (plan->withheld.empty()) {
    throw net::Error("the page " + page +
                     " names no style, script or font of its own, so there is nothing to compare");
  }
  throw net::Error("nothing of the page " + page + " can be told in advance: herald explain " +
                   root + " " + page + " says why");
}

}  // namespace

lab::VirtualBench::MakeSite site_maker(const Config& config) {
  return [&config](net::Loop& loop) { return std::make_unique<FolderSite>(loop, config); };
}

CompareSubject virtual_subject(const Config& config, const lab::VirtualBench::Options& options) {
  CompareSubject subject;
  const auto credentials = lab::make_identity();
  subject.make_bench = [&config, credentials, options] {
    return std::make_unique<lab::VirtualBench>(site_maker(config), *credentials, options);
  };
  subject.threads = std::max(1U, std::thread::hardware_concurrency());
  subject.arms.assign(lab::all_arms.begin(), lab::all_arms.end());
  subject.server = "herald, in this process, in virtual time";
  subject.loader = [] { return "herald's loader"; };
  return subject;
}

CompareSubject browser_subject(const Config& config, const lab::BrowserBench::Options& options) {
  CompareSubject subject;
  const auto credentials = lab::make_browser_identity();
  const auto name = std::make_shared<std::string>(options.program);
  subject.make_bench = [&config, credentials, options, name] {
    auto bench = std::make_unique<lab::BrowserBench>(site_maker(config), *credentials, options);
    *name = bench->name();
    return bench;
  };
  subject.warm_up = 1;
  subject.arms = {lab::Arm::none, lab::Arm::link, lab::Arm::early_hints};
  subject.server = "herald, in this process";
  subject.loader = [name] { return *name; };
  return subject;
}

CompareSubject url_subject(const lab::Url& url, const lab::UrlBench::Options& options,
                           const std::vector<std::string>& pages) {
  lab::UrlBench scout(url, options);
  for (const std::string& page : pages) {
    if (scout.look_at(page).resources.size() > 1) continue;
    throw net::Error("the page " + page + " of " + url.authority() +
                     " has no assets, so there is nothing to compare");
  }
  CompareSubject subject;
  subject.arms = arms_of(scout.offer());
  subject.offered = words_of(scout.offer());
  if (subject.offered.empty()) {
    throw net::Error(url.authority() +
                     " sends no link fields, no 103 and no pushes with this page, so there is "
                     "nothing to compare: give the folder of the site instead, to see what they "
                     "would be worth");
  }
  subject.make_bench = [url, options] { return std::make_unique<lab::UrlBench>(url, options); };
  subject.warm_up = 1;
  subject.server =
      scout.offer().server.empty() ? "a server that does not say its name" : scout.offer().server;
  subject.loader = [] { return "herald's loader"; };
  return subject;
}

void require_pages(const Config& config, const hints::PlanBuilder::Options& plan,
                   const std::vector<std::string>& pages) {
  const std::string& root = config.serve.root;
  std::error_code ignored;
  if (!std::filesystem::is_directory(root, ignored)) {
    throw net::Error(root + " is no folder: name the folder with the files to compare, or an " +
                     "address such as https://localhost:8443/");
  }
  OfflineSite offline(config);
  hints::Planner planner(offline.site, offline.loop, {.build = plan});
  for (const std::string& page : pages) require_page(planner, page, root);
}

}  // namespace cli
