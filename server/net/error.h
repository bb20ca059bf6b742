// Exceptions for what should not happen: one sentence each, meant for a person.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace net {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Adds what errno meant when it was made: "cannot bind 0.0.0.0:443: Permission denied".
class SystemError final : public Error {
 public:
  explicit SystemError(const std::string& what);
  SystemError(const std::string& what, int error_number);
  int code() const { return code_; }

 private:
  int code_;
};

// What an exception says, for a sentence that ends with it.
std::string reason_of(const std::exception& error);

}  // namespace net
