#include "cli/hub_flags.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "certs/development.h"
#include "cli/config.h"
#include "cli/token.h"

namespace cli {
namespace {

// For one run of the program.
constexpr auto token_lifetime = std::chrono::hours(24);

// To CLI11 a variable is as good as a flag: these exclude each other as flags, but a flag wins over
// the other's variable. So their variables are read here.
constexpr const char* token_variable = "HERALD_TOKEN";
constexpr const char* key_variable = "HERALD_KEY_FILE";
constexpr const char* ca_variable = "HERALD_CA";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// As the help shows the variables of other flags.
std::string type_name(const char* type, const char* variable) {
  return std::string(type) + " (Env:" + variable + ")";
}

}  // namespace

HubFlags::HubFlags(CLI::App& command) : command_(command) {
  command.add_option("URL", url_, "Where herald serves")->envname("HERALD_URL")->required();
}

void HubFlags::add_access() {
  auto* token = command_.add_option("--token", token_, "Shows that you may")
                    ->type_name(type_name("JWT", token_variable));
  command_.add_option("--key-file", key_file_, "Makes that token from the server's key")
      ->type_name(type_name("FILE", key_variable))
      ->excludes(token);
  auto* ca = command_.add_option("--ca", ca_file_, "CA to trust, in PEM")
                 ->type_name(type_name("FILE", ca_variable));
  command_.add_flag("--insecure", insecure_, "Trust any certificate")->excludes(ca);
}

std::string HubFlags::token(std::vector<std::string> publish,
                            std::vector<std::string> subscribe) const {
  const bool told = !token_.empty() || !key_file_.empty();
  std::string token = told ? token_ : variable(token_variable);
  const std::string key_file = told ? key_file_ : variable(key_variable);
  if (!token.empty() && !key_file.empty()) {
    throw UsageError(std::string(token_variable) + " and " + key_variable +
                     " exclude each other: unset one, or say which by --token or --key-file");
  }
  if (key_file.empty()) return token;
  return make_token(TokenKey::load(key_file), {.publish = std::move(publish),
                                               .subscribe = std::move(subscribe),
                                               .issued = std::chrono::system_clock::now(),
                                               .lifetime = token_lifetime});
}

std::string HubFlags::ca_file(const Target& target) const {
  if (insecure_) return "";
  std::string told = ca_file_.empty() ? variable(ca_variable) : ca_file_;
  if (!told.empty() || !target.loopback) return told;
  const auto ca = certs::state_folder() / "ca.pem";
  std::error_code ignored;
  return std::filesystem::exists(ca, ignored) ? ca.string() : "";
}

}  // namespace cli
