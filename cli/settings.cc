#include "cli/settings.h"

#include <algorithm>

#include "cli/objections.h"
#include "cli/units.h"

namespace cli {
namespace {

using namespace std::chrono_literals;
constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;

template <typename Target>
Target narrowed(std::uint64_t value) {
  if constexpr (requires { typename Target::value_type; }) {
    return static_cast<typename Target::value_type>(value);  // an optional number
  } else {
    return static_cast<Target>(value);
  }
}
template <typename Kind, typename Target>
Kind bounded(Target& target, std::uint64_t least, std::uint64_t most) {
  return {least, most, [&target](std::uint64_t value) { target = narrowed<Target>(value); }};
}
template <typename Target>
Number number(Target& target, std::uint64_t least, std::uint64_t most) {
  return bounded<Number>(target, least, most);
}
template <typename Target>
Size size(Target& target, std::uint64_t least, std::uint64_t most) {
  return bounded<Size>(target, least, most);
}
Duration duration(milliseconds& target, milliseconds least, milliseconds most) {
  return {least, most, &target};
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string resolved(const std::string& path, const std::filesystem::path& base) {
  const bool url = path.find("://") != path.npos;
  if (path.empty() || path == "-" || url || base.empty()) return path;
  return (base / path).lexically_normal().string();
}

// Stores what it visits in the setting's target. The result is true when the text was right.
struct Store {
  const std::vector<std::string>& values;
  const std::filesystem::path& base;
  const std::string& last() const { return values.back(); }

  bool operator()(const Switch& kind) const {
    if (last() != "true" && last() != "false") return false;
    *kind.target = last() == "true";
    return true;
  }
  bool operator()(const Text& kind) const {
    if (kind.objection && !kind.objection(last()).empty()) return false;
    *kind.target = last();
    return true;
  }
  bool operator()(const Choice& kind) const {
    if (std::find(kind.among.begin(), kind.among.end(), last()) == kind.among.end()) return false;
    *kind.target = last();
    return true;
  }
  bool operator()(const Path& kind) const {
    if (last().empty()) return false;
    *kind.target = resolved(last(), base);
    return true;
  }
  bool operator()(const Texts& kind) const {
    for (const std::string& value : values) {
      if (kind.objection && !kind.objection(value).empty()) return false;
    }
    *kind.target = values;
    return true;
  }
  bool operator()(const Number& kind) const { return store_between(kind, parse_number(last())); }
  bool operator()(const Size& kind) const { return store_between(kind, parse_size(last())); }
  bool operator()(const Duration& kind) const {
    const auto value = parse_duration(last());
    if (!value || *value < kind.least || *value > kind.most) return false;
    *kind.target = *value;
    return true;
  }
  template <typename Bounded>
  static bool store_between(const Bounded& kind, std::optional<std::uint64_t> value) {
    if (!value || *value < kind.least || *value > kind.most) return false;
    kind.store(*value);
    return true;
  }
};

struct Expect {
  std::string operator()(const Switch&) const { return "true or false"; }
  std::string operator()(const Text& kind) const {
    return kind.objection ? kind.objection("") : "a text";
  }
  std::string operator()(const Choice& kind) const { return joined(kind.among); }
  std::string operator()(const Path&) const { return "the name of a file or folder"; }
  std::string operator()(const Texts& kind) const {
    return kind.objection ? kind.objection("") : "a list of texts";
  }
  std::string operator()(const Number& kind) const {
    return "between " + std::to_string(kind.least) + " and " + std::to_string(kind.most);
  }
  std::string operator()(const Size& kind) const {
    return "a size between " + size_text(kind.least) + " and " + size_text(kind.most);
  }
  std::string operator()(const Duration& kind) const {
    return "a duration between " + duration_text(kind.least) + " and " + duration_text(kind.most);
  }
};

void add_serve(std::vector<Setting>& all, Config::Serve& serve) {
  const std::string_view table = "serve";
  all.push_back({table, "root", Path{&serve.root}});
  all.push_back({table, "listen", Texts{&serve.listen, endpoint_objection}});
  all.push_back({table, "cert", Path{&serve.cert}});
  all.push_back({table, "key", Path{&serve.key}});
  all.push_back({table, "ocsp", Path{&serve.ocsp}});
  all.push_back({table, "hosts", Texts{&serve.hosts, host_objection}});
  all.push_back({table, "workers", number(serve.workers, 0, 1024)});
  all.push_back({table, "spa", Switch{&serve.spa}});
  all.push_back({table, "dev", Switch{&serve.dev}});
  all.push_back({table, "think", duration(serve.think, 0ms, 1min)});
  all.push_back({table, "access_log", Path{&serve.access_log}});
  all.push_back({table, "admin_token_file", Path{&serve.admin_token_file}});
  all.push_back({table, "redirect", Text{&serve.redirect, plain_endpoint_objection}});
  all.push_back({table, "user", Text{&serve.user}});
  all.push_back({table, "reads", Texts{&serve.reads, folder_objection}});
  all.push_back({table, "metrics", Text{&serve.metrics, plain_endpoint_objection}});
  all.push_back(
      {table, "security_headers", Choice{&serve.security_headers, {"off", "basic", "strict"}}});
  all.push_back({table, "log", Choice{&serve.log, {"debug", "info", "warning", "error"}}});
  all.push_back({table, "drain", duration(serve.drain, 0ms, 1h)});
}

void add_hsts(std::vector<Setting>& all, Config::Hsts& hsts) {
  const std::string_view table = "hsts";
  all.push_back({table, "max_age", duration(hsts.max_age, 0ms, 24h * 365 * 10)});
  all.push_back({table, "include_subdomains", Switch{&hsts.include_subdomains}});
  all.push_back({table, "preload", Switch{&hsts.preload}});
}

void add_events(std::vector<Setting>& all, Config::Events& events) {
  const std::string_view table = "events";
  all.push_back({table, "events_url", Text{&events.events_url, location_objection}});
  all.push_back({table, "poll_url", Text{&events.poll_url, location_objection}});
  all.push_back({table, "send_url", Text{&events.send_url, location_objection}});
  all.push_back({table, "mercure_url", Text{&events.mercure_url, location_objection}});
  all.push_back({table, "state_url", Text{&events.state_url, location_objection}});
  all.push_back({table, "subscriptions", Switch{&events.subscriptions}});
  all.push_back({table, "publish_rate", number(events.publish_rate, 0, 1'000'000)});
  all.push_back({table, "subscribe_rate", number(events.subscribe_rate, 0, 1'000'000)});
  all.push_back({table, "hub_url", Text{&events.hub_url, https_objection}});
  all.push_back({table, "issuer", Text{&events.issuer}});
  all.push_back({table, "publisher_key_file", Path{&events.publisher_key_file}});
  all.push_back({table, "subscriber_key_file", Path{&events.subscriber_key_file}});
  all.push_back({table, "jwks_file", Path{&events.jwks_file}});
  all.push_back({table, "algorithms", Texts{&events.algorithms, algorithm_objection}});
  all.push_back({table, "topics", number(events.topics, 1, 10'000'000)});
  all.push_back({table, "history", number(events.history, 0, 1'000'000)});
  all.push_back({table, "bytes", size(events.bytes, 64 * kib, 1024 * gib)});
  all.push_back({table, "age", duration(events.age, 1s, 24h * 3650)});
  all.push_back({table, "message_bytes", size(events.message_bytes, 1, 64 * mib)});
  all.push_back({table, "arrivals", number(events.arrivals, 1, 10'000'000)});
  all.push_back({table, "departures", number(events.departures, 1, 10'000'000)});
  all.push_back({table, "subscribers", number(events.subscribers, 1, 10'000'000)});
  all.push_back({table, "retry", duration(events.retry, 250ms, 5min)});
  all.push_back({table, "heartbeat", duration(events.heartbeat, 1s, 5min)});
  all.push_back({table, "origins", Texts{&events.origins, origin_objection}});
  all.push_back({table, "key_file", Path{&events.key_file}});
  all.push_back({table, "token_file", Path{&events.token_file}});
  all.push_back({table, "anonymous", Switch{&events.anonymous}});
  all.push_back({table, "store", Path{&events.store}});
  all.push_back({table, "sync", Choice{&events.sync, {"full", "normal"}}});
  all.push_back({table, "store_events", number(events.store_events, 100, 1'000'000'000)});
  all.push_back({table, "store_prefix", Text{&events.store_prefix, prefix_objection}});
  all.push_back({table, "store_timeout", duration(events.store_timeout, 100ms, 1min)});
  all.push_back({table, "store_bytes", size(events.store_bytes, mib, 1024 * gib)});
}

}  // namespace

std::map<std::string_view, Kind> settings_of(Config::EventTopic& topic) {
  return {{"pattern", Text{&topic.pattern}},
          {"history", number(topic.history, 0, 1'000'000)},
          {"bytes", size(topic.bytes, 64 * kib, 1024 * gib)},
          {"age", duration(topic.age, 1s, 24h * 3650)},
          {"policy", Choice{&topic.policy, {"gap", "end", "conflate"}}}};
}

namespace {

void add_proxy(std::vector<Setting>& all, Config::Proxy& proxy) {
  const std::string_view table = "proxy";
  all.push_back({table, "upstream", Texts{&proxy.upstreams, upstream_objection}});
  all.push_back({table, "host", Choice{&proxy.host, {"client", "upstream"}}});
  all.push_back({table, "forwarding", Choice{&proxy.forwarding, {"replace", "append"}}});
  all.push_back({table, "ca", Path{&proxy.ca}});
  all.push_back({table, "health", Text{&proxy.health, health_objection}});
  all.push_back({table, "health_interval", duration(proxy.health_interval, 100ms, 1h)});
  all.push_back({table, "health_timeout", duration(proxy.health_timeout, 10ms, 5min)});
  all.push_back({table, "build", Text{&proxy.build, field_objection}});
  all.push_back({table, "connect", duration(proxy.connect, 10ms, 5min)});
  all.push_back({table, "first_byte", duration(proxy.first_byte, 10ms, 24h)});
  all.push_back({table, "idle", duration(proxy.idle, 10ms, 24h)});
  all.push_back({table, "keep_alive", duration(proxy.keep_alive, 0ms, 1h)});
  all.push_back({table, "idle_connections", number(proxy.idle_connections, 1, 10'000)});
  all.push_back({table, "requests", number(proxy.requests, 1, 1'000'000)});
  all.push_back({table, "buffer", size(proxy.buffer, 1 * kib, 16 * mib)});
  all.push_back({table, "header_bytes", size(proxy.header_bytes, 1 * kib, 1 * mib)});
}

void add_limits(std::vector<Setting>& all, Config::Limits& limits) {
  const std::string_view table = "limits";
  all.push_back({table, "concurrent_streams", number(limits.concurrent_streams, 1, 10'000)});
  all.push_back({table, "header_bytes", size(limits.header_bytes, 1 * kib, 1 * mib)});
  all.push_back({table, "header_fields", number(limits.header_fields, 8, 10'000)});
  all.push_back({table, "target_bytes", size(limits.target_bytes, 64, 64 * kib)});
  all.push_back({table, "stream_window", size(limits.stream_window, 16 * kib, 16 * mib)});
  all.push_back({table, "connection_window", size(limits.connection_window, 64 * kib, gib)});
  all.push_back({table, "pushes", number(limits.pushes, 0, 10'000)});
  all.push_back({table, "concurrent_pushes", number(limits.concurrent_pushes, 1, 1000)});
  all.push_back({table, "cancelled_pushes", number(limits.cancelled_pushes, 1, 1000)});
  all.push_back({table, "connections", number(limits.connections, 1, 10'000'000)});
  all.push_back(
      {table, "connections_per_address", number(limits.per_address.connections, 0, 10'000'000)});
  all.push_back({table, "new_connections_per_address",
                 number(limits.per_address.new_per_second, 0, 1'000'000)});
  all.push_back({table, "backlog", number(limits.backlog, 1, 65'535)});
  all.push_back({table, "unsent", size(limits.unsent, 4 * kib, 16 * mib)});
}

void add_timeouts(std::vector<Setting>& all, http::Timeouts& timeouts) {
  const std::string_view table = "timeouts";
  all.push_back({table, "handshake", duration(timeouts.handshake, 100ms, 10min)});
  all.push_back({table, "settings", duration(timeouts.settings, 100ms, 10min)});
  all.push_back({table, "header", duration(timeouts.header, 100ms, 10min)});
  all.push_back({table, "content", duration(timeouts.content, 100ms, 1h)});
  all.push_back({table, "idle", duration(timeouts.idle, 100ms, 24h)});
  all.push_back({table, "stall", duration(timeouts.stall, 100ms, 1h)});
  all.push_back({table, "ping", duration(timeouts.ping, 1s, 1h)});
  all.push_back({table, "ping_ack", duration(timeouts.ping_ack, 100ms, 10min)});
}

}  // namespace

std::vector<Setting> settings_of(Config& config) {
  std::vector<Setting> all;
  add_serve(all, config.serve);
  add_hsts(all, config.hsts);
  all.push_back({"hints", "mode",
                 Choice{&config.hints.mode,
                        {"auto", "early-hints", "push", "push+early-hints", "link", "off"}}});
  all.push_back({"hints", "adaptive", Switch{&config.hints.adaptive}});
  all.push_back({"hints", "feedback", Switch{&config.hints.feedback}});
  all.push_back({"hints", "interleave", Switch{&config.hints.interleave}});
  all.push_back({"hints", "experiment", Text{&config.hints.experiment, experiment_objection}});
  add_events(all, config.events);
  all.push_back({"files", "cache", size(config.files.cache, 0, 1024 * gib)});
  all.push_back({"files", "immutable", Texts{&config.files.immutable}});
  add_proxy(all, config.proxy);
  add_limits(all, config.limits);
  add_timeouts(all, config.timeouts);
  return all;
}

const Setting* find(const std::vector<Setting>& settings, std::string_view table,
                    std::string_view key) {
  const auto found = std::find_if(settings.begin(), settings.end(), [&](const Setting& setting) {
    return setting.table == table && setting.key == key;
  });
  return found == settings.end() ? nullptr : &*found;
}

std::string expectation(const Kind& kind) { return std::visit(Expect{}, kind); }

std::string set(const Setting& setting, const std::vector<std::string>& values,
                const std::filesystem::path& base) {
  if (!values.empty() && std::visit(Store{values, base}, setting.kind)) return {};
  // An empty list in a file is a list.
  const auto* texts = std::get_if<Texts>(&setting.kind);
  if (values.empty() && texts) {
    texts->target->clear();
    return {};
  }
  return expectation(setting.kind);
}

}  // namespace cli
