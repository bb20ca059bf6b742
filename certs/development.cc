#include "certs/development.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "certs/files.h"
#include "certs/x509.h"
#include "server/net/error.h"

namespace certs {
namespace fs = std::filesystem;
namespace {

// A CA closer to its end than this is replaced: its leaves would soon live too short.
constexpr auto authority_margin = std::chrono::hours(24 * 120);

std::vector<std::string> without_repeats(std::vector<std::string> all) {
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<std::string> wanted_hosts(const std::vector<std::string>& hosts) {
  std::vector<std::string> all{"localhost", "127.0.0.1", "::1"};
  for (const std::string& host : hosts) all.push_back(normalized_host(host));
  return without_repeats(std::move(all));
}

// The leaf that there is, if it is this authority's and its key is there; else none.
Certificate leaf_of(const Development& files, const x509_st& authority) {
  Certificate leaf = parse_certificate(read_file(files.certificate_file).value_or(""));
  const Key key = parse_key(read_file(files.key_file).value_or(""));
  if (!leaf || !key || !fits(*leaf, *key) || !signed_by(*leaf, authority)) return nullptr;
  return leaf;
}

// Whatever is wrong with the leaf's files is mended by a new leaf.
bool leaf_is_good(const x509_st* leaf, const std::vector<std::string>& hosts, Time now) {
  if (!leaf || !std::ranges::includes(hosts_of(*leaf), hosts)) return false;
  const Time from = valid_from(*leaf);
  const Time until = valid_until(*leaf);
  return from <= now && (until - now) * 3 >= until - from;
}

Identity new_authority(const Development& files, const fs::path& key_file, Time now) {
  Identity authority = make_authority(now);
  // The key first: a key without a certificate has never been trusted by anybody.
  write_file(key_file, to_pem(*authority.key));
  write_file(files.ca_file, to_pem(*authority.certificate));
  return authority;
}

std::string date_of(Time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts)};
}

std::string start_anew(const fs::path& ca_file) {
  return ": delete " + ca_file.string() + " to start with a new development CA";
}

}  // namespace

Development development_credentials(const fs::path& folder, const std::vector<std::string>& hosts,
                                    Time now) {
  std::vector<std::string> wanted = wanted_hosts(hosts);
  make_private_folder(folder);
  const net::Fd lock = lock_folder(folder);
  Development files{.ca_file = folder / "ca.pem",
                    .certificate_file = folder / "leaf.pem",
                    .key_file = folder / "leaf-key.pem"};
  const fs::path ca_key_file = folder / "ca-key.pem";

  Identity authority;
  if (const auto pem = read_file(files.ca_file)) {
    authority.certificate = parse_certificate(*pem);
    if (!authority.certificate) {
      throw net::Error(files.ca_file.string() + " is not a certificate" +
                       start_anew(files.ca_file));
    }
    if (valid_until(*authority.certificate) - now < authority_margin) {
      authority.certificate.reset();
    }
  }
  if (!authority.certificate) {
    authority = new_authority(files, ca_key_file, now);
    files.ca_created = true;
  }
  const Certificate known = leaf_of(files, *authority.certificate);
  if (leaf_is_good(known.get(), wanted, now)) return files;
  if (known) {
    // A server that runs may be known by those names.
    for (std::string& host : hosts_of(*known)) wanted.push_back(std::move(host));
    wanted = without_repeats(std::move(wanted));
  }

  if (!authority.key) {
    authority.key = parse_key(read_file(ca_key_file).value_or(""));
    if (!authority.key || !fits(*authority.certificate, *authority.key)) {
      throw net::Error(ca_key_file.string() + " is not the key of " + files.ca_file.string() +
                       start_anew(files.ca_file));
    }
  }
  const Identity leaf = make_leaf(authority, wanted, now);
  write_file(files.key_file, to_pem(*leaf.key));
  write_file(files.certificate_file, to_pem(*leaf.certificate));
  files.created = true;
  return files;
}

void give(const fs::path& folder, uid_t user, gid_t group) {
  give_folder(folder, user, group, {"lock", "ca.pem", "ca-key.pem", "leaf.pem", "leaf-key.pem"});
}

fs::path state_folder() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value && *value == '/' ? value : "");  // XDG: relative paths are ignored
  };
  if (const std::string given = variable("STATE_DIRECTORY"); !given.empty()) {
    return given.substr(0, given.find(':'));
  }
  if (const std::string state = variable("XDG_STATE_HOME"); !state.empty()) {
    return fs::path(state) / "herald";
  }
  if (const std::string home = variable("HOME"); !home.empty()) {
    return fs::path(home) / ".local/state/herald";
  }
  if (geteuid() == 0) return "/var/lib/herald";
  const passwd* user = getpwuid(geteuid());
  if (!user || !user->pw_dir || *user->pw_dir != '/') {
    throw net::Error("there is no home folder to keep certificates in: set HOME or XDG_STATE_HOME");
  }
  return fs::path(user->pw_dir) / ".local/state/herald";
}

std::string spki_sha256(const fs::path& certificate_file) {
  const Certificate leaf = parse_certificate(read_file(certificate_file).value_or(""));
  if (!leaf) throw net::Error(certificate_file.string() + " is not a certificate in PEM");
  return spki_sha256(*leaf);
}

std::vector<std::string> faults_of(const fs::path& certificate_file, const fs::path& key_file,
                                   Time now) {
  std::vector<std::string> faults;
  const auto read = [&](const fs::path& file, const char* what) -> std::string {
    try {
      auto text = read_file(file);
      if (text) return std::move(*text);
      faults.push_back(std::string("cannot read the ") + what + " " + file.string() +
                       ": No such file or directory");
    } catch (const net::Error& error) {
      faults.emplace_back(error.what());
    }
    return {};
  };
  const std::string certificate_pem = read(certificate_file, "certificate");
  const std::string key_pem = read(key_file, "private key");
  if (!faults.empty()) return faults;

  const Certificate leaf = parse_certificate(certificate_pem);
  const Key key = parse_key(key_pem);
  // In the words of net::Credentials, which ends with the first of them.
  const std::string certificate = "the certificate in " + certificate_file.string();
  const std::string secret = "the private key " + key_file.string();
  if (!leaf) faults.push_back(certificate + " is not in PEM form");
  if (!key) {
    faults.push_back(secret + (key_pem.find("ENCRYPTED") != std::string::npos
                                   ? " is encrypted: remove its pass phrase (openssl pkey -in KEY "
                                     "-out PLAIN)"
                                   : " holds no private key in PEM form"));
  }
  if (leaf && key && !fits(*leaf, *key)) {
    faults.push_back(secret + " does not belong to the certificate " + certificate_file.string() +
                     ": name the pair that was made together");
  }
  if (leaf && valid_until(*leaf) <= now) {
    faults.push_back(certificate + " expired on " + date_of(valid_until(*leaf)) + ": renew it");
  }
  if (leaf && valid_from(*leaf) > now) {
    faults.push_back(certificate + " is not valid before " + date_of(valid_from(*leaf)) +
                     ": check this machine's clock");
  }
  return faults;
}

}  // namespace certs
