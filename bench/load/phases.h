// Phases: tells whoever started the load how far it is, one JSON object a line on standard output,
// so that the server can be measured from outside between two of them.
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

namespace bench {

inline void tell(std::string_view phase, nlohmann::json facts = nlohmann::json::object()) {
  facts["phase"] = phase;
  std::puts(facts.dump().c_str());
  std::fflush(stdout);
}

}  // namespace bench
