#include "server/h2/send_queue.h"

#include <catch2/catch.hpp>
#include <string>

#include "server/h2/priority.h"

namespace {

struct Named : h2::SendQueue::Entry {
  explicit Named(char text) : Entry(static_cast<std::uint32_t>(text)), name(text) {}
  char name;
};

// Who may send, one frame after the other.
std::string turns(h2::SendQueue& queue, int frames) {
  std::string order;
  for (int i = 0; i < frames && queue.front(); ++i) {
    auto& next = static_cast<Named&>(*queue.front());
    order += next.name;
    queue.sent(next);
  }
  return order;
}

}  // namespace

TEST_CASE("the most urgent response goes first, whenever it comes") {
  h2::SendQueue queue;
  Named bulk('b');
  Named page('p');
  queue.set_priority(bulk, {.urgency = 6});
  queue.set_priority(page, {.urgency = 0});
  queue.add(bulk);
  CHECK(turns(queue, 2) == "bb");
  queue.add(page);
  CHECK(turns(queue, 2) == "pp");
  queue.remove(page);
  CHECK(turns(queue, 1) == "b");
  queue.remove(bulk);
  CHECK(queue.front() == nullptr);
}

TEST_CASE("of equals, incremental responses take turns and others go to their end in order") {
  h2::SendQueue queue;
  Named a('a');
  Named b('b');
  Named c('c');
  for (Named* each : {&a, &b, &c}) queue.add(*each);
  CHECK(turns(queue, 3) == "aaa");
  for (Named* each : {&a, &b, &c}) queue.set_priority(*each, {.urgency = 3, .incremental = true});
  CHECK(turns(queue, 7) == "abcabca");
  queue.remove(b);
  CHECK(turns(queue, 3) == "cac");
  for (Named* each : {&a, &b, &c}) queue.remove(*each);
  CHECK(queue.front() == nullptr);
}

TEST_CASE(
    "of equals that are not incremental the one asked for first goes first, whoever is ready "
    "first") {
  h2::SendQueue queue;
  Named a('a');
  Named b('b');
  Named c('c');
  for (Named* each : {&b, &c, &a}) queue.add(*each);
  CHECK(turns(queue, 2) == "aa");
  queue.remove(a);
  CHECK(turns(queue, 2) == "bb");
  queue.remove(b);
  queue.add(a);
  CHECK(turns(queue, 2) == "aa");
}

TEST_CASE("a response that becomes more urgent while it waits goes first") {
  h2::SendQueue queue;
  Named a('a');
  Named b('b');
  queue.add(a);
  queue.add(b);
  queue.set_priority(b, {.urgency = 1});
  CHECK(turns(queue, 2) == "bb");
}

TEST_CASE("live responses go before the most urgent, take turns, and stay there") {
  h2::SendQueue queue;
  Named page('p');
  Named events('e');
  Named poll('q');
  queue.set_priority(page, {.urgency = 0});
  queue.add(page);
  queue.add(events);
  CHECK(turns(queue, 1) == "p");
  queue.go_live(events);
  queue.go_live(poll);
  queue.add(poll);
  CHECK(turns(queue, 4) == "eqeq");
  queue.set_priority(events, {.urgency = 7});
  CHECK(turns(queue, 2) == "qe");
  queue.remove(events);
  queue.remove(poll);
  CHECK(turns(queue, 1) == "p");
}

TEST_CASE("the Priority field is read as a dictionary, and what is not understood is ignored") {
  using http::Priority;
  CHECK(h2::parsed_priority("u=1, i") == Priority{1, true});
  CHECK(h2::parsed_priority("i=?0,u=7") == Priority{7, false});
  CHECK(h2::parsed_priority(" u=2;x=1 ,\ti=?1;y ") == Priority{2, true});
  CHECK(h2::parsed_priority("") == Priority{});
  CHECK(h2::parsed_priority("u=8") == Priority{});
  CHECK(h2::parsed_priority("u=-1, i=1") == Priority{});
  CHECK(h2::parsed_priority("u=1.0, future=\"x\", i") == Priority{3, true});
  CHECK(h2::parsed_priority("U=1") == Priority{});
  CHECK(h2::parsed_priority("u=1,,i") == Priority{});
}
