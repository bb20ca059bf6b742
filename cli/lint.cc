#include "cli/lint.h"

#include <algorithm>
#include <filesystem>

#include "cli/offline_site.h"
#include "cli/parts.h"
#include "hints/linter.h"
#include "server/http/query.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t most_pages = 2000;

std::vector<std::string> pages_under(const fs::path& root) {
  std::vector<std::string> pages;
  std::error_code problem;
  fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && at != fs::recursive_directory_iterator() && pages.size() < most_pages;
       at.increment(problem)) {
    if (at->path().extension() != ".html" || !at->is_regular_file(problem)) continue;
    const std::string path = "/" + fs::relative(at->path(), root, problem).generic_string();
    pages.push_back(http::percent_encode(path, "/!$&'()*+,;=:@"));
  }
  std::ranges::sort(pages);
  return pages;
}

}  // namespace

std::vector<std::string> lint_hints(const Config& config) {
  std::vector<std::string> reasons;
  try {
    OfflineSite offline(config);
    hints::PlanBuilder builder(offline.site, plan_options(config));
    for (const hints::Finding& finding : hints::lint(builder, pages_under(config.serve.root))) {
      if (finding.weight == hints::Finding::Weight::problem)
        reasons.push_back(hints::to_text(finding));
    }
  } catch (const net::Error& error) {
    reasons.emplace_back(error.what());
  }
  return reasons;
}

std::vector<std::string> hidden_files(const Config& config) {
  std::vector<std::string> reasons;
  for (const std::string& url : {config.events.events_url, config.events.poll_url,
                                 config.events.send_url, std::string("/.herald")}) {
    std::error_code ignored;
    const fs::path file = fs::path(config.serve.root) / url.substr(1);
    if (!fs::exists(file, ignored)) continue;
    reasons.push_back(file.string() + " cannot be reached: Herald answers " + url +
                      " itself; rename the file, or move the URL in [events]");
  }
  return reasons;
}

std::vector<std::string> unusable_options(const Config& config) {
  std::vector<std::string> reasons;
  const auto attempt = [&](const auto& make) {
    try {
      (void)make(config);
    } catch (const net::Error& error) {
      reasons.emplace_back(error.what());
    }
  };
  attempt(server_options);
  attempt(authorizer_options);
  attempt(hints_mode);
  attempt(admin_options);
  return reasons;
}

}  // namespace cli
