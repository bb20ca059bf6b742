#include "hints/deployment.h"

#include <utility>

namespace hints {

void Deployment::shows(Sign sign, std::string_view value) {
  const std::scoped_lock lock(mutex_);
  std::optional<std::string>& known = values_[static_cast<std::size_t>(sign)];
  if (known == value) return;
  if (std::exchange(known, std::string(value))) changed();
}

}  // namespace hints
