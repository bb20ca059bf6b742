#include "static/header_rules.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/http/link.h"
#include "server/http/query.h"

namespace assets {
namespace {

using Weight = RuleFault::Weight;

bool token(std::string_view name) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || marks.find(c) != marks.npos;
  });
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

// The next line without its end.
std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string encoded(std::string_view value) {
  return http::percent_encode(value, "/!$&'()*+,;=:@");
}

}  // namespace

bool owned_by_server(std::string_view name) {
  static constexpr auto owned = std::to_array<std::string_view>(
      {"accept-ranges", "age", "allow", "alt-svc", "connection", "content-encoding",
       "content-length", "content-range", "date", "etag", "keep-alive", "last-modified", "location",
       "proxy-connection", "server", "te", "trailer", "transfer-encoding", "upgrade"});
  return std::ranges::find(owned, name) != owned.end();
}

HeaderRules::HeaderRules(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  bool known = false;  // the fields that follow belong to rules_.back()
  bool below = false;  // there was a pattern, good or not
  for (unsigned number = 1; !text.empty(); ++number) {
    const std::string_view line = http::trim(next_line(text));
    if (line.empty() || line.starts_with('#')) continue;
    if (line.size() > longest_line) {
      complain(Weight::problem, number, line.substr(0, 40), "line too long",
               "A line has at most 4096 characters.");
      continue;
    }
    if (line.starts_with('/') || line.starts_with("http://") || line.starts_with("https://")) {
      known = begin(line, number);
      below = true;
    } else if (!below) {
      complain(Weight::problem, number, line.substr(0, 40), "stands before any path",
               "Begin with a line such as /* and put the fields below it, indented.");
    } else if (known) {
      take(line, number);
    }
  }
}

void HeaderRules::complain(Weight weight, unsigned line, std::string_view subject,
                           std::string reason, std::string remedy) {
  faults_.push_back({weight, line, std::string(subject), std::move(reason), std::move(remedy)});
}

bool HeaderRules::begin(std::string_view written, unsigned line) {
  if (rules_.size() == most_rules) {
    complain(Weight::problem, line, written, "too many rules",
             "Join rules: at most 1000 are read from one file.");
    return false;
  }
  auto parsed = PathPattern::parse(written);
  if (const auto* fault = std::get_if<std::string>(&parsed)) {
    complain(Weight::problem, line, written, *fault, "Write a path such as /docs/*.");
    return false;
  }
  auto& pattern = std::get<PathPattern>(parsed);
  if (pattern.scheme() == "http") {
    complain(Weight::problem, line, written, "is for http, which is not served",
             "Write https://, or the path alone.");
    return false;
  }
  rules_.push_back({std::move(pattern), std::string(written), {}, {}});
  return true;
}

void HeaderRules::take(std::string_view field, unsigned line) {
  Rule& rule = rules_.back();
  if (field.starts_with('!')) {
    const std::string name = http::to_lower(http::trim(field.substr(1)));
    if (!token(name) || owned_by_server(name)) {
      return complain(Weight::problem, line, field, "removes no field that rules may remove",
                      "Write ! and the name of a field, such as ! Content-Security-Policy.");
    }
    if (rule.removed.empty()) removing_.push_back(rules_.size() - 1);
    rule.removed.push_back(name);
    return;
  }
  const auto colon = field.find(':');
  const std::string name = http::to_lower(http::trim(field.substr(0, colon)));
  if (colon == std::string_view::npos || !token(name)) {
    return complain(Weight::problem, line, field.substr(0, 40), "is neither a path nor a field",
                    "Write a field as Name: value.");
  }
  const std::string_view value = http::trim(field.substr(colon + 1));
  if (name == "basic-auth") {
    return complain(Weight::problem, line, "Basic-Auth", "passwords are not asked for",
                    "What this rule protects is open to everyone; keep it elsewhere.");
  }
  if (owned_by_server(name)) {
    return complain(Weight::problem, line, name, "is set by the server alone",
                    "Take the line out; it has no effect.");
  }
  if (has_control(value)) {
    return complain(Weight::problem, line, name, "has a control character in its value",
                    "Take it out.");
  }
  rule.set.push_back({name, std::string(value), line});
}

std::vector<std::string> HeaderRules::removed(std::string_view host, std::string_view path) const {
  std::vector<std::string> names;
  for (const std::size_t place : removing_) {
    const Rule& rule = rules_[place];
    if (!rule.pattern.match(host, path)) continue;
    names.insert(names.end(), rule.removed.begin(), rule.removed.end());
  }
  return names;
}

HeaderRules::Applied HeaderRules::applied(std::string_view host, std::string_view path) const {
  Applied applied;
  for (const Rule& rule : rules_) {
    const auto captures = rule.pattern.match(host, path);
    if (!captures) continue;
    for (const std::string& name : rule.removed) {
      applied.fields.remove(name);
      if (name == "link") applied.links.clear();
      applied.removed.push_back(name);
    }
    for (const Set& set : rule.set) {
      const auto value = captures->expand(set.value, encoded);
      if (!value) continue;
      if (set.name == "link") {
        for (const std::string_view link : http::split_links(*value)) {
          applied.links.push_back({std::string(link), set.line});
        }
      } else {
        applied.fields.add(set.name, *value);
      }
    }
  }
  return applied;
}

}  // namespace assets
