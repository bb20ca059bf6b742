// Two shelves, and what becomes of logs on them.
#include "sse/shelves.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

using namespace sse;
using namespace std::chrono_literals;

namespace {

struct Library final : Shelves::Owner {
  explicit Library(Retention first, Retention second = {})
      : shelves(loop, {first, second}, *this) {}
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  void dropping(const Topic& log, const Event& oldest) override {
    CHECK(log.at(log.first())->seq() == oldest.seq());
    dropped.push_back(oldest.seq());
  }
  void pushed_out(Topic& log) override { went.push_back(log.name() + " for room"); }
  void expired(Topic& log) override { went.push_back(log.name() + " by age"); }

  // An event of so many bytes of data, that many seconds old; its weight is returned.
  std::size_t put(Topic& log, std::size_t bytes = 1, std::chrono::seconds age = 0s) {
    Draft draft;
    draft.data = std::string(bytes, 'x');
    const auto event = std::make_shared<const Event>("e", ++seq, std::move(draft),
                                                     std::chrono::system_clock::now() - age);
    shelves.put(event, log);
    return event->weight();
  }
  void pass(net::Clock::duration time) {
    loop.advance(time);
    shelves.expire();
  }

  net::Loop loop{net::Loop::Time::manual};
  Shelves shelves;
  Topic a{"a", 0, 0, Policy::gap};
  Topic b{"b", 0, 0, Policy::gap};
  Topic other{"other", 0, 1, Policy::gap};
  std::uint64_t seq = 0;
  std::vector<std::uint64_t> dropped;
  std::vector<std::string> went;
};

using Seqs = std::vector<std::uint64_t>;
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a log keeps as many events as its shelf says") {
  Library library({.events = 3}, {.events = 5});
  for (int i = 0; i < 5; ++i) (void)library.put(library.a);
  for (int i = 0; i < 5; ++i) (void)library.put(library.other);
  CHECK(library.dropped == Seqs{1, 2});
  CHECK(library.went.empty());
}

TEST_CASE("a log keeps as many bytes as its shelf says, and the newest whatever it weighs") {
  Library library({.topic_bytes = 3000});
  (void)library.put(library.a, 1000);
  (void)library.put(library.a, 1000);
  CHECK(library.dropped.empty());
  const std::size_t weight = library.put(library.a, 5000);
  CHECK(library.dropped == Seqs{1, 2});
  CHECK(library.shelves.bytes() == weight);
}

TEST_CASE("where a shelf is full, the oldest of its logs go, and of no other") {
  Library library({.bytes = 4500}, {.bytes = 10'000});
  (void)library.put(library.other, 1000);
  (void)library.put(library.a, 1000);
  (void)library.put(library.b, 1000);
  (void)library.put(library.a, 1000);
  CHECK(library.dropped.empty());
  (void)library.put(library.b, 1500);
  CHECK(library.dropped == Seqs{2});
  CHECK(library.went.empty());  // the log has another one
  (void)library.put(library.b, 1500);
  CHECK(library.dropped == Seqs{2, 3, 4});
  CHECK(library.went == Names{"a for room"});
}

TEST_CASE("what is too old goes, without another event") {
  Library library({.age = 100s}, {.age = 60s});
  (void)library.put(library.a);
  (void)library.put(library.other);
  library.shelves.expire();  // sets the timer
  library.loop.advance(59s);
  CHECK(library.dropped.empty());
  library.loop.advance(1s);
  CHECK(library.dropped == Seqs{2});
  CHECK(library.went == Names{"other by age"});
  library.loop.advance(40s);
  CHECK(library.went == Names{"other by age", "a by age"});
  CHECK(library.shelves.bytes() == 0);
}

TEST_CASE("an event that comes out of a store has used up some of its time, but no more than all") {
  Library library({.age = 60s});
  (void)library.put(library.a, 1, 50s);
  (void)library.put(library.b, 1, 1000s);
  (void)library.put(library.b, 1, -1000s);  // another clock was ahead
  library.pass(0s);
  CHECK(library.dropped == Seqs{});  // the oldest of the shelf first, and that is a's
  library.pass(11s);
  CHECK(library.dropped == Seqs{1, 2});
  library.pass(50s);
  CHECK(library.dropped == Seqs{1, 2, 3});
}

TEST_CASE("what is removed with its log counts no more, and does not come up again") {
  Library library({.bytes = 4500, .age = 60s});
  Topic c("c", 0, 0, Policy::gap);
  (void)library.put(library.a, 1000);
  const std::size_t weight = library.put(library.b, 1000);
  library.shelves.remove(library.a);
  CHECK(library.shelves.bytes() == weight);
  (void)library.put(library.b, 1000);
  (void)library.put(c, 1000);
  CHECK(library.dropped.empty());
  library.pass(61s);
  CHECK(library.dropped == Seqs{2, 3, 4});
}

TEST_CASE("room is made by the log without readers that has the oldest event") {
  Library library{Retention()};
  (void)library.put(library.other);
  (void)library.put(library.a);
  (void)library.put(library.b);
  CHECK(library.shelves.oldest_unread(0, 2) == &library.other);
  CHECK(library.shelves.oldest_unread(0, 1) == &library.a);
  library.a.readers = 1;
  CHECK(library.shelves.oldest_unread(0, 1) == &library.b);
  library.shelves.clear(library.b);
  CHECK(library.dropped == Seqs{3});
  CHECK_FALSE(library.shelves.oldest_unread(0, 1));
}
