// Config: everything `herald serve` can be told, as plain values with their defaults, grouped as in
// herald.toml. Whoever builds the parts turns these into their Options.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/address_limits.h"
#include "server/http/limits.h"
#include "server/net/error.h"

namespace cli {

using std::chrono::milliseconds;

// A command line that cannot be understood: exit code 2.
class UsageError final : public net::Error {
 public:
  using net::Error::Error;
};

struct Config {
  // Where something was said in the file, for sentences: "herald.toml:4:3: "; empty: elsewhere.
  using Place = std::string;
  struct Certificate {  // for the names in its subjectAltName
    std::string cert;
    std::string key;
    std::string ocsp;  // a response in DER to show with it; empty: none
    Place place = {};
  };
  struct Serve {
    std::string root = ".";
    std::vector<std::string> listen{"127.0.0.1:8443"};  // for net::Endpoint::parse
    std::string cert;                                   // empty: a development certificate
    std::string key;                                    // both or none
    std::string ocsp;                                   // of cert; empty: none
    std::vector<Certificate> certificates;              // more of them, chosen by name
    std::vector<std::string> hosts;                     // more names of this server
    std::uint32_t workers = 0;                          // 0: one for each core
    bool spa = false;
    bool dev = false;
    milliseconds think{0};           // delays pages, to show what hints are worth
    std::string access_log;          // empty: none; "-": standard output
    std::string admin_token_file;    // tokens that show /.herald/explain, one a line
    std::string redirect;            // PORT or HOST:PORT, where http is sent to https; empty: none
    std::string metrics;             // PORT or HOST:PORT of what machines ask for; empty: none
    std::vector<std::string> reads;  // folders, beside ROOT and the system's; empty: any
    std::string user;                // whom to become once ports are bound, if started by root
    std::string security_headers = "off";  // off, basic, strict
    std::string log = "info";              // debug, info, warning, error
    milliseconds drain{30'000};
  };
  // Strict-Transport-Security (RFC 6797).
  struct Hsts {
    milliseconds max_age{0};  // 0: not sent
    bool include_subdomains = false;
    bool preload = false;
  };
  struct HintedPage {
    std::string path;
    std::vector<std::string> items;
    bool only = false;  // and nothing of what anybody else says
    Place place = {};
  };
  struct Hints {
    // auto, early-hints, push, push+early-hints, link, off
    std::string mode = "auto";
    bool adaptive = true;            // no 103 where the page comes too soon for it
    bool feedback = true;            // leaves out what pages turn out not to need
    bool interleave = false;         // a page's head, its pushes, then the rest of it
    std::string experiment = "off";  // or "early-hints vs link"
    std::vector<HintedPage> pages;
  };
  struct EventTopic {  // what is not said is as in [events]
    std::string pattern;
    std::optional<std::uint32_t> history;
    std::optional<std::uint64_t> bytes;
    milliseconds age{0};         // 0: not said
    std::string policy = "gap";  // gap, end, conflate
    bool operator==(const EventTopic&) const = default;
  };
  struct Events {
    std::string events_url = "/events";
    std::string poll_url = "/poll";
    std::string send_url = "/send";
    std::string mercure_url = "/.well-known/mercure";
    std::string state_url = "/state";
    bool subscriptions = false;           // tells and lists who is subscribed
    std::uint32_t publish_rate = 0;       // events a second of one publisher, on one worker; 0: any
    std::uint32_t subscribe_rate = 0;     // streams a second of one client, likewise
    std::string hub_url;                  // as clients see it, for tokens; empty: as they ask
    std::string issuer;                   // of Mercure 1.0's access tokens
    std::string publisher_key_file;       // of publishers' tokens alone
    std::string subscriber_key_file;      // of subscribers'
    std::string jwks_file;                // more keys, as a JWK Set
    std::vector<std::string> algorithms;  // that tokens may be signed with; empty: the usual
    std::uint32_t topics = 100'000;       // at one time
    std::uint32_t history = 1000;         // events kept for each topic
    std::uint64_t bytes = 64 << 20;       // of history, over all topics
    milliseconds age{24 * 3600 * 1000};   // of an event in history
    std::uint64_t message_bytes = 64 << 10;  // of one publishing request
    std::uint32_t subscribers = 100'000;     // at one time
    std::uint32_t arrivals = 10'000;         // new streams a second, on average
    std::uint32_t departures = 4000;         // streams a second that are sent away at a stop
    milliseconds retry{2000};
    milliseconds heartbeat{15'000};
    std::vector<std::string> origins;  // for CORS: "https://app.test", or "*"
    std::string key_file;              // of tokens: a secret, or a public or private EC key in PEM
    std::string token_file;            // tokens that may publish anything, one a line
    bool anonymous = true;             // subscribers need no token
    std::string store;                 // empty: memory; a file; redis:// or unix:// and the rest
    std::string sync = "full";         // of a file: full, normal
    std::uint64_t store_bytes = 1 << 30;   // of events in a file
    std::uint32_t store_events = 100'000;  // kept in a Redis, about
    std::string store_prefix = "herald";   // of all keys there
    milliseconds store_timeout{2000};      // of connecting to it, and of each answer
    std::vector<EventTopic> classes;       // the first whose pattern matches counts
    bool operator==(const Events&) const = default;
  };
  struct CacheRule {
    std::string glob;
    std::string cache_control;
    Place place = {};
  };
  struct Files {
    std::uint64_t cache = 64 << 20;      // bytes of assets kept in memory
    std::vector<std::string> immutable;  // globs of files whose name changes with their content
    std::vector<CacheRule> headers;      // the first match counts
  };
  struct Proxy {
    std::vector<std::string> upstreams;  // for proxy::Address::parse; empty: no app server
    std::string host = "client";         // the host that the app sees: client, upstream
    std::string forwarding = "replace";  // forwarding fields of a request: replace, append
    std::string ca;                      // of https app servers; empty: those of the system
    std::string health;                  // path that each app server is asked for; empty: none
    milliseconds health_interval{5000};
    milliseconds health_timeout{2000};
    milliseconds connect{5000};
    milliseconds first_byte{60'000};
    milliseconds idle{60'000};
    milliseconds keep_alive{4000};
    std::uint32_t idle_connections = 64;  // kept open for later, for each worker
    std::uint32_t requests = 1024;        // in flight at one time, for each worker
    std::uint64_t buffer = 64 << 10;      // of each answer
    std::uint64_t header_bytes = 64 << 10;
    std::string build;  // field of the app's answers that names its build; empty: none
  };
  struct Limits : http::Limits {
    std::uint64_t connections = 100'000;  // at one time, over all workers
    server::AddressLimits::Options per_address;
    std::uint32_t backlog = 1024;
    std::uint64_t unsent = 64 * 1024;  // bytes the kernel may hold unsent for a connection
  };

  std::string file;  // that it was read from; empty: none
  // By the setting, such as "[hsts] preload": of those that the file said, and nobody over it.
  std::map<std::string, Place, std::less<>> places;
  Place place_of(std::string_view setting) const;

  Serve serve;
  Hsts hsts;
  Hints hints;
  Events events;
  Files files;
  Proxy proxy;
  Limits limits;
  http::Timeouts timeouts;
};

// Reads a TOML file into `config`, over what is there. Relative paths in it start from its folder.
// Throws net::Error: one sentence with file, line, column and remedy.
Config with_file(Config config, const std::filesystem::path& file);
// The same of the text of a file of that name, which is not read.
Config with_text(Config config, std::string_view text, const std::filesystem::path& file);

// What `act` throws begins with where the setting stands that asks for it.
template <typename Act>
auto blaming(const Config::Place& place, const Act& act) {
  try {
    return act();
  } catch (const net::Error& error) {
    if (place.empty()) throw;
    throw net::Error(place + error.what());
  }
}

// Where the parts of [events] are: the key of each, and its URL. They go before files.
std::vector<std::pair<std::string_view, std::string>> urls_of(const Config::Events& events);

// Files of keys and tokens, but for those of certificates: the setting of each, such as
// "[events] key_file", and its path; empty: none.
std::vector<std::pair<std::string_view, std::string>> secret_files_of(const Config& config);

// What no single setting can tell, such as a certificate without a key. Throws net::Error.
void require_coherent(const Config& config);

}  // namespace cli
