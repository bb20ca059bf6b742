// ResponseHead: the header sections of an app server's answer, line by line as libcurl gives them:
// interim ones (1xx), then the final one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/http/headers.h"

namespace proxy {

class ResponseHead {
 public:
  struct Limits {
    std::size_t bytes = std::size_t{64} * 1024;  // of all sections together, trailers too
    std::size_t interim = 32;                    // sections before the final one
  };
  enum class Stage {
    reading,
    interim,  // a 1xx section is complete; the next line begins another
    final,    // the final section is complete; further lines are trailers
    wrong,    // no HTTP, or beyond a limit
  };

  explicit ResponseHead(Limits limits) : limits_(limits) {}

  // A line with or without its line break.
  Stage take(std::string_view line);

  int status() const { return status_; }
  const http::Headers& fields() const { return fields_; }  // names in lower case
  const http::Headers& trailers() const { return trailers_; }
  // Of the content, as `content-length` has it; none if it is not known before.
  std::optional<std::uint64_t> length() const;

 private:
  bool take_status(std::string_view line);
  static void take_field(std::string_view line, http::Headers& into);

  Limits limits_;
  http::Headers fields_;
  http::Headers trailers_;
  int status_ = 0;
  bool inside_ = false;  // a section has begun
  bool final_ = false;
  std::size_t bytes_ = 0;
  std::size_t sections_ = 0;
};

}  // namespace proxy
