#include "cli/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <system_error>

#include "cli/nearest.h"
#include "cli/settings.h"

namespace cli {
namespace {

std::string at(const std::string& file, const toml::source_position& where, std::string_view what) {
  return fmt::format("{}:{}:{}: {}", file, where.line, where.column, what);
}

// One reading of one file: finds a Setting for each key, and says where it could not.
class Reader {
 public:
  Reader(Config& config, const std::filesystem::path& file)
      : config_(config),
        settings_(settings_of(config)),
        file_(file.string()),
        folder_(file.parent_path()) {}

  void read(const toml::table& document) {
    for (const auto& [key, node] : document) {
      const std::string_view name = key.str();
      if (!is_table(name)) {
        fail(key.source(), node.is_value() ? unknown_outside(name)
                                           : fmt::format("unknown table [{}]{}", name,
                                                         did_you_mean(name, tables())));
      }
      if (!node.is_table()) {
        fail(key.source(), fmt::format("write [{}] once, and its keys on lines below it", name));
      }
      read_table(name, *node.as_table());
    }
  }

 private:
  [[noreturn]] void fail(const toml::source_region& where, const std::string& what) const {
    throw net::Error(at(file_, where.begin, what));
  }

  Config::Place place(const toml::source_region& where) const { return at(file_, where.begin, ""); }

  static const std::vector<std::string_view>& tables() {
    static const std::vector<std::string_view> names{"serve", "hsts",  "hints",  "events",
                                                     "files", "proxy", "limits", "timeouts"};
    return names;
  }
  static bool is_table(std::string_view name) {
    for (const std::string_view table : tables()) {
      if (table == name) return true;
    }
    return false;
  }

  // A key that stands before every table; often one whose table was forgotten.
  std::string unknown_outside(std::string_view key) const {
    for (const Setting& setting : settings_) {
      if (setting.key != key) continue;
      return fmt::format("\"{}\" stands outside of a table: put it below [{}]", key, setting.table);
    }
    return fmt::format("unknown key \"{}\" outside of a table", key);
  }

  std::vector<std::string_view> keys_of(std::string_view table) const {
    std::vector<std::string_view> keys;
    for (const Setting& setting : settings_) {
      if (setting.table == table) keys.push_back(setting.key);
    }
    if (table == "hints") keys.emplace_back("page");
    if (table == "files") keys.emplace_back("header");
    if (table == "serve") keys.emplace_back("certificate");
    if (table == "events") keys.emplace_back("topic");
    return keys;
  }

  void read_table(std::string_view table, const toml::table& content) {
    for (const auto& [key, node] : content) {
      if (table == "hints" && key == "page") {
        read_pages(key, node);
      } else if (table == "serve" && key == "certificate") {
        read_certificates(key, node);
      } else if (table == "files" && key == "header") {
        read_headers(key, node);
      } else if (table == "events" && key == "topic") {
        read_topics(key, node);
      } else if (const Setting* setting = find(settings_, table, key.str())) {
        read_value(*setting, node);
        config_.places[fmt::format("[{}] {}", table, key.str())] = place(key.source());
      } else {
        fail(key.source(), fmt::format("[{}] has no key \"{}\"{}", table, key.str(),
                                       did_you_mean(key.str(), keys_of(table))));
      }
    }
  }

  // The value as a flag would have it; nothing when its type is not of that kind.
  static std::optional<std::string> scalar(const Kind& kind, const toml::node& node) {
    const bool amount =
        std::holds_alternative<Size>(kind) || std::holds_alternative<Duration>(kind);
    if (node.is_boolean() && std::holds_alternative<Switch>(kind)) {
      return node.as_boolean()->get() ? "true" : "false";
    }
    if (node.is_integer() && (amount || std::holds_alternative<Number>(kind))) {
      return std::to_string(node.as_integer()->get());
    }
    if (const auto* word = std::get_if<Text>(&kind); word && node.is_integer()) {
      std::string number = std::to_string(node.as_integer()->get());  // of a port
      if (word->objection && word->objection(number).empty()) return number;
    }
    const bool text = amount || std::holds_alternative<Text>(kind) ||
                      std::holds_alternative<Texts>(kind) || std::holds_alternative<Path>(kind) ||
                      std::holds_alternative<Choice>(kind);
    if (node.is_string() && text) return node.as_string()->get();
    return std::nullopt;
  }

  static std::string shown(const toml::node& node) {
    if (node.is_array()) return "a list";
    if (node.is_table()) return "a table";
    if (node.is_string()) return fmt::format("\"{}\"", node.as_string()->get());
    std::ostringstream text;
    node.visit([&](const auto& value) {
      if constexpr (toml::is_value<decltype(value)>) text << value;
    });
    return text.str();
  }

  void read_value(const Setting& setting, const toml::node& node) {
    std::vector<std::string> values;
    const auto take = [&](const toml::node& one) {
      const auto value = scalar(setting.kind, one);
      std::string must = value ? set(setting, {*value}, folder_) : expectation(setting.kind);
      if (!must.empty()) {
        fail(one.source(), fmt::format("[{}] {} must be {}, not {}", setting.table, setting.key,
                                       must, shown(one)));
      }
      values.push_back(*value);
    };
    if (node.is_array() && std::holds_alternative<Texts>(setting.kind)) {
      for (const toml::node& one : *node.as_array()) take(one);
    } else {
      take(node);
    }
    set(setting, values, folder_);
  }

  // Each table of an array of tables such as [[hints.page]].
  template <typename Take>
  void each_table(std::string_view name, const toml::key& key, const toml::node& node, Take take) {
    const toml::array* tables = node.as_array();
    const std::string heading = fmt::format("[[{}]]", name);
    if (!tables)
      fail(key.source(), fmt::format("write {} with two brackets: there can be several", heading));
    for (const toml::node& one : *tables) {
      if (!one.is_table())
        fail(one.source(), fmt::format("write {} and its keys below it", heading));
      take(heading, *one.as_table());
    }
  }

  using Targets = std::map<std::string_view, Kind>;
  using Keys = std::set<std::string_view>;
  // Without `needed`, every key but switches must be there.
  void read_keys(const std::string& heading, const toml::table& content, const Targets& targets,
                 const std::optional<Keys>& needed = std::nullopt) {
    std::vector<std::string_view> known;
    for (const auto& [name, kind] : targets) known.push_back(name);
    for (const auto& [key, node] : content) {
      const auto target = targets.find(key.str());
      if (target == targets.end()) {
        fail(key.source(), fmt::format("{} has no key \"{}\"{}", heading, key.str(),
                                       did_you_mean(key.str(), known)));
      }
      read_value({heading.substr(1, heading.size() - 2), target->first, target->second}, node);
    }
    for (const auto& [name, kind] : targets) {
      if (std::holds_alternative<Switch>(kind)) continue;  // off unless it is said
      if (!content.contains(name) && (!needed || needed->contains(name))) {
        fail(content.source(), fmt::format("{} needs the key \"{}\"", heading, name));
      }
    }
  }

  void read_pages(const toml::key& key, const toml::node& node) {
    each_table("hints.page", key, node, [&](const std::string& heading, const toml::table& table) {
      Config::HintedPage page;
      read_keys(heading, table,
                {{"path", Text{&page.path}},
                 {"items", Texts{&page.items}},
                 {"only", Switch{&page.only}}});
      page.place = place(table.source());
      config_.hints.pages.push_back(std::move(page));
    });
  }

  void read_certificates(const toml::key& key, const toml::node& node) {
    each_table("serve.certificate", key, node,
               [&](const std::string& heading, const toml::table& table) {
                 Config::Certificate certificate;
                 read_keys(heading, table,
                           {{"cert", Path{&certificate.cert}},
                            {"key", Path{&certificate.key}},
                            {"ocsp", Path{&certificate.ocsp}}},
                           Keys{"cert", "key"});
                 certificate.place = place(table.source());
                 config_.serve.certificates.push_back(std::move(certificate));
               });
  }

  void read_topics(const toml::key& key, const toml::node& node) {
    each_table("events.topic", key, node,
               [&](const std::string& heading, const toml::table& table) {
                 Config::EventTopic topic;
                 read_keys(heading, table, settings_of(topic), Keys{"pattern"});
                 config_.events.classes.push_back(std::move(topic));
               });
  }

  void read_headers(const toml::key& key, const toml::node& node) {
    each_table(
        "files.header", key, node, [&](const std::string& heading, const toml::table& table) {
          Config::CacheRule rule;
          read_keys(heading, table,
                    {{"glob", Text{&rule.glob}}, {"cache_control", Text{&rule.cache_control}}});
          rule.place = place(table.source());
          config_.files.headers.push_back(std::move(rule));
        });
  }

  Config& config_;
  const std::vector<Setting> settings_;
  const std::string file_;
  const std::filesystem::path folder_;
};

std::string content_of(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    throw net::Error("cannot read " + file.string() + ": it is not a file");
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) throw net::SystemError("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

toml::table parse(std::string_view text, const std::filesystem::path& file) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw net::Error(at(file.string(), error.source().begin, error.description()));
  }
}

}  // namespace

Config with_file(Config config, const std::filesystem::path& file) {
  return with_text(std::move(config), content_of(file), file);
}

Config with_text(Config config, std::string_view text, const std::filesystem::path& file) {
  const toml::table document = parse(text, file);
  config.file = file.string();
  Reader(config, file).read(document);
  return config;
}

std::vector<std::pair<std::string_view, std::string>> urls_of(const Config::Events& events) {
  return {{"events_url", events.events_url},
          {"poll_url", events.poll_url},
          {"send_url", events.send_url},
          {"state_url", events.state_url},
          {"mercure_url", events.mercure_url}};
}

std::vector<std::pair<std::string_view, std::string>> secret_files_of(const Config& config) {
  const Config::Events& events = config.events;
  return {{"[serve] admin_token_file", config.serve.admin_token_file},
          {"[events] key_file", events.key_file},
          {"[events] publisher_key_file", events.publisher_key_file},
          {"[events] subscriber_key_file", events.subscriber_key_file},
          {"[events] jwks_file", events.jwks_file},
          {"[events] token_file", events.token_file}};
}

Config::Place Config::place_of(std::string_view setting) const {
  const auto found = places.find(setting);
  return found == places.end() ? Place() : found->second;
}

}  // namespace cli
