#include "cli/parts.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "cli/event_store.h"
#include "hints/link_source.h"
#include "server/http/headers.h"
#include "server/net/handle.h"

namespace cli {
namespace {

using Authorities = net::Handle<X509_STORE, X509_STORE_free>;

constexpr std::size_t shortest_token = 16;

std::string slurp(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw net::SystemError("cannot read " + file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& file) {
  std::istringstream in(slurp(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    const std::string_view token = http::trim(line);
    if (!token.empty() && !token.starts_with('#')) lines.emplace_back(token);
  }
  return lines;
}

// Whoever finds one of them may do much: they must not be empty, nor short.
std::vector<std::string> tokens_of(const std::string& file, const Config::Place& place) {
  return blaming(place, [&] {
    std::vector<std::string> tokens = lines_of(file);
    if (tokens.empty()) throw net::Error(file + " holds no token: write one on each line");
    for (const std::string& token : tokens) {
      if (token.size() >= shortest_token) continue;
      throw net::Error(file + " holds a token that can be guessed: make it 16 characters or more");
    }
    return tokens;
  });
}

// That libcurl will find an authority in it whenever it asks an app server.
void require_authorities(const Config& config) {
  const std::string& file = config.proxy.ca;
  if (file.empty()) return;
  blaming(config.place_of("[proxy] ca"), [&] {
    if (access(file.c_str(), R_OK) != 0) throw net::SystemError("cannot read " + file);
    const Authorities authorities(X509_STORE_new());
    const bool some = authorities && X509_STORE_load_file(authorities.get(), file.c_str()) == 1;
    ERR_clear_error();
    if (some) return;
    throw net::Error("[proxy] ca: " + file +
                     " holds no certificate in PEM: name that of the authority of the app servers");
  });
}

// How pages may spell addresses of this server. 443 may be forwarded to the port listened on.
std::vector<std::string> own_origins(const Config& config) {
  std::vector<std::string> ports{""};
  for (const std::string& address : config.serve.listen) {
    const std::uint16_t port = net::Endpoint::parse(address).port;
    if (port != 0 && port != 443) ports.push_back(":" + std::to_string(port));
  }
  std::vector<std::string> origins;
  for (const std::string& host : config.serve.hosts) {
    const bool bare = host.find(':') != std::string::npos && !host.starts_with('[');
    const std::string origin = "https://" + (bare ? "[" + host + "]" : host);
    for (const std::string& port : ports) origins.emplace_back(origin).append(port);
  }
  return origins;
}

std::size_t workers_of(const Config& config) {
  if (config.serve.workers > 0) return config.serve.workers;
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

net::Endpoint plain_endpoint(const std::string& text) {
  return net::Endpoint::parse(text.find(':') == text.npos ? ":" + text : text);
}

server::Options server_options(const Config& config) {
  server::Options options;
  options.listen.clear();
  for (const std::string& address : config.serve.listen) {
    options.listen.push_back(net::Endpoint::parse(address));
  }
  options.workers = workers_of(config);
  options.backlog = static_cast<int>(config.limits.backlog);
  options.tuning = {.connections = config.limits.connections,
                    .per_address = config.limits.per_address,
                    .unsent = config.limits.unsent,
                    .drain = config.serve.drain,
                    .limits = config.limits,
                    .timeouts = config.timeouts};
  return options;
}

assets::AssetStore::Options store_options(const Config& config) {
  assets::AssetStore::Options options;
  options.most_bytes = config.files.cache;
  for (const std::string& glob : config.files.immutable) {
    options.reader.cache_rules.push_back({glob, "public, max-age=31536000, immutable"});
  }
  for (const Config::CacheRule& rule : config.files.headers) {
    options.reader.cache_rules.push_back({rule.glob, rule.cache_control});
    try {
      (void)assets::CachePolicy({options.reader.cache_rules.back()});
    } catch (const net::Error& error) {
      throw net::Error(rule.place + "[[files.header]]: " + error.what());
    }
  }
  return options;
}

assets::SiteRules::Options rules_options(const Config& config) {
  assets::SiteRules::Options options;
  // With hints off, whoever wrote a Link still wants it on the page.
  if (hints_mode(config) != hints::Mode::off) {
    options.planned = [origins = own_origins(config)](std::string_view link) {
      return hints::planned(link, origins);
    };
  }
  return options;
}

hints::PlanBuilder::Options plan_options(const Config& config) {
  hints::PlanBuilder::Options options;
  options.page.origins = own_origins(config);
  if (!config.proxy.upstreams.empty()) options.unknown = hints::PlanBuilder::Unknown::trust;
  for (const Config::HintedPage& page : config.hints.pages) {
    hints::Configured configured{page.path, {}, page.only};
    for (const std::string& target : page.items) {
      const auto item = hints::configured_item(target);
      if (!item) {
        throw net::Error(
            page.place + "[[hints.page]] " + page.path + ": \"" + target +
            "\" cannot be hinted: write the path of a file on this server whose extension "
            "says what it is, such as /app.css");
      }
      configured.items.push_back(*item);
    }
    options.configured.push_back(std::move(configured));
  }
  return options;
}

hints::Mode hints_mode(const Config& config) {
  const std::string& mode = config.hints.mode;
  if (mode == "auto") return hints::Mode::automatic;
  if (mode == "early-hints") return hints::Mode::early_hints;
  if (mode == "push") return hints::Mode::push;
  if (mode == "push+early-hints") return hints::Mode::push_early_hints;
  if (mode == "link") return hints::Mode::link;
  if (mode == "off") return hints::Mode::off;
  throw net::Error("hints cannot be \"" + mode +
                   "\": choose auto, early-hints, push, "
                   "push+early-hints, link or off");
}

hints::Judgement::Options judgement_options(const Config& config) {
  using hints::Judgement;
  Judgement::Options options;
  options.adaptive = config.hints.adaptive ? Judgement::Adaptive::on : Judgement::Adaptive::off;
  options.feedback = config.hints.feedback ? Judgement::Feedback::on : Judgement::Feedback::off;
  return options;
}

AdminOnly::Options admin_options(const Config& config) {
  AdminOnly::Options options;
  options.dev = config.serve.dev ? AdminOnly::Dev::on : AdminOnly::Dev::off;
  const std::string& file = config.serve.admin_token_file;
  if (file.empty()) return options;
  options.tokens = tokens_of(file, config.place_of("[serve] admin_token_file"));
  return options;
}

proxy::ProxyHandler::Options proxy_options(const Config& config) {
  const Config::Proxy& from = config.proxy;
  require_authorities(config);
  proxy::ProxyHandler::Options options;
  for (const std::string& text : from.upstreams) {
    options.upstreams.push_back(proxy::Address::parse(text));
  }
  options.requests = from.requests;
  options.multi.connect = from.connect;
  options.multi.keep_alive = from.keep_alive;
  options.multi.idle_connections = from.idle_connections;
  options.multi.ca_file = from.ca;
  options.health.path = from.health;
  options.health.interval = from.health_interval;
  options.health.patience = from.health_timeout;
  options.relay.host = from.host == "upstream" ? proxy::Host::of_upstream : proxy::Host::of_client;
  options.relay.forwarding =
      from.forwarding == "append" ? proxy::Forwarding::append : proxy::Forwarding::replace;
  options.relay.first_byte = from.first_byte;
  options.relay.idle = from.idle;
  options.relay.buffer = from.buffer;
  options.relay.head.bytes = from.header_bytes;
  return options;
}

hints::LearnedSource::Options learned_options(const Config& config) {
  hints::LearnedSource::Options options;
  options.build_field = config.proxy.build;
  return options;
}

sse::Hub::Options hub_options(const Config& config, sse::Presence* presence) {
  const Config::Events& events = config.events;
  const std::size_t workers = workers_of(config);
  const auto share = [workers](std::size_t total) {
    return std::max<std::size_t>(1, total / workers);
  };
  sse::Hub::Options options;
  options.replica.events_per_topic = events.history;
  options.replica.bytes = events.bytes;
  options.replica.age = std::chrono::duration_cast<std::chrono::seconds>(events.age);
  options.replica.topics = events.topics;
  const sse::TopicClasses classes = topic_classes(events);
  for (std::size_t i = 0; i + 1 < classes.size(); ++i)
    options.replica.classes.push_back(classes[i]);
  options.streams.heartbeat = events.heartbeat;
  options.streams.retry = events.retry;
  options.streams.subscribers = share(events.subscribers);
  options.streams.arrivals = share(events.arrivals);
  options.streams.departures = share(events.departures);
  options.streams.grace = config.serve.drain * 2 / 3;
  options.polls.held = share(events.subscribers);
  options.publish.content = events.message_bytes;
  options.updates.content = events.message_bytes;
  options.publish.rate.per_second = options.updates.rate.per_second = events.publish_rate;
  options.arrivals.per_second = events.subscribe_rate;
  options.state.events_url = events.events_url;
  options.origins = events.origins;
  options.presence = presence;
  return options;
}

sse::Authorizer::Options authorizer_options(const Config& config) {
  sse::Authorizer::Options options;
  options.dev = config.serve.dev;
  options.subscribe_requires_token = !config.events.anonymous;
  const auto read_key = [&](std::string_view setting, const std::string& file,
                            std::vector<sse::Key>& keys) {
    if (file.empty()) return;
    blaming(config.place_of(setting), [&] { keys.push_back(sse::Key::read(slurp(file))); });
  };
  const Config::Events& events = config.events;
  read_key("[events] publisher_key_file", events.publisher_key_file, options.publisher_keys);
  read_key("[events] subscriber_key_file", events.subscriber_key_file, options.subscriber_keys);
  if (!events.jwks_file.empty()) {
    options.keys = blaming(config.place_of("[events] jwks_file"),
                           [&] { return sse::Key::read_set(slurp(events.jwks_file)); });
  }
  if (!config.events.algorithms.empty()) options.algorithms = config.events.algorithms;
  options.issuer = config.events.issuer;
  options.hub = config.events.hub_url;
  options.hub_path = config.events.mercure_url;
  read_key("[events] key_file", events.key_file, options.keys);
  if (!config.events.token_file.empty()) {
    options.tokens = tokens_of(config.events.token_file, config.place_of("[events] token_file"));
  }
  const bool nobody =
      options.keys.empty() && options.subscriber_keys.empty() && options.tokens.empty();
  if (options.subscribe_requires_token && nobody) {
    throw net::Error(
        config.place_of("[events] anonymous") +
        "[events] anonymous = false keeps everybody out: name the keys of subscribers' "
        "tokens (key_file, subscriber_key_file, jwks_file) or a token_file beside it");
  }
  return options;
}

}  // namespace cli
