// What no single setting can tell of a configuration.
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "certs/x509.h"
#include "cli/config.h"
#include "server/net/endpoint.h"

namespace cli {
namespace {

// In the words of the file if that has said it, else in those of the command line.
void require_pair(const Config& config) {
  const Config::Serve& serve = config.serve;
  if (serve.cert.empty() == serve.key.empty()) return;
  const char* given = serve.key.empty() ? "cert" : "key";
  const char* lacking = serve.key.empty() ? "key" : "cert";
  const Config::Place place = config.place_of(fmt::format("[serve] {}", given));
  if (place.empty()) {
    throw net::Error(
        fmt::format("--{} needs --{} beside it (--key-file is the key of tokens)", given, lacking));
  }
  throw net::Error(
      fmt::format("{}[serve] {} needs {} beside it (key_file in [events] is the key of tokens)",
                  place, given, lacking));
}

void require_lasting_hsts(const Config& config) {
  const Config::Hsts& hsts = config.hsts;
  if (!hsts.preload) return;
  if (hsts.include_subdomains && hsts.max_age >= std::chrono::hours(24 * 365)) return;
  throw net::Error(config.place_of("[hsts] preload") +
                   "[hsts] preload needs include_subdomains = true and a max_age of 365d or more: "
                   "browsers' lists take nothing less");
}

// An address that this server is to have, and the setting that says so.
struct Wanted {
  std::string_view setting;
  std::string text;
  net::Endpoint endpoint;
};

std::vector<Wanted> addresses_of(const Config::Serve& serve) {
  std::vector<Wanted> all;
  const auto add = [&](std::string_view setting, const std::string& text) {
    if (text.empty()) return;
    const bool port_alone = text.find(':') == text.npos;
    all.push_back({setting, text, net::Endpoint::parse(port_alone ? ":" + text : text)});
  };
  for (const std::string& text : serve.listen) add("listen", text);
  add("redirect", serve.redirect);
  add("metrics", serve.metrics);
  for (Wanted& wanted : all) {
    std::string& host = wanted.endpoint.host;
    try {
      if (!host.empty()) host = certs::normalized_host(host);
    } catch (const net::Error&) {
      // Who resolves it says so.
    }
  }
  return all;
}

// Whether a socket for `all` has the address `one` as well. What names stand for is not known here.
bool covers(const net::Endpoint& all, const net::Endpoint& one) {
  if (all.host == one.host || all.host.empty()) return true;
  const bool ipv6 = one.host.find(':') != std::string::npos;
  if (all.host == "::") return ipv6;
  return all.host == "0.0.0.0" && !ipv6 &&
         one.host.find_first_not_of("0123456789.") == std::string::npos && !one.host.empty();
}

void require_free_addresses(const Config& config) {
  const std::vector<Wanted> all = addresses_of(config.serve);
  for (auto one = all.begin(); one != all.end(); ++one) {
    for (auto other = all.begin(); other != one; ++other) {
      if (one->endpoint.port != other->endpoint.port || one->endpoint.port == 0) continue;
      if (!covers(one->endpoint, other->endpoint) && !covers(other->endpoint, one->endpoint)) {
        continue;
      }
      const Config::Place place = config.place_of(fmt::format("[serve] {}", one->setting));
      if (one->setting == other->setting) {
        throw net::Error(
            fmt::format("{}[serve] {} has {} and {}, which cannot be had both: name "
                        "one of them",
                        place, one->setting, other->text, one->text));
      }
      throw net::Error(
          fmt::format("{}[serve] {} {} and {} {} cannot be had both: give each a port "
                      "of its own",
                      place, one->setting, one->text, other->setting, other->text));
    }
  }
}

// What Herald answers itself, whatever [events] says.
bool built_in(const Config::Events& events, std::string_view url) {
  const auto within = [&](const std::string& path) {
    return url == path || url.starts_with(path + "/");
  };
  return within("/.herald") || within(events.mercure_url + "/subscriptions") ||
         url == "/.well-known/oauth-protected-resource" + events.mercure_url;
}

void require_own_urls(const Config& config) {
  std::map<std::string, std::string_view> urls;
  for (const auto& [key, url] : urls_of(config.events)) {
    const Config::Place place = config.place_of(fmt::format("[events] {}", key));
    if (built_in(config.events, url)) {
      throw net::Error(fmt::format(
          "{}[events] {} cannot be {}, which Herald answers itself: give it another URL", place,
          key, url));
    }
    const auto [other, fresh] = urls.emplace(url, key);
    if (fresh) continue;
    const Config::Place first = config.place_of(fmt::format("[events] {}", other->second));
    throw net::Error(fmt::format("{}[events] {} and {} are both {}: give each a URL of its own",
                                 place.empty() ? first : place, other->second, key, url));
  }
}

}  // namespace

void require_coherent(const Config& config) {
  const Config::Serve& serve = config.serve;
  if (serve.listen.empty()) {
    throw net::Error(config.place_of("[serve] listen") +
                     "there is nothing to listen on: give --listen HOST:PORT");
  }
  require_pair(config);
  if (!serve.ocsp.empty() && serve.cert.empty()) {
    throw net::Error(config.place_of("[serve] ocsp") +
                     "[serve] ocsp needs cert and key beside it: it is about that certificate");
  }
  require_lasting_hsts(config);
  // The usual "." would be the app's own folder, sources and all.
  if (!config.proxy.upstreams.empty() && serve.root == ".") {
    throw net::Error(
        "--upstream needs ROOT beside it: name the folder whose files are served before the app is "
        "asked, such as public (or ./ if it is this one)");
  }
  require_free_addresses(config);
  require_own_urls(config);
}

}  // namespace cli
