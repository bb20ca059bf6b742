#include "cli/progress_bar.h"

#include <fmt/format.h>

#include <cmath>
#include <ostream>

namespace cli {
namespace {

constexpr std::size_t width = 30;
constexpr std::chrono::milliseconds interval{200};
constexpr const char* erase_line = "\r\033[K";

std::string left_text(std::chrono::duration<double> left) {
  const long seconds = std::lround(std::ceil(left.count()));
  if (seconds < 60) return fmt::format("{} s", seconds);
  return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
}

}  // namespace

std::string progress_text(std::size_t done, std::size_t total, std::chrono::duration<double> left) {
  const std::size_t filled = total > 0 ? width * done / total : 0;
  return fmt::format("  [{}{}] {:3} %, {} left", std::string(filled, '#'),
                     std::string(width - filled, '-'), total > 0 ? 100 * done / total : 0,
                     left_text(left));
}

ProgressBar::~ProgressBar() {
  if (shown_) out_ << erase_line << std::flush;
}

void ProgressBar::show(std::size_t done, std::size_t total, std::chrono::duration<double> left) {
  if (terminal_ == Terminal::no) return;
  const auto now = std::chrono::steady_clock::now();
  if (shown_ && now - last_ < interval) return;
  last_ = now;
  shown_ = true;
  out_ << erase_line << progress_text(done, total, left) << std::flush;
}

}  // namespace cli
