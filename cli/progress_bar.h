// ProgressBar: one line on a terminal that says how far a long work is and how long the rest takes.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>

namespace cli {

// "  [########------------]  40 %, 12 s left", as wide as that.
std::string progress_text(std::size_t done, std::size_t total, std::chrono::duration<double> left);

class ProgressBar {
 public:
  enum class Terminal { no, yes };
  // Writes nothing where there is no terminal.
  ProgressBar(std::ostream& out, Terminal terminal) : out_(out), terminal_(terminal) {}
  // Takes the line away.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Not from two threads at once. Written a few times a second, however often it is called.
  void show(std::size_t done, std::size_t total, std::chrono::duration<double> left);

 private:
  std::ostream& out_;
  const Terminal terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace cli
