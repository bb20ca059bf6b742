#include "server/net/error.h"

#include <cerrno>
#include <system_error>

namespace net {

SystemError::SystemError(const std::string& what) : SystemError(what, errno) {}

SystemError::SystemError(const std::string& what, int error_number)
    : Error(what + ": " + std::generic_category().message(error_number)), code_(error_number) {}

}  // namespace net
