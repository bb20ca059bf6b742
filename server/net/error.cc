#include "server/net/error.h"

#include <cerrno>
#include <new>
#include <system_error>

namespace net {

SystemError::SystemError(const std::string& what) : SystemError(what, errno) {}

SystemError::SystemError(const std::string& what, int error_number)
    : Error(what + ": " + std::generic_category().message(error_number)), code_(error_number) {}

std::string reason_of(const std::exception& error) {
  return dynamic_cast<const std::bad_alloc*>(&error) ? "no memory is left" : error.what();
}

}  // namespace net
