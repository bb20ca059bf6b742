#include "cli/hub_flags.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <utility>

#include "certs/development.h"
#include "cli/token.h"

namespace cli {
namespace {

// For one run of the program.
constexpr auto token_lifetime = std::chrono::hours(24);

}  // namespace

HubFlags::HubFlags(CLI::App& command) : command_(command) {
  command.add_option("URL", url_, "Where herald serves")->envname("HERALD_URL")->required();
}

void HubFlags::add_access() {
  auto* token = command_.add_option("--token", token_, "Shows that you may")
                    ->envname("HERALD_TOKEN")
                    ->type_name("JWT");
  command_.add_option("--key-file", key_file_, "Makes that token from the server's key")
      ->envname("HERALD_KEY_FILE")
      ->type_name("FILE")
      ->excludes(token);
  auto* ca = command_.add_option("--ca", ca_file_, "CA to trust, in PEM")
                 ->envname("HERALD_CA")
                 ->type_name("FILE");
  command_.add_flag("--insecure", insecure_, "Trust any certificate")->excludes(ca);
}

std::string HubFlags::token(std::vector<std::string> publish,
                            std::vector<std::string> subscribe) const {
  if (key_file_.empty()) return token_;
  return make_token(TokenKey::load(key_file_), {.publish = std::move(publish),
                                                .subscribe = std::move(subscribe),
                                                .issued = std::chrono::system_clock::now(),
                                                .lifetime = token_lifetime});
}

std::string HubFlags::ca_file(const Target& target) const {
  if (!ca_file_.empty() || !target.loopback) return ca_file_;
  const auto ca = certs::state_folder() / "ca.pem";
  std::error_code ignored;
  return std::filesystem::exists(ca, ignored) ? ca.string() : "";
}

}  // namespace cli
