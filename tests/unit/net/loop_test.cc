#include "server/net/loop.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/net/handle.h"

using namespace std::chrono_literals;

TEST_CASE("timers fire in order of their time, however they were started") {
  net::Loop loop(net::Loop::Time::manual);
  std::string order;
  net::Timer c(loop, [&] { order += 'c'; });
  net::Timer a(loop, [&] { order += 'a'; });
  net::Timer b(loop, [&] { order += 'b'; });
  net::Timer never(loop, [&] { order += '!'; });
  c.start(30ms);
  never.start(5ms);
  a.start(10ms);
  b.start(20ms);
  never.stop();
  loop.advance(25ms);
  CHECK(order == "ab");
  CHECK(c.armed());
  loop.advance(5ms);
  CHECK(order == "abc");
}

TEST_CASE("a timer started again inside its own callback ticks") {
  net::Loop loop(net::Loop::Time::manual);
  int ticks = 0;
  net::Timer* self = nullptr;
  net::Timer timer(loop, [&] {
    ++ticks;
    self->start(10ms);
  });
  self = &timer;
  timer.start(10ms);
  loop.advance(55ms);
  CHECK(ticks == 5);
}

TEST_CASE("a thousand timers started and stopped at random fire exactly those left, in order") {
  net::Loop loop(net::Loop::Time::manual);
  std::vector<std::unique_ptr<net::Timer>> timers;
  std::vector<int> fired;
  unsigned seed = 7;
  const auto random = [&] { return (seed = seed * 1103515245 + 12345) >> 16; };
  std::vector<int> due(1000);
  for (int i = 0; i < 1000; ++i) {
    timers.push_back(
        std::make_unique<net::Timer>(loop, [&fired, &due, i] { fired.push_back(due[i]); }));
    due[i] = static_cast<int>(random() % 500);
    timers.back()->start(std::chrono::milliseconds(due[i]));
  }
  std::size_t expected = 1000;
  for (int i = 0; i < 1000; i += 3) {
    timers[i]->stop();
    --expected;
  }
  loop.advance(1s);
  CHECK(fired.size() == expected);
  CHECK(std::is_sorted(fired.begin(), fired.end()));
}

TEST_CASE("deferred work runs once a turn, and may be destroyed while it waits") {
  net::Loop loop(net::Loop::Time::manual);
  int runs = 0;
  net::Later later(loop, [&] { ++runs; });
  later.schedule();
  later.schedule();
  {
    net::Later gone(loop, [&] { runs += 100; });
    gone.schedule();
  }
  loop.settle();
  CHECK(runs == 1);
}

TEST_CASE("work posted from other threads runs on the loop, in order") {
  net::Loop loop;
  std::string order;
  std::thread other([&] {
    for (char c = 'a'; c <= 'e'; ++c) loop.post([&order, c] { order += c; });
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  other.join();
  CHECK(order == "abcde");
}

TEST_CASE("work that a timer, deferred work or other work posts is done before the loop waits") {
  net::Loop loop;
  std::string order;
  net::Later later(loop, [&] {
    loop.post([&] {
      order += 'b';
      loop.post([&] {
        order += 'c';
        loop.stop();
      });
    });
  });
  net::Timer timer(loop, [&] {
    loop.post([&] { order += 'a'; });
    later.schedule();
  });
  timer.start(1ms);
  loop.run();  // without any other event to wake it
  CHECK(order == "abc");
}

TEST_CASE("a real loop wakes for a descriptor and for a timer") {
  net::Loop loop;
  int pipe_fds[2];
  REQUIRE(pipe(pipe_fds) == 0);
  const net::Fd in(pipe_fds[0]);
  const net::Fd out(pipe_fds[1]);
  bool readable = false;
  net::Watch watch(loop, in.get(), [&](net::Watch::Ready ready) {
    readable = ready.readable;
    loop.stop();
  });
  net::Timer timer(loop, [&] { REQUIRE(write(out.get(), "x", 1) == 1); });
  timer.start(1ms);
  loop.run();
  CHECK(readable);
}

TEST_CASE("an exception in one callback is reported and costs no other its turn") {
  net::Loop loop(net::Loop::Time::manual);
  std::string reported;
  loop.on_exception([&](const std::exception& error) { reported = error.what(); });
  bool ran = false;
  net::Timer bad(loop, [] { throw std::runtime_error("bad"); });
  net::Timer good(loop, [&] { ran = true; });
  bad.start(1ms);
  good.start(2ms);
  loop.advance(5ms);
  CHECK(reported == "bad");
  CHECK(ran);
}

TEST_CASE("others have their turns while very many timers are due") {
  net::Loop loop;
  int fired = 0;
  int fired_before = 0;
  std::vector<std::unique_ptr<net::Timer>> timers;
  for (int i = 0; i < 200; ++i) {
    timers.push_back(std::make_unique<net::Timer>(loop, [&] {
      const auto until = net::Clock::now() + 50us;
      while (net::Clock::now() < until) {
      }
      if (++fired == 1) loop.post([&] { fired_before = fired; });
      if (fired == 200) loop.stop();
    }));
    timers.back()->start(0us);
  }
  loop.run();
  CHECK(fired == 200);
  CHECK(fired_before > 0);
  CHECK(fired_before < 200);
}

TEST_CASE(
    "what is put off comes behind what is scheduled, and from inside of it in the next turn") {
  net::Loop loop(net::Loop::Time::manual);
  std::string order;
  int left = 2;
  net::Later b(loop, [&] { order += 'b'; });
  net::Later last(loop, [&] {
    order += 'l';
    if (--left > 0) last.put_off();
  });
  net::Later a(loop, [&] {
    order += 'a';
    b.schedule();
  });
  last.put_off();
  last.put_off();
  a.schedule();
  loop.post([&] {
    order += '|';
    loop.post([&] { order += '|'; });
  });
  loop.settle();
  CHECK(order == "|alb|l");
}

TEST_CASE("what is put off keeps the loop from waiting, and is dropped with its owner") {
  net::Loop loop;
  net::Later stop(loop, [&] { loop.stop(); });
  net::Later again(loop, [&] { stop.put_off(); });
  {
    net::Later never(loop, [] { FAIL("it has gone"); });
    never.put_off();
  }
  again.put_off();
  loop.run();
}
