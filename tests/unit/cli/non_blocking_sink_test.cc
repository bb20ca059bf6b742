#include "cli/non_blocking_sink.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <memory>
#include <string>

#include "server/net/handle.h"

namespace {

// A log into a pipe.
class Piped {
 public:
  Piped() {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    reading_ = net::Fd(ends[0]);
    writing_ = net::Fd(ends[1]);
    REQUIRE(fcntl(reading_.get(), F_SETFL, O_NONBLOCK) == 0);
    log_ = std::make_unique<spdlog::logger>("test",
                                            std::make_shared<cli::NonBlockingSink>(writing_.get()));
    log_->set_pattern("%v");
  }
  void say(const std::string& line) { log_->info(line); }
  // All that is there.
  std::string heard() {
    std::string text(1 << 20, '\0');
    const ssize_t got = read(reading_.get(), text.data(), text.size());
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }
  void leave() { reading_.reset(); }

 private:
  net::Fd reading_, writing_;
  std::unique_ptr<spdlog::logger> log_;
};

}  // namespace

TEST_CASE("whoever logs never waits for the log's reader, who is told what was left out") {
  Piped log;
  const std::string line(999, 'x');
  constexpr std::size_t said = 200;
  for (std::size_t i = 0; i < said; ++i) log.say(line);
  const std::size_t taken = log.heard().size() / 1000;
  CHECK(taken > 10);
  REQUIRE(taken < said);
  log.say("again");
  CHECK(log.heard() == "herald: warning: " + std::to_string(said - taken) +
                           " lines of the log are left out here: nobody took them\nagain\n");
  log.say("and on");
  CHECK(log.heard() == "and on\n");
}

TEST_CASE("a line that is longer than a pipe takes at once is cut") {
  Piped log;
  log.say(std::string(100'000, 'x'));
  CHECK(log.heard() == std::string(cli::NonBlockingSink::longest - 1, 'x') + "\n");
}

TEST_CASE("a log that nobody reads any more does no harm") {
  std::signal(SIGPIPE, SIG_IGN);  // as the program does
  Piped log;
  log.leave();
  log.say("into nothing");
  log.say("again");
}
