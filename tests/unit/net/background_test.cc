#include "server/net/background.h"

#include <catch2/catch.hpp>
#include <future>
#include <string>
#include <thread>

using net::Background;
using net::Loop;

TEST_CASE("work is done in the background, in its order, and told on the loop") {
  Loop loop;
  Background background(loop);
  std::string order;  // touched by the background's thread, then by the loop's
  std::thread::id worked_on;
  std::thread::id told_on;
  background.run(
      [&] {
        order += 'a';
        worked_on = std::this_thread::get_id();
      },
      [] {});
  background.run([&] { order += 'b'; },
                 [&] {
                   order += '!';
                   told_on = std::this_thread::get_id();
                   loop.stop();
                 });
  loop.run();
  CHECK(order == "ab!");
  CHECK(told_on == std::this_thread::get_id());
  CHECK(worked_on != told_on);
}

TEST_CASE("the loop goes on while work is done in the background") {
  Loop loop;
  Background background(loop);
  std::promise<void> end_of_work;
  bool turned = false;
  background.run([&] { end_of_work.get_future().wait(); }, [&] { loop.stop(); });
  loop.post([&] {
    turned = true;
    end_of_work.set_value();
  });
  loop.run();
  CHECK(turned);
}

TEST_CASE("a background that goes waits for the work under way, and tells nobody") {
  Loop loop(Loop::Time::manual);
  bool worked = false;
  bool told = false;
  std::promise<void> begun;
  {
    Background background(loop);
    background.run(
        [&] {
          begun.set_value();
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
          worked = true;
        },
        [&] { told = true; });
    begun.get_future().wait();
  }
  CHECK(worked);
  loop.settle();
  CHECK_FALSE(told);
}
