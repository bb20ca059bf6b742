// SiteRules: the `_headers` and `_redirects` beside the files, read again whenever they change, and
// asked for each request. One for each worker, on its thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/headers.h"
#include "server/net/loop.h"
#include "static/header_rules.h"
#include "static/lru.h"
#include "static/redirect_rules.h"
#include "static/rule_file.h"

namespace assets {

class SiteRules {
 public:
  static constexpr std::string_view headers_name = "_headers";
  static constexpr std::string_view redirects_name = "_redirects";

  struct Options {
    RuleFile::Options files;
    // Whether a Link that a page has for every host is somebody else's business to tell, and so is
    // not a field of it. None: no.
    std::function<bool(std::string_view link)> planned;
    // Told what is wrong with a file, once each time that it is read: one sentence.
    std::function<void(const std::string& sentence)> complain;
  };
  enum class Kind : std::uint8_t { page, other };

  // `loop` must outlive this. Throws net::Error if `root` is no folder.
  SiteRules(net::Loop& loop, const std::string& root, Options options);
  SiteRules(const SiteRules&) = delete;
  SiteRules& operator=(const SiteRules&) = delete;

  // `authority` and `target` as in a request. None: nothing answers instead.
  std::optional<RedirectRules::Verdict> redirect(std::string_view authority,
                                                 std::string_view target,
                                                 RedirectRules::Exists exists);
  // `prepared` with the fields that the rules for this target have: itself if there are none.
  std::shared_ptr<const http::Headers> dressed(std::string_view authority, std::string_view target,
                                               const std::shared_ptr<const http::Headers>& prepared,
                                               Kind kind);
  // The fields that no answer to this target is to have, unless a rule or the answer itself sets
  // them.
  std::vector<std::string> removed(std::string_view authority, std::string_view target);
  // The Links that the rules have for a path, whatever the host.
  std::vector<HeaderRules::Link> links(std::string_view path);

  // Another whenever `_headers` is; empty if there is none.
  const std::string& version();

  const HeaderRules& headers();
  const RedirectRules& redirects();
  bool headers_too_long() const { return headers_file_.too_long(); }
  bool redirects_too_long() const { return redirects_file_.too_long(); }

 private:
  // What dressing came to, for each of the answers that a path has.
  using Dressings = std::vector<
      std::pair<std::shared_ptr<const http::Headers>, std::shared_ptr<const http::Headers>>>;

  std::shared_ptr<const http::Headers> dress(std::string_view host, std::string_view path,
                                             const http::Headers& prepared, Kind kind) const;
  void tell(std::string_view file, const std::vector<RuleFault>& faults) const;

  Options options_;
  RuleFile headers_file_;
  RuleFile redirects_file_;
  HeaderRules headers_;
  RedirectRules redirects_;
  Lru<Dressings> dressings_;
  std::string key_;  // kept for its capacity
};

// "_headers:3: /*: reason. Remedy."
std::string to_text(std::string_view file, const RuleFault& fault);

}  // namespace assets
