#include "server/net/openssl_errors.h"

#include <openssl/err.h>

#include <new>

#include "server/net/error.h"

namespace net {

std::string drain_openssl_errors() {
  std::string text;
  while (const unsigned long code = ERR_get_error()) {
    if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE) {
      ERR_clear_error();
      throw std::bad_alloc();
    }
    const char* reason = ERR_reason_error_string(code);
    if (!text.empty()) text += ", ";
    text += reason ? reason : "OpenSSL error " + std::to_string(code);
  }
  return text;
}

void forget_openssl_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

void require_openssl(bool done, const char* what) {
  if (done) return;
  const std::string why = drain_openssl_errors();
  if (why.empty()) throw std::bad_alloc();  // not even for that was there memory
  throw Error(std::string(what) + ": " + why);
}

}  // namespace net
