#include "cli/identity.h"

#include <chrono>
#include <utility>
#include <vector>

#include "certs/development.h"
#include "server/net/error.h"
#include "server/net/staple.h"

namespace cli {

std::shared_ptr<const net::Credentials> load(const Config::Certificate& certificate) {
  return blaming(certificate.place, [&] {
    auto credentials = net::Credentials::load(certificate.cert, certificate.key, certificate.ocsp);
    if (!credentials->names().empty()) return credentials;
    throw net::Error("the certificate in " + certificate.cert +
                     " is for no host's name (subjectAltName), so no client would get it: have it "
                     "made for one, or name it as cert of [serve]");
  });
}

std::shared_ptr<const net::Credentials> load_standard(const Config& config) {
  const Config::Serve& serve = config.serve;
  return blaming(config.place_of("[serve] cert"),
                 [&] { return net::Credentials::load(serve.cert, serve.key, serve.ocsp); });
}

std::string staleness(const net::Credentials& credentials, const std::string& file) {
  const net::Staple* staple = credentials.staple();
  if (!staple || staple->fresh(std::chrono::system_clock::now())) return {};
  return "the OCSP response in " + file +
         " is out of date and not shown: fetch it anew, then send SIGHUP";
}

Identity identity_of(const Config& config) {
  Identity identity;
  const auto remark = [&](const net::Credentials& credentials, const std::string& ocsp_file) {
    std::string why = staleness(credentials, ocsp_file);
    if (!why.empty()) identity.remarks.push_back(std::move(why));
  };
  std::shared_ptr<const net::Credentials> standard;
  const Config::Serve& serve = config.serve;
  if (serve.cert.empty()) {
    const auto made = certs::development_credentials(certs::state_folder(), serve.hosts);
    standard = net::Credentials::load(made.certificate_file, made.key_file);
    identity.ca_file = made.ca_file;
  } else {
    standard = load_standard(config);
    remark(*standard, serve.ocsp);
  }
  std::vector<std::shared_ptr<const net::Credentials>> more;
  for (const Config::Certificate& certificate : serve.certificates) {
    more.push_back(load(certificate));
    remark(*more.back(), certificate.ocsp);
  }
  identity.certificates = std::make_shared<net::Certificates>(std::move(standard), std::move(more));
  return identity;
}

}  // namespace cli
