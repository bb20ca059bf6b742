#include "compare/congestion_window.h"

#include <algorithm>

namespace lab {

void CongestionWindow::wake(net::Clock::time_point now) {
  if (options_.idle.count() == 0 || flight_ > 0 || sent_ == 0) return;
  if (now - last_sent_ <= options_.idle) return;
  window_ = std::min(window_, static_cast<double>(options_.initial));
}

void CongestionWindow::sent(net::Clock::time_point now) {
  ++sent_;
  ++flight_;
  last_sent_ = now;
  if (acknowledged_ >= round_end_ || flight_ > peak_) {
    peak_ = flight_;
    round_end_ = sent_;
  }
}

void CongestionWindow::acknowledged() {
  --flight_;
  ++acknowledged_;
  if (acknowledged_ <= recovery_end_) return;
  const bool slow_start = window_ < threshold_;
  const bool limited = slow_start ? window_ < 2.0 * static_cast<double>(peak_)
                                  : static_cast<double>(peak_) + 1 > window_;
  if (!limited) return;
  window_ += slow_start ? 1 : 1 / window_;
  window_ = std::min(window_, static_cast<double>(options_.most));
}

void CongestionWindow::lost() {
  if (acknowledged_ < recovery_end_) return;
  recovery_end_ = sent_;
  threshold_ = std::max(window_ / 2, 2.0);
  window_ = threshold_;
}

}  // namespace lab
