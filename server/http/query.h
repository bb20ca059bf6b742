// Query: the parameters of a target or of a form (application/x-www-form-urlencoded, WHATWG URL
// section 5), decoded, in order, repeats kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

class Query {
 public:
  struct Parameter {
    std::string name;
    std::string value;
  };

  explicit Query(std::string_view encoded);

  // The first value of that name.
  std::optional<std::string_view> get(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  std::vector<Parameter> parameters_;
};

// Decodes %XX once. None if a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);
// Encodes all but unreserved characters (RFC 3986 section 2.3) and those in `keep`.
std::string percent_encode(std::string_view text, std::string_view keep = "");

}  // namespace http
