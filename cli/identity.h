// Identity: the certificates that `serve` shows, from the files that are named or from the
// development CA. How clients get which is net::Certificates'.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/config.h"
#include "server/net/certificates.h"

namespace cli {

struct Identity {
  std::shared_ptr<const net::Certificates> certificates;
  std::string ca_file;  // of the development CA; empty if the standard certificate was named
  std::vector<std::string> remarks;  // what is served in spite of it, a sentence each
};

// Reads them all, and makes or renews the development certificate if [serve] names none. Throws
// net::Error in one sentence.
Identity identity_of(const Config& config);

// That of [serve], which is named. Throws net::Error.
std::shared_ptr<const net::Credentials> load_standard(const Config& config);

// One [[serve.certificate]]. Throws net::Error, also if it is for no host's name.
std::shared_ptr<const net::Credentials> load(const Config::Certificate& certificate);

// Why the OCSP response in `file` is not shown now, in a sentence; empty: it is, or there is none.
std::string staleness(const net::Credentials& credentials, const std::string& file);

}  // namespace cli
