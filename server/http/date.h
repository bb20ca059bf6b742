// Date: the `date` field of the present second (RFC 9110 section 6.6.1), made once a second by a
// worker.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace http {

class Date {
 public:
  Date() = default;
  // Stands still: for what must come out the same each time.
  explicit Date(std::time_t second) : second_(second), still_(true) {}

  // Valid until the next call.
  std::string_view now();

 private:
  std::time_t second_ = 0;
  bool still_ = false;
  std::string text_;
};

}  // namespace http
