#include "static/redirect_rules.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "server/http/headers.h"
#include "server/http/query.h"

namespace assets {
namespace {

using Weight = RuleFault::Weight;

std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const auto start = line.find_first_not_of(blanks);
    if (start == line.npos) break;
    line.remove_prefix(start);
    const auto end = std::min(line.find_first_of(blanks), line.size());
    if (line.front() == '#') break;
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

bool leads_somewhere(std::string_view word) {
  return word.starts_with('/') || word.starts_with("https://") || word.starts_with("http://");
}

bool conditional(std::string_view word) {
  const std::string name = http::to_lower(word.substr(0, word.find('=')));
  return name == "country" || name == "language" || name == "role" || name == "cookie";
}

// "301", "200!"; none if it is not a status.
std::optional<std::pair<int, bool>> status_of(std::string_view word) {
  const bool force = word.ends_with('!');
  if (force) word.remove_suffix(1);
  int status = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), status);
  if (error != std::errc() || end != word.data() + word.size() || word.size() != 3) return {};
  return std::pair{status, force};
}

bool honoured(int status) {
  static constexpr std::array<int, 7> all{200, 301, 302, 303, 307, 308, 404};
  return std::ranges::find(all, status) != all.end();
}

bool is_redirect(int status) { return status >= 300 && status < 400; }

// As part of a path or query.
std::string encoded(std::string_view value) {
  return http::percent_encode(value, "/!$&'()*+,;=:@");
}

// A target as it may be written, with what no URL may have encoded (RFC 3986 section 2.1).
std::string in_ascii(std::string_view target) {
  std::string keep;
  for (char c = '!'; c < 0x7F; ++c) keep += c;
  return http::percent_encode(target, keep);
}

// Where the path of a URL begins; 0 for a path.
std::size_t path_start(std::string_view target) {
  const auto scheme = target.find("://");
  if (target.starts_with('/') || scheme == target.npos) return 0;
  return std::min(target.find('/', scheme + 3), target.size());
}

// What a client sends may become a label of a host name, and nothing else of it.
std::string label(std::string_view value) {
  std::string out(value);
  std::erase_if(out, [](char c) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return !fine && c != '-';
  });
  return out;
}

// Nothing if it would be too long.
std::optional<std::string> filled(std::string_view to, const Captures& captures) {
  const std::size_t start = path_start(to);
  const auto target = captures.expand(to.substr(0, start), label);
  auto path = captures.expand(to.substr(start), encoded);
  if (!target || !path) return std::nullopt;
  // Of "/:splat" and a splat that begins with '/' another host would be made.
  if (path->starts_with('/')) {
    path->erase(1, std::min(path->find_first_not_of('/'), path->size()) - 1);
  }
  return *target + *path;
}

// The request's query goes along unless the rule has one.
std::string with_query(std::string target, std::string_view query) {
  if (query.empty() || target.find('?') != target.npos) return target;
  const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
  if (!std::ranges::all_of(query, printable)) return target;
  const auto fragment = std::min(target.find('#'), target.size());
  return target.insert(fragment, std::string("?").append(query));
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find_first_of("?#"));
}

// Whether the client would be sent where it has just been.
bool leads_back(const RedirectRules::Asked& asked, std::string_view target) {
  std::string_view there = path_of(target);
  const std::size_t start = path_start(there);
  if (start > 0) {
    std::string_view host = there.substr(0, start);
    host.remove_prefix(host.find("://") + 3);
    if (!http::equal_ignoring_case(host.substr(0, host.find(':')), asked.host)) return false;
    there.remove_prefix(start);
    if (there.empty()) there = "/";
  }
  const auto plain = http::percent_decode(there);
  return plain && *plain == asked.path;
}

}  // namespace

RedirectRules::RedirectRules(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (unsigned number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.size() > longest_line) {
      complain(Weight::problem, number, line.substr(0, 40), "line too long",
               "A line has at most 2000 characters.");
      continue;
    }
    read(line, number);
  }
}

void RedirectRules::complain(Weight weight, unsigned line, std::string_view subject,
                             std::string reason, std::string remedy) {
  faults_.push_back({weight, line, std::string(subject), std::move(reason), std::move(remedy)});
}

void RedirectRules::read(std::string_view line, unsigned number) {
  const std::vector<std::string_view> words = words_of(line);
  if (words.empty()) return;
  const auto refuse = [&](std::string reason, std::string remedy) {
    complain(Weight::problem, number, words.front(), std::move(reason), std::move(remedy));
  };
  if (rules_.size() == most_rules) {
    return refuse("too many rules", "Join rules by * or :name: at most 2100 are read.");
  }
  auto parsed = PathPattern::parse(words.front());
  if (const auto* fault = std::get_if<std::string>(&parsed)) {
    return refuse(*fault, "Write: /from /to 301.");
  }
  Rule rule{std::get<PathPattern>(std::move(parsed)),
            std::string(words.front()),
            {},
            {},
            302,
            false,
            number};
  std::size_t word = 1;
  for (; word < words.size() && !leads_somewhere(words[word]); ++word) {
    const auto equals = words[word].find('=');
    if (equals == std::string_view::npos || equals == 0) break;
    rule.parameters.emplace_back(words[word].substr(0, equals), words[word].substr(equals + 1));
  }
  if (word == words.size() || !leads_somewhere(words[word])) {
    return refuse("leads nowhere", "Write: /from /to 301, the target as a path or URL.");
  }
  rule.to = in_ascii(words[word++]);
  bool has_status = false;
  if (word < words.size()) {
    const auto status = status_of(words[word]);
    if (status) {
      rule.status = status->first;
      rule.force = status->second;
      has_status = true;
      ++word;
    } else if (!conditional(words[word])) {
      return refuse("\"" + std::string(words[word]) + "\" is no status",
                    "Write 301, 302, 303, 307, 308, 200 or 404, perhaps with ! behind it.");
    }
  }
  if (word < words.size()) {
    return refuse("has a condition (" + std::string(words[word]) + ") that is not honoured",
                  "The rule is passed over; decide it in the app.");
  }
  if (!honoured(rule.status)) {
    return refuse("status " + std::to_string(rule.status) + " is not honoured",
                  "Use 301, 302, 303, 307, 308, 200 or 404.");
  }
  if (rule.from.scheme() == "http") {
    return refuse("is for http, which is not served", "Take it out; only https is answered.");
  }
  if (!is_redirect(rule.status) && path_start(rule.to) != 0) {
    return refuse("answers from another server, which is not honoured",
                  "Redirect to it, or put it behind this server.");
  }
  if (rule.from.has_splat() && std::ranges::count(rule.written, '*') > 1) {
    return refuse("has more than one *", "Use :name for whole segments, and one *.");
  }
  if (!has_status) {
    complain(Weight::remark, number, rule.written, "has no status, and gets 302",
             "Write it: Netlify takes 301, Cloudflare 302.");
  }
  insists_ = insists_ || rule.force;
  rules_.push_back(std::move(rule));
}

std::optional<Captures> RedirectRules::match(const Rule& rule, const Asked& asked) {
  auto captures = rule.from.match(asked.host, asked.path);
  if (!captures && asked.path.size() > 1) {  // "/docs" and "/docs/" are one to a rule
    std::string other(asked.path);
    if (other.ends_with('/')) {
      other.pop_back();
    } else {
      other += '/';
    }
    captures = rule.from.match(asked.host, other);
  }
  if (!captures || rule.parameters.empty()) return captures;
  const http::Query query(asked.query);
  for (const auto& [name, wanted] : rule.parameters) {
    const auto value = query.get(name);
    if (!value) return std::nullopt;
    if (wanted.starts_with(':')) {
      captures->add(std::string_view(wanted).substr(1), *value);
    } else if (wanted != *value) {
      return std::nullopt;
    }
  }
  return captures;
}

std::optional<RedirectRules::Verdict> RedirectRules::decide(const Asked& asked) const {
  for (const Rule& rule : rules_) {
    const auto captures = match(rule, asked);
    if (!captures) continue;
    if (asked.exists == Exists::yes && !rule.force) return std::nullopt;
    auto target = filled(rule.to, *captures);
    if (!target) return Verdict{414, {}, rule.line};
    Verdict verdict{rule.status, *std::move(target), rule.line};
    // For ever, or a rewrite of what is there already: the next rule may know better.
    if (leads_back(asked, verdict.target)) continue;
    if (is_redirect(rule.status) && rule.parameters.empty()) {
      verdict.target = with_query(std::move(verdict.target), asked.query);
    }
    return verdict;
  }
  return std::nullopt;
}

std::vector<RedirectRules::Fixed> RedirectRules::fixed_and_yielding() const {
  std::vector<Fixed> fixed;
  for (const Rule& rule : rules_) {
    if (rule.force || !rule.from.fixed() || !rule.from.any_host()) continue;
    if (is_redirect(rule.status)) fixed.push_back({rule.written, rule.line});
  }
  return fixed;
}

std::vector<unsigned> RedirectRules::loops() const {
  constexpr int most_steps = 10;
  constexpr std::size_t longest_path = 4096;  // no client gets further
  std::vector<unsigned> lines;
  for (const Rule& rule : rules_) {
    if (!is_redirect(rule.status) || !rule.from.any_host() || !rule.parameters.empty()) continue;
    // Any path that the rule takes will do: wildcards stand for a word that no file has.
    std::string path = rule.written;
    for (auto star = path.find('*'); star != path.npos; star = path.find('*')) path[star] = 'x';
    std::erase(path, ':');
    path = http::percent_decode(path).value_or(path);
    std::vector<std::string> seen{path};
    for (int step = 0; step < most_steps; ++step) {
      const auto verdict = decide({"", path, "", Exists::no});
      if (verdict && verdict->status == 414) lines.push_back(rule.line);
      if (!verdict || !is_redirect(verdict->status) || path_start(verdict->target) != 0) break;
      auto next = http::percent_decode(path_of(verdict->target));
      if (!next) break;
      path = *std::move(next);
      const bool again = std::ranges::find(seen, path) != seen.end();
      if (again || path.size() > longest_path || step + 1 == most_steps) {
        lines.push_back(rule.line);
        break;
      }
      seen.push_back(path);
    }
  }
  return lines;
}

}  // namespace assets
