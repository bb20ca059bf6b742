// What OpenSSL says of a call that failed. It keeps it in a queue of the thread, and looks into
// that to tell why a TLS call failed: what others have left there must be gone before.
#pragma once

#include <string>

namespace net {

// Throws std::bad_alloc if it is for want of memory.
std::string drain_openssl_errors();
// Nearly always there is nothing, and that is cheap to see.
void forget_openssl_errors();
// Throws Error, with `what` and what OpenSSL says, or std::bad_alloc, unless `done`.
void require_openssl(bool done, const char* what);

}  // namespace net
