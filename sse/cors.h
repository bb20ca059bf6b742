// Cors: which pages of other origins may read our answers (Fetch standard, section 3.2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.h"

namespace sse {

class Cors {
 public:
  // Origins such as "https://app.example", compared as a whole; they may send credentials. "*" lets
  // any page read, without credentials.
  explicit Cors(std::vector<std::string> origins);

  // Whether the origin is named; "*" does not name any.
  bool lists(std::string_view origin) const;
  // Adds what the answer to `request` needs, "vary" included; nothing where no origin is let in.
  void add(const http::Request& request, http::Headers& fields) const;
  // 204 for OPTIONS.
  http::Response preflight(const http::Request& request, std::string_view methods) const;

 private:
  std::vector<std::string> origins_;
  bool any_ = false;
};

}  // namespace sse
