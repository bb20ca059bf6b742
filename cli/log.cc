#include "cli/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "cli/non_blocking_sink.h"

namespace cli {
namespace {

// Nothing for information, which is the rule; else "warning: ".
class LevelWord final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& line) override {
    if (message.level == spdlog::level::info) return;
    const auto word = spdlog::level::to_string_view(message.level);
    line.append(word.data(), word.data() + word.size());
    line.append(std::string_view(": "));
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<LevelWord>();
  }
};

}  // namespace

void start_log(std::string_view level) {
  auto logger =
      std::make_shared<spdlog::logger>("herald", std::make_shared<NonBlockingSink>(STDERR_FILENO));
  auto format = std::make_unique<spdlog::pattern_formatter>();
  format->add_flag<LevelWord>('*').set_pattern("herald: %*%v");
  logger->set_formatter(std::move(format));
  logger->set_level(spdlog::level::from_str(std::string(level)));
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

void log_info(std::string_view message) { spdlog::info("{}", message); }
void log_warning(std::string_view message) { spdlog::warn("{}", message); }
void log_error(std::string_view message) { spdlog::error("{}", message); }

}  // namespace cli
