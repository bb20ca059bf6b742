// HeaderRules: a `_headers` file as Netlify and Cloudflare document it, read, and what it means for
// one path. Where the file is, and putting fields on answers, is site_rules' business.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/headers.h"
#include "static/path_pattern.h"
#include "static/rule_fault.h"

namespace assets {

class HeaderRules {
 public:
  static constexpr std::size_t most_rules = 1000;
  static constexpr std::size_t longest_line = 4096;

  // A Link field for a path, one link at a time.
  struct Link {
    std::string value;
    unsigned line = 0;
  };
  // What the rules that match a path come to, in their order.
  struct Applied {
    std::vector<std::string> removed;  // "! name"
    http::Headers fields;              // in place of ours; several of a name are to be joined
    std::vector<Link> links;
  };

  HeaderRules() = default;
  // Lines that are wrong are left out and told in faults().
  explicit HeaderRules(std::string_view text);

  // `path` is decoded; `host` without a port. Rules for a host match nothing if `host` is empty. A
  // field that `path` would make longer than Captures::longest is left out.
  Applied applied(std::string_view host, std::string_view path) const;
  // Of that, the names that are removed, whoever has given them; of most files none whatever path.
  std::vector<std::string> removed(std::string_view host, std::string_view path) const;
  const std::vector<RuleFault>& faults() const { return faults_; }
  bool empty() const { return rules_.empty(); }
  bool removes() const { return !removing_.empty(); }

 private:
  struct Set {
    std::string name;  // in lower case
    std::string value;
    unsigned line;
  };
  struct Rule {
    PathPattern pattern;
    std::string written;
    std::vector<Set> set;
    std::vector<std::string> removed;
  };

  // False: the fields below it have no rule.
  bool begin(std::string_view pattern, unsigned line);
  void take(std::string_view field, unsigned line);
  void complain(RuleFault::Weight weight, unsigned line, std::string_view subject,
                std::string reason, std::string remedy);

  std::vector<Rule> rules_;
  std::vector<std::size_t> removing_;  // places of the rules that remove a field
  std::vector<RuleFault> faults_;
};

// Fields that say how the bytes are sent, which only the server knows.
bool owned_by_server(std::string_view lower_name);

}  // namespace assets
