#include "sse/url_pattern.h"

#include <optional>
#include <utility>

#include "server/http/headers.h"
#include "sse/parsed_topic.h"
#include "sse/url.h"
#include "sse/url_pattern_component.h"
#include "sse/url_pattern_string.h"

namespace sse {
namespace {

std::string lower(std::string_view text) { return http::to_lower(text); }
std::string as_it_is(std::string_view text) { return std::string(text); }
std::string userinfo(std::string_view text) { return canonical(UrlPart::userinfo, text); }
std::string path(std::string_view text) { return canonical(UrlPart::path, text); }
std::string opaque_path(std::string_view text) { return canonical(UrlPart::opaque_path, text); }
std::string query(std::string_view text) { return canonical(UrlPart::query, text); }
std::string fragment(std::string_view text) { return canonical(UrlPart::fragment, text); }

constexpr PatternStyle in_protocol{"", "", lower};
constexpr PatternStyle in_userinfo{"", "", userinfo};
constexpr PatternStyle in_hostname{".", "", lower};
constexpr PatternStyle in_port{"", "", as_it_is};
constexpr PatternStyle in_path{"/", "/", path};
constexpr PatternStyle in_opaque_path{"", "", opaque_path};
constexpr PatternStyle in_query{"", "", query};
constexpr PatternStyle in_fragment{"", "", fragment};

bool matches_special(const PatternComponent& protocol) {
  for (const char* name : {"http", "https", "ws", "wss", "ftp", "file"}) {
    if (protocol.matches(name)) return true;
  }
  return false;
}

bool special_protocol(const std::string& pattern) {
  const auto protocol = PatternComponent::compile(pattern, in_protocol);
  return protocol && matches_special(*protocol);
}

// What is special in a pattern stands for itself.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("+*?:{}()\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// Section 4.2, "process a URLPatternInit": what comes before the first component that the string
// names is the base's.
void inherit(PatternStrings& parts, const Url& base) {
  const bool no_host = !parts.protocol && !parts.hostname && !parts.port;
  const bool no_path = no_host && !parts.pathname;
  const bool no_search = no_path && !parts.search;
  if (!parts.protocol) parts.protocol = escaped(base.protocol);
  if (no_host) {
    parts.hostname = escaped(base.hostname);
    parts.port = escaped(base.port);
  }
  if (no_search && !parts.hash) parts.hash = escaped(base.hash);
  if (no_search) parts.search = escaped(base.search);
  if (no_path) {
    parts.pathname = escaped(base.pathname);
  } else if (parts.pathname && no_host && !parts.pathname->starts_with('/') &&
             !parts.pathname->starts_with("\\/") && !parts.pathname->starts_with("{/")) {
    const std::string folder = base.pathname.substr(0, base.pathname.rfind('/') + 1);
    parts.pathname = escaped(folder) + *parts.pathname;
  }
}

class UrlPattern final : public TopicPattern {
 public:
  struct Components {
    PatternComponent protocol, username, password, hostname, port, pathname, search, hash;
  };
  UrlPattern(Components components, std::string_view base_text, Url base)
      : components_(std::move(components)),
        base_text_(base_text),
        base_(std::move(base)),
        takes_paths_(!base_.opaque && fits(base_.protocol, base_.hostname, base_.port) &&
                     components_.username.matches(base_.username) &&
                     components_.password.matches(base_.password) &&
                     components_.search.matches("") && components_.hash.matches("")) {}

  bool matches(const ParsedTopic& topic) const override {
    const Components& wanted = components_;
    if (topic.form() == TopicForm::path) {
      return takes_paths_ && wanted.pathname.matches(topic.text());
    }
    const std::optional<Url>& url = topic.against(base_, base_text_);
    return url && wanted.pathname.matches(url->pathname) &&
           fits(url->protocol, url->hostname, url->port) && wanted.search.matches(url->search) &&
           wanted.hash.matches(url->hash) && wanted.username.matches(url->username) &&
           wanted.password.matches(url->password);
  }

 private:
  bool fits(const std::string& protocol, const std::string& host, const std::string& port) const {
    return components_.hostname.matches(host) && components_.protocol.matches(protocol) &&
           components_.port.matches(port);
  }

  const Components components_;
  const std::string base_text_;
  const Url base_;
  const bool takes_paths_;  // of the base: nothing else is asked of a topic that is a path
};

std::optional<UrlPattern::Components> compile(PatternStrings parts) {
  const auto component = [](const std::optional<std::string>& pattern, const PatternStyle& style) {
    return PatternComponent::compile(pattern.value_or("*"), style);
  };
  auto protocol = component(parts.protocol, in_protocol);
  if (!protocol) return std::nullopt;
  if (parts.port && !parts.port->empty() && *parts.port == default_port(*parts.protocol)) {
    parts.port = "";
  }
  auto username = component(parts.username, in_userinfo);
  auto password = component(parts.password, in_userinfo);
  auto hostname = component(parts.hostname, in_hostname);
  auto port = component(parts.port, in_port);
  auto pathname = component(parts.pathname, matches_special(*protocol) ? in_path : in_opaque_path);
  auto search = component(parts.search, in_query);
  auto hash = component(parts.hash, in_fragment);
  if (!username || !password || !hostname || !port || !pathname || !search || !hash) {
    return std::nullopt;
  }
  return UrlPattern::Components{std::move(*protocol), std::move(*username), std::move(*password),
                                std::move(*hostname), std::move(*port),     std::move(*pathname),
                                std::move(*search),   std::move(*hash)};
}

}  // namespace

std::variant<std::shared_ptr<const TopicPattern>, std::string> compile_url_pattern(
    std::string_view text, std::string_view base) {
  auto base_url = Url::parse(base);
  if (!base_url) return "The hub's URL cannot be read.";
  PatternStrings parts = split_pattern(text, special_protocol);
  inherit(parts, *base_url);
  auto components = compile(std::move(parts));
  if (!components) {
    return "\"" + std::string(text) +
           "\" is not a URL pattern that can be used: it is malformed, or repeats too much.";
  }
  return std::make_shared<const UrlPattern>(std::move(*components), base, std::move(*base_url));
}

}  // namespace sse
