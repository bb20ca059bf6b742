// Staple: what a certificate's authority says of it, to be shown with it (an OCSP response, RFC
// 6960, in the status of RFC 6066 section 8). Immutable, any thread. Fetching it is others' work.
#pragma once

#include <chrono>
#include <memory>
#include <string>

struct x509_st;

namespace net {

class Staple {
 public:
  using Time = std::chrono::system_clock::time_point;

  // `der` is an OCSP response about `leaf`; the names stand for the files in messages. Throws
  // net::Error with one sentence when it is not that, or says that the certificate is revoked. Its
  // signature is the clients' to verify.
  static std::shared_ptr<const Staple> parse(std::string der, const x509_st& leaf,
                                             const std::string& name,
                                             const std::string& certificate_name);

  const std::string& der() const { return der_; }
  // Clients refuse it from then on.
  Time until() const { return until_; }
  bool fresh(Time now) const { return now < until_; }

 private:
  Staple(std::string der, Time until) : der_(std::move(der)), until_(until) {}

  const std::string der_;
  const Time until_;
};

}  // namespace net
