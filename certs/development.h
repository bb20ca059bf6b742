// Development credentials: a local CA, made once, and a server certificate under it, renewed in
// time. Knows nothing of TLS; net::Credentials loads what is named here.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace certs {

struct Development {
  std::filesystem::path ca_file;  // what browsers and curl are told to trust
  std::filesystem::path certificate_file;
  std::filesystem::path key_file;
  bool created = false;     // the certificate is new, or was renewed
  bool ca_created = false;  // so is the CA: whoever trusted an older one must trust this one
};

// For localhost, 127.0.0.1, ::1 and `hosts`. Made, or renewed when one of the hosts is missing in
// it, less than a third of its life is left, or it is damaged; hosts that it had before stay, as
// another server may have asked for them. The CA is kept as long as it can sign. May be called
// by many threads and processes at once. Throws net::Error in one sentence: a bad host, a folder
// that cannot be used, a CA that is damaged or has lost its key (never replaced silently, as people
// may trust it). "*.localhost" is left out: no browser takes a wildcard directly below a top-level
// name.
Development development_credentials(
    const std::filesystem::path& folder, const std::vector<std::string>& hosts,
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

// Makes the folder and what is in it belong to somebody else, who will renew the certificate. For
// root.
void give(const std::filesystem::path& folder, uid_t user, gid_t group);

// Where state is kept: the first of $STATE_DIRECTORY (given by systemd), $XDG_STATE_HOME/herald,
// ~/.local/state/herald; for root without HOME, /var/lib/herald.
std::filesystem::path state_folder();

// Of the leaf in a PEM file; see certs/x509.h.
std::string spki_sha256(const std::filesystem::path& certificate_file);

// Why the pair of PEM files cannot be served, one sentence each; empty when it can.
std::vector<std::string> faults_of(const std::filesystem::path& certificate_file,
                                   const std::filesystem::path& key_file,
                                   std::chrono::system_clock::time_point now);

}  // namespace certs
