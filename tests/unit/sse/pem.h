// A key pair in PEM, as the files of a configuration have it.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <string>

#include "server/net/handle.h"

namespace sse::testing {

struct PemPair {
  std::string secret;
  std::string open;
};

inline std::string text_of(BIO* memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

inline PemPair pem_of(EVP_PKEY* key) {
  const net::Handle<BIO, BIO_free_all> secret(BIO_new(BIO_s_mem()));
  const net::Handle<BIO, BIO_free_all> open(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(secret.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_PUBKEY(open.get(), key);
  return {text_of(secret.get()), text_of(open.get())};
}

}  // namespace sse::testing
