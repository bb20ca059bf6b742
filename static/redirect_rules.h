// RedirectRules: a `_redirects` file as Netlify and Cloudflare document it, read, and which of its
// rules answers a request. Where the file is, and answering, is for others.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "static/path_pattern.h"
#include "static/rule_fault.h"

namespace assets {

class RedirectRules {
 public:
  static constexpr std::size_t most_rules = 2100;
  static constexpr std::size_t longest_line = 2000;

  enum class Exists { no, yes };
  struct Asked {
    std::string_view host;   // in lower case, without a port; empty: rules for a host do not match
    std::string_view path;   // decoded
    std::string_view query;  // percent-encoded
    Exists exists = Exists::no;  // a file answers the path; rules without '!' leave it alone
  };
  // What answers instead.
  struct Verdict {
    // 301, 302, 303, 307, 308: go there; 200, 404: answer with that file; 414 without a target: it
    // would be longer than Captures::longest (RFC 9110 section 15.5.15)
    int status = 302;
    std::string target;  // percent-encoded: a path with its query, or a URL if it is elsewhere
    unsigned line = 0;
  };

  RedirectRules() = default;
  // Lines that are wrong, or ask for what is not done here, are left out and told in faults().
  explicit RedirectRules(std::string_view text);

  // By the first rule that matches.
  std::optional<Verdict> decide(const Asked& asked) const;
  const std::vector<RuleFault>& faults() const { return faults_; }
  bool empty() const { return rules_.empty(); }
  // Whether a rule may answer for a file that is there.
  bool insists() const { return insists_; }

  // For those who check: rules with one path, which a file hides unless they say '!'.
  struct Fixed {
    std::string path;
    unsigned line = 0;
  };
  std::vector<Fixed> fixed_and_yielding() const;
  // Lines of rules that lead back to themselves, after one step or several.
  std::vector<unsigned> loops() const;

 private:
  using Parameters = std::vector<std::pair<std::string, std::string>>;  // value may be ":name"
  struct Rule {
    PathPattern from;
    std::string written;
    Parameters parameters;
    std::string to;
    int status = 302;
    bool force = false;
    unsigned line = 0;
  };

  void read(std::string_view line, unsigned number);
  void complain(RuleFault::Weight weight, unsigned line, std::string_view subject,
                std::string reason, std::string remedy);
  static std::optional<Captures> match(const Rule& rule, const Asked& asked);

  std::vector<Rule> rules_;
  std::vector<RuleFault> faults_;
  bool insists_ = false;
};

}  // namespace assets
