// Credentials: a certificate chain, its private key and perhaps an OCSP response about it, loaded
// and checked. Immutable, any thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

struct evp_pkey_st;
struct x509_st;
struct stack_st_X509;

namespace net {

class Staple;

class Credentials {
 public:
  // Both files are PEM; the chain starts with the leaf. Throws net::Error with one sentence when a
  // file cannot be read, is not PEM, is encrypted, does not fit the other, is expired or not yet
  // valid. `ocsp_file`, a response in DER, is for Staple::parse; empty: none.
  static std::shared_ptr<const Credentials> load(const std::string& certificate_file,
                                                 const std::string& key_file,
                                                 const std::string& ocsp_file = {});
  // The same from text; the names stand for the files in messages.
  static std::shared_ptr<const Credentials> parse(const std::string& certificate_pem,
                                                  const std::string& key_pem,
                                                  const std::string& certificate_name,
                                                  const std::string& key_name);
  ~Credentials();
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  std::chrono::system_clock::time_point expires() const;
  // The hosts it is for: dNSName of subjectAltName, "*.app.test" among them; the common name does
  // not count (RFC 9525 section 2).
  const std::vector<std::string>& names() const;
  const Staple* staple() const;  // null: none
  x509_st* leaf() const;         // not yours
  stack_st_X509* chain() const;  // the rest of the chain; not yours
  evp_pkey_st* key() const;      // not yours

 private:
  struct State;
  static std::unique_ptr<State> parsed(const std::string& certificate_pem,
                                       const std::string& key_pem,
                                       const std::string& certificate_name,
                                       const std::string& key_name);
  explicit Credentials(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace net
