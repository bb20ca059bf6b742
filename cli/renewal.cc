#include "cli/renewal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "certs/development.h"
#include "cli/confine.h"
#include "server/net/error.h"

namespace cli {
namespace {

std::string unrenewable(const Config& config, const std::string& why) {
  return fmt::format(
      "{}[serve] user: {} could not renew the development certificate ({}): set XDG_STATE_HOME to "
      "a folder that this user may enter, or name cert and key",
      config.place_of("[serve] user"), config.serve.user, why);
}

}  // namespace

void require_enterable_state(const Config& config) {
  require_user(config);
  if (!config.serve.cert.empty() || !account_to_become(config.serve.user)) return;
  const std::filesystem::path folder = certs::state_folder();
  const Guise guise(config.serve.user);
  if (faccessat(AT_FDCWD, folder.parent_path().c_str(), X_OK, AT_EACCESS) == 0) return;
  throw net::Error(unrenewable(config, net::SystemError("cannot enter " + folder.string()).what()));
}

void give_state(const Config& config) {
  const auto account = account_to_become(config.serve.user);
  if (!account || !config.serve.cert.empty()) return;
  require_enterable_state(config);
  const std::filesystem::path folder = certs::state_folder();
  setenv("STATE_DIRECTORY", folder.c_str(), 1);
  certs::give(folder, account->user, account->group);
}

void require_renewable(const Config& config) {
  if (!config.serve.cert.empty() || config.serve.user.empty()) return;
  try {
    (void)certs::development_credentials(certs::state_folder(), config.serve.hosts);
  } catch (const net::Error& error) {
    throw net::Error(unrenewable(config, error.what()));
  }
}

}  // namespace cli
