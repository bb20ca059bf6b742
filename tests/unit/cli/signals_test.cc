#include "cli/signals.h"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

TEST_CASE("signals are calls on the loop, and the second stop is a hard one") {
  cli::Signals::block();
  net::Loop loop;
  std::string order;
  const cli::Signals signals(loop, {.stop =
                                        [&] {
                                          order += "stop ";
                                          kill(getpid(), SIGINT);
                                        },
                                    .hard_stop =
                                        [&] {
                                          order += "hard";
                                          loop.stop();
                                        },
                                    .reload =
                                        [&] {
                                          order += "reload ";
                                          kill(getpid(), SIGUSR1);
                                        },
                                    .reopen =
                                        [&] {
                                          order += "reopen ";
                                          kill(getpid(), SIGUSR2);
                                        },
                                    .succeed =
                                        [&] {
                                          order += "succeed ";
                                          kill(getpid(), SIGTERM);
                                        }});
  kill(getpid(), SIGHUP);
  loop.run();
  CHECK(order == "reload reopen succeed stop hard");
}
