// Credentials: a certificate chain and its private key, loaded and checked. Immutable, any thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;
struct stack_st_X509;

namespace net {

class Credentials {
 public:
  // Both files are PEM; the chain starts with the leaf. Throws net::Error with one sentence when a
  // file cannot be read, is not PEM, is encrypted, does not fit the other, is expired or not yet
  // valid.
  static std::shared_ptr<const Credentials> load(const std::string& certificate_file,
                                                 const std::string& key_file);
  // The same from text; the names stand for the files in messages.
  static std::shared_ptr<const Credentials> parse(const std::string& certificate_pem,
                                                  const std::string& key_pem,
                                                  const std::string& certificate_name,
                                                  const std::string& key_name);
  ~Credentials();
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  std::chrono::system_clock::time_point expires() const;
  x509_st* leaf() const;         // not yours
  stack_st_X509* chain() const;  // the rest of the chain; not yours
  evp_pkey_st* key() const;      // not yours

 private:
  struct State;
  explicit Credentials(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace net
