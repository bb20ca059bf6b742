#include "static/site_rules.h"

#include <algorithm>

#include "server/http/query.h"

namespace assets {
namespace {

constexpr std::size_t most_dressings = 4096;
constexpr std::size_t dressings_bytes = std::size_t{8} * 1024 * 1024;
constexpr std::size_t most_for_a_path = 8;  // codings, each whole and not modified

// Decoded, with one '/' where there are several, as files are found; none if no file can have it.
std::optional<std::string> canonical(std::string_view path) {
  auto decoded = http::percent_decode(path);
  if (!decoded || !decoded->starts_with('/')) return std::nullopt;
  std::string plain;
  plain.reserve(decoded->size());
  for (const char c : *decoded) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return std::nullopt;
    if (c != '/' || plain.empty() || plain.back() != '/') plain += c;
  }
  if (plain.find("/../") != plain.npos || plain.ends_with("/..")) return std::nullopt;
  return plain;
}

std::string host_of(std::string_view authority) {
  if (!authority.ends_with(']')) authority = authority.substr(0, authority.rfind(':'));
  return http::to_lower(authority);
}

std::pair<std::string_view, std::string_view> parted(std::string_view target) {
  const auto mark = target.find('?');
  if (mark == target.npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

std::size_t weight_of(const http::Headers& fields) {
  std::size_t sum = 256;
  for (const http::Field field : fields) sum += field.name.size() + field.value.size() + 16;
  return sum;
}

}  // namespace

std::string to_text(std::string_view file, const RuleFault& fault) {
  std::string text(file);
  if (fault.line > 0) text.append(":").append(std::to_string(fault.line));
  text.append(": ").append(fault.subject).append(": ").append(fault.reason);
  return text.append(". ").append(fault.remedy);
}

SiteRules::SiteRules(net::Loop& loop, const std::string& root, Options options)
    : options_(std::move(options)),
      headers_file_(loop, root, std::string(headers_name), options_.files),
      redirects_file_(loop, root, std::string(redirects_name), options_.files),
      dressings_(most_dressings, dressings_bytes) {
  (void)headers();
  (void)redirects();
  if (!options_.complain) return;
  const Root folder(root);
  for (const std::string_view name : {headers_name, redirects_name}) {
    if (folder.open(std::string(name)).outcome != Root::Outcome::forbidden) continue;
    options_.complain(std::string(name) +
                      " may not be read by the user who serves it: none of its rules is known");
  }
}

void SiteRules::tell(std::string_view file, const std::vector<RuleFault>& faults) const {
  if (!options_.complain) return;
  for (const RuleFault& fault : faults) {
    if (fault.weight == RuleFault::Weight::problem) options_.complain(to_text(file, fault));
  }
}

const HeaderRules& SiteRules::headers() {
  if (!headers_file_.changed()) return headers_;
  headers_ = HeaderRules(headers_file_.text().value_or(""));
  dressings_ = Lru<Dressings>(most_dressings, dressings_bytes);
  tell(headers_name, headers_.faults());
  return headers_;
}

const RedirectRules& SiteRules::redirects() {
  if (!redirects_file_.changed()) return redirects_;
  redirects_ = RedirectRules(redirects_file_.text().value_or(""));
  tell(redirects_name, redirects_.faults());
  return redirects_;
}

const std::string& SiteRules::version() {
  (void)headers();
  return headers_file_.version();
}

std::optional<RedirectRules::Verdict> SiteRules::redirect(std::string_view authority,
                                                          std::string_view target,
                                                          RedirectRules::Exists exists) {
  const RedirectRules& rules = redirects();
  if (rules.empty()) return std::nullopt;
  if (exists == RedirectRules::Exists::yes && !rules.insists()) return std::nullopt;
  const auto [encoded, query] = parted(target);
  const auto path = canonical(encoded);
  if (!path) return std::nullopt;
  return rules.decide({host_of(authority), *path, query, exists});
}

std::vector<std::string> SiteRules::removed(std::string_view authority, std::string_view target) {
  const HeaderRules& rules = headers();
  if (!rules.removes()) return {};
  const auto path = canonical(parted(target).first);
  return path ? rules.removed(host_of(authority), *path) : std::vector<std::string>();
}

std::vector<HeaderRules::Link> SiteRules::links(std::string_view path) {
  const HeaderRules& rules = headers();
  if (rules.empty()) return {};
  const auto plain = canonical(path);
  return plain ? rules.applied("", *plain).links : std::vector<HeaderRules::Link>();
}

std::shared_ptr<const http::Headers> SiteRules::dressed(
    std::string_view authority, std::string_view target,
    const std::shared_ptr<const http::Headers>& prepared, Kind kind) {
  if (headers().empty()) return prepared;
  const std::string_view path = parted(target).first;
  key_.assign(authority).append(1, kind == Kind::page ? '\n' : '\t').append(path);
  Dressings* known = dressings_.find(key_);
  if (known != nullptr) {
    const auto found = std::ranges::find(*known, prepared, &Dressings::value_type::first);
    if (found != known->end()) return found->second;
  }
  const auto plain = canonical(path);
  if (!plain) return prepared;
  auto fields = dress(host_of(authority), *plain, *prepared, kind);
  Dressings all = known != nullptr ? std::move(*known) : Dressings();
  // The oldest is of a file that has changed since.
  if (all.size() == most_for_a_path) all.erase(all.begin());
  all.emplace_back(prepared, fields);
  std::size_t weight = key_.size() + 256;
  for (const auto& [plain_fields, made] : all) weight += weight_of(*made);
  dressings_.put(key_, std::move(all), weight);
  return fields;
}

std::shared_ptr<const http::Headers> SiteRules::dress(std::string_view host, std::string_view path,
                                                      const http::Headers& prepared,
                                                      Kind kind) const {
  HeaderRules::Applied applied = headers_.applied(host, path);
  auto fields = std::make_shared<http::Headers>(prepared);
  for (const std::string& name : applied.removed) fields->remove(name);
  std::vector<std::string_view> done;
  for (const http::Field field : applied.fields) {
    if (field.name == "set-cookie") {  // its values cannot be joined (RFC 9110 section 5.3)
      fields->add(field.name, field.value);
      continue;
    }
    if (std::ranges::find(done, field.name) != done.end()) continue;
    done.push_back(field.name);
    std::string value = applied.fields.joined(field.name);
    // What our own answer varies by stays true whatever the rules say.
    const auto ours = field.name == "vary" ? fields->get("vary") : std::nullopt;
    if (ours && value != "*") value.insert(0, ", ").insert(0, *ours);
    fields->set(field.name, value);
  }
  // Whoever tells Links in place of the page asks links(), and knows none of a host's own rules.
  std::vector<HeaderRules::Link> of_all_hosts;
  if (kind == Kind::page && options_.planned) of_all_hosts = headers_.applied("", path).links;
  for (const HeaderRules::Link& link : applied.links) {
    const auto same = std::ranges::find(of_all_hosts, link.value, &HeaderRules::Link::value);
    const bool elsewhere = same != of_all_hosts.end() && options_.planned(link.value);
    if (!elsewhere) fields->add("link", link.value);
  }
  return fields;
}

}  // namespace assets
