#include "server/http/date.h"

namespace http {

std::string_view Date::now() {
  const std::time_t second = still_ ? second_ : std::time(nullptr);
  if (second == second_ && !text_.empty()) return text_;
  second_ = second;
  std::tm parts{};
  gmtime_r(&second, &parts);
  char text[40];
  text_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts));
  return text_;
}

}  // namespace http
