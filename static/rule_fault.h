// RuleFault: what is wrong with one line of `_headers` or `_redirects`, for a person to put right.
#pragma once

#include <string>

namespace assets {

struct RuleFault {
  enum class Weight {
    problem,  // the rule does not do what it says
    remark,   // it does, though perhaps not as on the host it was written for
  };
  Weight weight = Weight::problem;
  unsigned line = 0;    // from 1; 0 = the file as a whole
  std::string subject;  // the rule or field
  std::string reason;
  std::string remedy;  // a sentence
};

}  // namespace assets
