#include "cli/lint.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>

#include "cli/confine.h"
#include "cli/event_store.h"
#include "cli/landlock.h"
#include "cli/offline_site.h"
#include "cli/parts.h"
#include "cli/private_files.h"
#include "cli/renewal.h"
#include "hints/linter.h"
#include "server/http/query.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t most_pages = 2000;
constexpr std::size_t most_unreadable = 20;  // told of

std::vector<std::string> pages_under(const fs::path& root) {
  std::vector<std::string> pages;
  std::error_code problem;
  fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && at != fs::recursive_directory_iterator() && pages.size() < most_pages;
       at.increment(problem)) {
    if (at->path().extension() != ".html" || !at->is_regular_file(problem)) continue;
    std::string path = "/" + fs::relative(at->path(), root, problem).generic_string();
    // As visitors ask for it, and as rules name it.
    if (path.ends_with("/index.html")) path.resize(path.size() - std::strlen("index.html"));
    pages.push_back(http::percent_encode(path, "/!$&'()*+,;=:@"));
  }
  std::ranges::sort(pages);
  return pages;
}

// On the disk, from the path of a URL.
std::string on_disk(const Config& config, std::string_view path) {
  const std::string name = http::percent_decode(path).value_or(std::string(path));
  return (fs::path(config.serve.root) / name.substr(1)).lexically_normal().string();
}

// "wrong as" -> "wrong-as": stable names for those who count or silence findings.
std::string rule_of(std::string_view reason) {
  std::string rule(reason.substr(0, reason.find(" of /")));
  std::ranges::replace(rule, ' ', '-');
  return rule;
}

Fault fault_of(const Config& config, const hints::Finding& finding) {
  const bool problem = finding.weight == hints::Finding::Weight::problem;
  return {problem ? Fault::Level::error : Fault::Level::note,
          rule_of(finding.reason),
          finding.file.empty() ? "" : on_disk(config, finding.file),
          finding.line,
          finding.item,
          finding.reason,
          finding.remedy};
}

Fault fault_of(const Config& config, std::string_view file, const assets::RuleFault& fault) {
  const bool problem = fault.weight == assets::RuleFault::Weight::problem;
  return {problem ? Fault::Level::error : Fault::Level::note,
          std::string(file.substr(1)),
          on_disk(config, "/" + std::string(file)),
          fault.line,
          fault.subject,
          fault.reason,
          fault.remedy};
}

void lint_redirects(const Config& config, OfflineSite& offline, std::vector<Fault>& faults) {
  constexpr auto file = assets::SiteRules::redirects_name;
  const assets::RedirectRules& rules = offline.rules.redirects();
  for (const auto& fault : rules.faults()) faults.push_back(fault_of(config, file, fault));
  for (const auto& fixed : rules.fixed_and_yielding()) {
    if (!offline.store.lookup(fixed.path)) continue;
    const assets::RuleFault hidden{assets::RuleFault::Weight::problem, fixed.line, fixed.path,
                                   "has no effect, as a file has that path",
                                   "Write ! behind the status, or take the file away."};
    faults.push_back(fault_of(config, file, hidden));
  }
  for (const unsigned line : rules.loops()) {
    const assets::RuleFault loop{assets::RuleFault::Weight::problem, line, "redirect",
                                 "leads round in a circle",
                                 "Let it end at a path that no rule sends on."};
    faults.push_back(fault_of(config, file, loop));
  }
}

// Of a file that is made if it is not there.
void require_folder_of(const std::string& file, const std::string& setting, const Config& config) {
  if (file.empty() || file == "-" || file.find("://") != file.npos) return;
  const fs::path folder = fs::absolute(file).parent_path();
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return;
  throw net::Error(config.place_of(setting) + setting + ": there is no folder " + folder.string());
}

}  // namespace

std::vector<Fault> lint_rules(const Config& config) {
  std::vector<Fault> faults;
  try {
    OfflineSite offline(config);
    for (const auto& fault : offline.rules.headers().faults()) {
      faults.push_back(fault_of(config, assets::SiteRules::headers_name, fault));
    }
    lint_redirects(config, offline, faults);
    const auto too_long = [&](std::string_view file) {
      faults.push_back(fault_of(config, file,
                                {assets::RuleFault::Weight::problem, 0, "file", "is too long",
                                 "At most 1 MiB is read; join its rules."}));
    };
    if (offline.rules.headers_too_long()) too_long(assets::SiteRules::headers_name);
    if (offline.rules.redirects_too_long()) too_long(assets::SiteRules::redirects_name);
  } catch (const net::Error&) {
    // ROOT is no folder: another check says so.
  }
  return faults;
}

std::vector<Fault> lint_hints(const Config& config) {
  std::vector<Fault> reasons;
  try {
    OfflineSite offline(config);
    hints::PlanBuilder builder(offline.site, plan_options(config));
    for (const hints::Finding& finding : hints::lint(builder, pages_under(config.serve.root))) {
      reasons.push_back(fault_of(config, finding));
    }
  } catch (const net::Error& error) {
    reasons.emplace_back(error.what());
  }
  return reasons;
}

std::vector<Fault> hidden_files(const Config& config) {
  std::vector<Fault> reasons;
  auto urls = urls_of(config.events);
  urls.emplace_back("", "/.herald");
  for (const auto& [key, url] : urls) {
    std::error_code ignored;
    const fs::path file = fs::path(config.serve.root) / url.substr(1);
    if (!fs::exists(file, ignored)) continue;
    reasons.emplace_back(file.string() + " cannot be reached: Herald answers " + url +
                         " itself; rename the file, or move the URL in [events]");
  }
  return reasons;
}

std::vector<Fault> unreadable_files(const Config& config) {
  std::vector<Fault> reasons;
  const std::string& user = config.serve.user;
  std::optional<Guise> guise;
  try {
    guise.emplace(user);
  } catch (const net::Error&) {
    return reasons;  // there is no such user: another check says so
  }
  std::error_code problem;
  fs::recursive_directory_iterator at(config.serve.root,
                                      fs::directory_options::skip_permission_denied, problem);
  for (; !problem && at != fs::recursive_directory_iterator(); at.increment(problem)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with('.') && name != ".well-known") {
      at.disable_recursion_pending();
      continue;
    }
    std::error_code ignored;
    const bool folder = at->is_directory(ignored);
    if (!folder && !at->is_regular_file(ignored)) continue;
    const int wish = folder ? R_OK | X_OK : R_OK;
    if (faccessat(AT_FDCWD, at->path().c_str(), wish, AT_EACCESS) == 0) continue;
    reasons.emplace_back(at->path().string() + " cannot be read by " +
                         (user.empty() ? "this user" : "the user " + user) +
                         ": visitors would get 403; let that user read it, or take it away");
    if (reasons.size() == most_unreadable) break;
  }
  return reasons;
}

std::vector<Fault> unusable_options(const Config& config) {
  std::vector<Fault> reasons;
  const auto attempt = [&](const auto& make) {
    try {
      (void)make(config);
    } catch (const net::Error& error) {
      reasons.emplace_back(error.what());
    }
  };
  for (std::string& sentence : exposed_files(config)) reasons.emplace_back(std::move(sentence));
  attempt(require_reads);
  attempt(require_user);
  attempt(require_enterable_state);
  attempt(require_store);
  attempt(
      [](const Config& given) { require_folder_of(given.events.store, "[events] store", given); });
  attempt([](const Config& given) {
    require_folder_of(given.serve.access_log, "[serve] access_log", given);
  });
  attempt(server_options);
  attempt(authorizer_options);
  attempt(hints_mode);
  attempt(plan_options);
  attempt(admin_options);
  attempt(store_options);
  attempt(proxy_options);
  return reasons;
}

}  // namespace cli
