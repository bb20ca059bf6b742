// LiveEvents: reads the laboratory's event stream, and says how long each event was on its way.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compare/live.h"
#include "compare/scenario.h"

namespace lab {

class LiveEvents {
 public:
  void read(std::span<const std::byte> bytes, net::Clock::time_point now) {
    text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (auto end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
      note(std::string_view(text_).substr(0, end), now);
      text_.erase(0, end + 1);
    }
  }

  const std::vector<Milliseconds>& delays() const { return delays_; }

 private:
  void note(std::string_view line, net::Clock::time_point now) {
    static constexpr std::string_view field = "data: ";
    if (!line.starts_with(field)) return;
    const auto published = published_at(line.substr(field.size()));
    if (!published) return;
    delays_.push_back(std::chrono::duration<double, std::milli>(now - *published).count());
  }

  std::string text_;
  std::vector<Milliseconds> delays_;
};

}  // namespace lab
