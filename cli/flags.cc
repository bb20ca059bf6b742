#include "cli/flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdlib>

#include "cli/settings.h"

namespace cli {
namespace {

struct Flag {
  const char* name;
  const char* table;
  const char* key;
  const char* argument;  // empty: a switch
  const char* help;
};

constexpr auto flags = std::to_array<Flag>({
    {"ROOT", "serve", "root", "ROOT", "The folder to serve"},
    {"--listen", "serve", "listen", "HOST:PORT",
     "Where to listen; may be given several times; without HOST on all of IPv4 and IPv6"},
    {"--cert", "serve", "cert", "FILE",
     "Certificate chain in PEM; without it a development certificate"},
    {"--key", "serve", "key", "FILE", "Private key of --cert in PEM"},
    {"--host", "serve", "hosts", "NAME",
     "One more name of this server: for its development certificate and its pages' own addresses"},
    {"--redirect", "serve", "redirect", "PORT",
     "Where http is redirected to https: PORT or HOST:PORT"},
    {"--metrics", "serve", "metrics", "HOST:PORT",
     "Where /metrics, /healthz and /readyz are, without TLS: not for the public"},
    {"--workers", "serve", "workers", "N", "Threads that serve; 0 is one for each core"},
    {"--hints", "hints", "mode", "MODE", "auto, early-hints, push, push+early-hints, link or off"},
    {"--spa", "serve", "spa", "", "Answer unknown pages with index.html"},
    {"--dev", "serve", "dev", "", "Let clients on the loopback publish without a token"},
    {"--upstream", "proxy", "upstream", "URL",
     "App server to ask for what is no file: http://HOST:PORT, https://... or unix:/path"},
    {"--think", "serve", "think", "MS", "Delay pages, to see what hints are worth"},
    {"--drain", "serve", "drain", "TIME", "How long open downloads may take to end at a stop"},
    {"--access-log", "serve", "access_log", "FILE", "One JSON object a line; - is standard output"},
    {"--log", "serve", "log", "LEVEL", "debug, info, warning or error"},
    {"--key-file", "events", "key_file", "FILE", "Key that tokens are checked with (herald token)"},
    {"--token-file", "events", "token_file", "FILE", "Tokens that may publish, one a line"},
    {"--store", "events", "store", "STORE", "Keep events in this file, or at redis://HOST:PORT"},
    {"--origin", "events", "origins", "ORIGIN", "Other origin whose pages may subscribe, or *"},
});

std::string variable_of(const char* flag) {
  std::string name = "HERALD_";
  for (const char* c = flag; *c != '\0'; ++c) {
    if (name == "HERALD_" && *c == '-') continue;
    name += *c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(*c)));
  }
  return name;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

}  // namespace

struct ConfigFlags::Given {
  const Flag* flag;
  const CLI::Option* option;
  std::string variable;
};

ConfigFlags::ConfigFlags(CLI::App& command) {
  const auto take = [](const CLI::results_t&) { return true; };
  for (const Flag& flag : flags) {
    const std::string variable = variable_of(flag.name);
    const std::string help = std::string(flag.help) + " [" + variable + "]";
    const bool positional = flag.name[0] != '-';
    const bool is_switch = flag.argument[0] == '\0';
    CLI::Option* option = is_switch
                              ? command.add_flag(flag.name, help)
                              : command.add_option(positional ? "root" : flag.name, take, help);
    if (!is_switch) option->type_name(positional ? "" : flag.argument)->expected(1);
    if (positional) option->option_text("[ROOT]");
    const std::string_view key = flag.key;
    if (key == "listen" || key == "hosts" || key == "origins" || key == "upstream") {
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
          ->expected(1, -1)
          ->allow_extra_args(false);
    }
    given_.push_back({&flag, option, variable});
  }
  command.add_option("--config", file_, "TOML file with these and more settings [HERALD_CONFIG]")
      ->type_name("FILE");
}

ConfigFlags::~ConfigFlags() = default;

std::string ConfigFlags::file() const {
  if (!file_.empty()) return file_;
  const char* variable = std::getenv("HERALD_CONFIG");
  return variable ? variable : "";
}

Config ConfigFlags::load() const {
  Config config;
  if (!file().empty()) config = with_file(std::move(config), file());
  bool root_named = file().empty() || config.places.contains("[serve] root");
  const std::vector<Setting> settings = settings_of(config);
  for (const Given& given : given_) {
    std::vector<std::string> values = given.option->results();
    std::string name = given.flag->name;
    if (values.empty()) {
      const char* variable = std::getenv(given.variable.c_str());
      if (!variable || *variable == '\0') continue;
      name = given.variable;
      values = {variable};
    }
    const Setting& setting = *find(settings, given.flag->table, given.flag->key);
    if (name == given.variable && std::holds_alternative<Texts>(setting.kind)) {
      values = split(values.front());
    }
    const std::string must = set(setting, values, {});
    if (setting.key == "root") root_named = true;
    config.places.erase(fmt::format("[{}] {}", setting.table, setting.key));
    if (must.empty()) continue;
    throw UsageError(fmt::format("{} must be {}, not \"{}\"", name, must, values.back()));
  }
  // What is served should not depend on where the program is started: "." is for the command line.
  if (!root_named) {
    throw net::Error(file() +
                     ": [serve] needs the key root: name the folder to serve there, or give "
                     "ROOT on the command line");
  }
  try {
    require_coherent(config);
  } catch (const net::Error& error) {
    if (file().empty()) throw UsageError(error.what());
    throw;
  }
  return config;
}

}  // namespace cli
