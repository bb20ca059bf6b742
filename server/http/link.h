// Link: a `link` field taken apart (RFC 8288 section 3). What a relation means is for its reader.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

struct Link {
  struct Parameter {
    std::string name;   // in lower case
    std::string value;  // unquoted; empty if there is none
  };
  std::string target;  // as written between < and >
  std::vector<Parameter> parameters;

  // The first of that name, as only that counts; none if it is not there.
  std::optional<std::string_view> get(std::string_view name) const;
  // Whether `rel` has that word, in any case.
  bool has_relation(std::string_view relation) const;
};

// The links of one field, each as written: commas within <> and "" do not part them.
std::vector<std::string_view> split_links(std::string_view field);

// None if it does not begin with <...>.
std::optional<Link> parse_link(std::string_view link);

}  // namespace http
