#include "cli/settled.h"

#include <catch2/catch.hpp>

using cli::Config;
using cli::settled_at_start;

TEST_CASE("what a reload can change is not settled") {
  Config asked;
  asked.serve.think = cli::milliseconds(100);
  asked.serve.root = "elsewhere";
  asked.events.key_file = "key";
  asked.events.origins = {"https://app.test"};
  asked.limits.target_bytes = 100;
  asked.timeouts.idle = cli::milliseconds(1);
  asked.hints.mode = "off";
  CHECK(settled_at_start(Config(), asked).empty());
}

TEST_CASE("all that is settled at the start is named") {
  Config asked;
  asked.serve.listen = {"127.0.0.1:1"};
  asked.serve.workers = 7;
  asked.serve.user = "nobody";
  asked.events.history = 5;
  CHECK(settled_at_start(Config(), asked) ==
        "listen, workers, user, what [events] says of history, store, rates or subscriptions");
}
