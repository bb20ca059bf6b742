// Date: the `date` field of the present second (RFC 9110 section 6.6.1), made once a second by a
// worker.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace http {

class Date {
 public:
  // Valid until the next call.
  std::string_view now();

 private:
  std::time_t second_ = 0;
  std::string text_;
};

}  // namespace http
