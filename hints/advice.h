// Advice: what to do about an asset that is withheld, for lint and explain.
#pragma once

#include <string_view>

#include "hints/plan.h"

namespace hints {

struct Advice {
  enum class Weight {
    problem,  // costs every visitor something
    remark,   // a choice that may be meant
  };
  Weight weight = Weight::remark;
  std::string_view remedy;  // a sentence
};

Advice advice_on(Reason reason);

}  // namespace hints
