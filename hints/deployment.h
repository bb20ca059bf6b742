// Deployment: which build of the app is running, as far as anybody can tell from outside. Shared by
// the workers, so that what one of them finds out silences what all have learned. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace hints {

class Deployment {
 public:
  // What names a build.
  enum class Sign { manifest, field };

  Deployment() = default;
  Deployment(const Deployment&) = delete;
  Deployment& operator=(const Deployment&) = delete;

  // Of the build, from 0: what was learned under another number is of another build.
  unsigned number() const { return number_.load(std::memory_order_acquire); }
  // Another build is there, or may be.
  void changed() { number_.fetch_add(1, std::memory_order_acq_rel); }
  // The sign reads so now: another value than the last is another build, the first is none.
  void shows(Sign sign, std::string_view value);

 private:
  std::atomic<unsigned> number_{0};
  std::mutex mutex_;
  std::array<std::optional<std::string>, 2> values_;  // by Sign
};

}  // namespace hints
