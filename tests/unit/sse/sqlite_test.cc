#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/unit/sse/durable.h"

using namespace sse;
using namespace sse::testing;

namespace {

std::uint64_t seq_of(const std::string& id) { return EventId::parse(id).value_or(EventId{}).seq; }
std::string epoch_of(const std::string& id) { return EventId::parse(id).value_or(EventId{}).epoch; }

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const net::Error& error) {
    return error.what();
  }
  return "no error";
}

Matchers named(std::initializer_list<const char*> topics) {
  Matchers matchers;
  for (const char* topic : topics) matchers.push_back(TopicMatcher::exact(topic));
  return matchers;
}

// While it lives no file of this process can grow beyond `bytes`.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a restart keeps the epoch, the order and the events, and ids go on") {
  Durable world;
  const std::string first = world.publish("one");
  CHECK(world.publish("two") == epoch_of(first) + "-2");
  world.restart();
  FakeExchange stream = world.worker->events("/events", {{"last-event-id", first}});
  CHECK(behind_greeting(stream.read()) == "id: " + epoch_of(first) + "-2\ndata: two\n\n");
  CHECK(world.publish("three") == epoch_of(first) + "-3");
  CHECK(stream.read() == "id: " + epoch_of(first) + "-3\ndata: three\n\n");
}

TEST_CASE("an event has after a restart all that it had before") {
  Durable world;
  Draft full = draft("{\"a\":\"\xc3\xa9\"}", "t", "tick");
  full.form = Form::json;
  full.publisher_id = "mine";
  world.publish_all({full, draft("a\r\nb", "t"), draft("", "t")});
  FakeExchange before = world.worker->poll("/poll?topic=t&after=x-0&envelope=true");
  const std::string text = world.read_until(before, "cursor");
  CHECK(text.find("\"publisher_id\":\"mine\"") != std::string::npos);
  world.restart();
  FakeExchange after = world.worker->poll("/poll?topic=t&after=x-0&envelope=true");
  CHECK(world.read_until(after, "cursor") == text);
}

TEST_CASE("what the replicas have lost is read from the file, page by page, without a gap") {
  Durable world;
  world.stop();
  world.hub_options.replica.events_per_topic = 3;
  world.start();
  const std::string first = world.publish("0");
  std::vector<Draft> many;
  for (int i = 1; i <= 450; ++i) many.push_back(draft(std::to_string(i)));
  world.publish_all(std::move(many));
  FakeExchange stream = world.worker->events("/events", {{"last-event-id", first}});
  std::string text = world.read_until(stream, "data: 450\n\n");
  CHECK(text.find("herald.gap") == std::string::npos);
  std::string expected;
  for (int i = 1; i <= 450; ++i) {
    expected += "id: " + epoch_of(first) + "-" + std::to_string(i + 1) +
                "\ndata: " + std::to_string(i) + "\n\n";
  }
  CHECK(behind_greeting(text) == expected);
  world.publish("live");
  CHECK(stream.read().ends_with("data: live\n\n"));
}

TEST_CASE("a stream too slow for the replica goes on from the file") {
  Durable world;
  world.stop();
  world.hub_options.replica.events_per_topic = 2;
  world.start();
  FakeExchange stream = world.worker->events("/events");
  stream.read();
  for (int i = 0; i < 20; ++i) world.publish(std::to_string(i));
  const std::string text = world.read_until(stream, "data: 19\n\n");
  CHECK(text.starts_with("id: "));
  CHECK(text.find("data: 0\n") != std::string::npos);
  CHECK(text.find("herald.gap") == std::string::npos);
}

TEST_CASE("a poll pages through the file and then goes on in the replica") {
  Durable world;
  world.stop();
  world.hub_options.replica.events_per_topic = 2;
  world.start();
  std::string cursor = world.publish("0");
  std::vector<Draft> many;
  for (int i = 1; i <= 250; ++i) many.push_back(draft(std::to_string(i)));
  world.publish_all(std::move(many));
  int got = 0;
  for (int polls = 0; got < 250 && polls < 20; ++polls) {
    FakeExchange poll = world.worker->poll("/poll?timeout=0&max=60&after=" + cursor);
    const std::string text = world.read_until(poll, "cursor");
    for (; text.find("\"" + std::to_string(got + 1) + "\"") != std::string::npos; ++got) {
    }
    CHECK((text.find("\"more\":true") != std::string::npos) == (got < 250));
    const auto at = text.find("\"cursor\":\"") + 10;
    cursor = text.substr(at, text.find('"', at) - at);
  }
  CHECK(got == 250);
  CHECK(seq_of(cursor) == 251);
}

TEST_CASE(
    "an id of another epoch, of the future, or of nobody is told as a gap, then all is given") {
  Durable world;
  const std::string epoch = epoch_of(world.publish("1"));
  world.publish("2");
  const auto asked = [&](const std::string& id) {
    FakeExchange stream = world.worker->events("/events", {{"last-event-id", id}});
    return behind_greeting(world.read_until(stream, "data: 2\n\n"));
  };
  const std::string events = "id: " + epoch + "-1\ndata: 1\n\nid: " + epoch + "-2\ndata: 2\n\n";
  const auto gap = [&](const std::string& id, const std::string& reason) {
    return "event: herald.gap\ndata: {\"requested\":\"" + id + "\",\"resumed\":\"" + epoch +
           "-1\",\"earliest\":\"" + epoch + "-1\",\"complete_after\":\"" + epoch +
           "-0\",\"reason\":\"" + reason + "\"}\n\n" + events;
  };
  CHECK(asked("other1-1") == gap("other1-1", "epoch"));
  CHECK(asked(epoch + "-99") == gap(epoch + "-99", "ahead"));
  CHECK(asked("nonsense") == gap("nonsense", "malformed"));
}

TEST_CASE("what the file has lost is told as a gap, of the topic that lost it alone") {
  Durable world;
  world.stop();
  TopicClass rest;
  rest.keep.events = 4;
  world.options.classes = TopicClasses(rest);
  world.hub_options.replica.events_per_topic = 4;
  world.start();
  const std::string quiet = world.publish("calm", "quiet");
  const std::string loud = world.publish("0", "loud");
  for (int i = 1; i <= 9; ++i) world.publish(std::to_string(i), "loud");
  world.restart();
  FakeExchange gapped = world.worker->events("/events?topic=loud", {{"last-event-id", loud}});
  const std::string text = world.read_until(gapped, "data: 9\n\n");
  CHECK(text.find("\"reason\":\"expired\"") != std::string::npos);
  CHECK(text.find("data: 5\n") == std::string::npos);
  CHECK(text.find("data: 6\n") != std::string::npos);
  FakeExchange whole =
      world.worker->events("/events?topic=quiet", {{"last-event-id", epoch_of(quiet) + "-0"}});
  CHECK(behind_greeting(world.read_until(whole, "calm\n\n")) ==
        "id: " + quiet + "\ndata: calm\n\n");
}

TEST_CASE("what the file has lost is no gap of a pattern that does not match it") {
  Durable world;
  world.stop();
  TopicClass rest;
  rest.keep.events = 4;
  world.options.classes = TopicClasses(rest);
  world.hub_options.replica.events_per_topic = 1;
  world.start();
  const std::string first = world.publish("first", "calm/a");
  world.publish("second", "calm/b");
  for (int i = 0; i <= 9; ++i) world.publish(std::to_string(i), "loud");
  world.publish("third", "calm/b");
  world.restart();
  const auto read = [&](const std::string& query) {
    FakeExchange stream = world.worker->events("/events?" + query, {{"last-event-id", first}});
    return behind_greeting(world.read_until(stream, "data: third\n\n"));
  };
  const std::string calm = read("prefix=calm/");
  CHECK(calm.find("herald.gap") == calm.npos);
  CHECK(calm.find("data: second\n") != calm.npos);
  CHECK(read("pattern=*").starts_with("event: herald.gap"));
}

TEST_CASE("what the file has lost of one topic is told once, though another has more to give") {
  Durable world;
  world.stop();
  TopicClass rest;
  rest.keep.events = 200;
  world.options.classes = TopicClasses(rest);
  world.hub_options.replica.events_per_topic = 1;
  world.start();
  const std::string first = world.publish("first", "quiet");
  std::vector<Draft> many;
  for (int i = 0; i < 150; ++i) many.push_back(draft(std::to_string(i), "quiet"));
  for (int i = 0; i < 450; ++i) many.push_back(draft(std::to_string(i), "loud"));
  world.publish_all(std::move(many));
  FakeExchange stream =
      world.worker->events("/events?topic=quiet&topic=loud", {{"last-event-id", first}});
  const std::string text = behind_greeting(world.read_until(stream, "data: 449\n\n"));
  REQUIRE(text.starts_with("event: herald.gap\n"));
  CHECK(text.find("herald.gap", 20) == std::string::npos);
  CHECK(text.find("data: 149\n") != std::string::npos);
  const auto kept = text.find("id: ", text.find("data: 149\n"));
  const auto seq = seq_of(text.substr(kept + 4, text.find('\n', kept) - kept - 4));
  CHECK(text.find("\"complete_after\":\"" + epoch_of(first) + "-" + std::to_string(seq - 1)) !=
        std::string::npos);
}

TEST_CASE("of a conflating topic the newest of each key come from the file") {
  Durable world;
  world.stop();
  TopicClass price;
  price.pattern = "price";
  price.policy = Policy::conflate;
  price.keep.events = 3;
  world.hub_options.replica.classes = {price};
  world.start();
  const std::string first = world.publish("0", "price");
  for (int i = 1; i <= 40; ++i) {
    Draft made = draft(std::to_string(i), "price");
    made.publisher_id = i % 2 == 0 ? "even" : "odd";
    world.publish_all({std::move(made)});
  }
  FakeExchange stream = world.worker->events("/events?topic=price", {{"last-event-id", first}});
  const std::string text = behind_greeting(world.read_until(stream, "data: 40\n\n"));
  CHECK(text.find("data: 39\n") != std::string::npos);
  CHECK(text.find("data: 38\n") == std::string::npos);
  CHECK(text.find("herald.gap") == std::string::npos);
}

TEST_CASE("a publisher's own id leads a reader back though it has left memory") {
  Durable world;
  world.stop();
  world.hub_options.replica.events_per_topic = 1;
  world.start();
  Draft named = draft("b");
  named.publisher_id = "order-7";  // as an id of ours would be written
  world.publish("a");
  world.publish_all({named, draft("c"), named, draft("d")});
  world.restart();
  const auto asked = [&](const std::string& id) {
    FakeExchange stream = world.worker->events("/events", {{"last-event-id", id}});
    return behind_greeting(world.read_until(stream, "data: d\n\n"));
  };
  const std::string text = asked("order-7");  // the oldest that has it
  CHECK(text.find("herald.gap") == std::string::npos);
  CHECK(text.find("data: a\n") == std::string::npos);
  CHECK(text.find("data: c\n") < text.find("data: b\n"));
  CHECK(asked("order-8").find("\"reason\":\"epoch\"") != std::string::npos);
  CHECK(asked("urn:x").find("\"reason\":\"malformed\"") != std::string::npos);
}

TEST_CASE("a topic's state that has left memory comes from the file, with a cursor to follow it") {
  Durable world;
  world.stop();
  world.hub_options.replica.topics = 1;
  world.start();
  Draft shared = draft("shared", "a");
  shared.alternates = {"b"};
  Draft secret = draft("secret", "a");
  secret.is_private = true;
  world.publish_all({draft("old", "a"), shared, secret});
  const std::string last = world.publish("pushes the others out", "other");
  const auto state = [&](const std::string& topic) {
    FakeExchange asked = world.worker->ask(world.worker->hub.state(), get("/state?topic=" + topic));
    REQUIRE(eventually(world.worker->loop, [&] { return asked.answered(); }));
    return asked;
  };
  for (const std::string topic : {"a", "b"}) {
    FakeExchange answer = state(topic);
    CHECK(answer.status() == 200);
    CHECK(answer.field("last-event-id") == last);
    CHECK(answer.field("etag") == "\"" + epoch_of(last) + "-2\"");
    CHECK(answer.read() == "shared");
  }
  FakeExchange none = state("nothing");
  CHECK(none.status() == 404);
  CHECK(none.field("last-event-id") == last);
}

TEST_CASE("a key published before a restart is known after it") {
  Durable world;
  Draft once = draft("once");
  once.key = "k";
  const auto id = [&] { return std::get<EventIds>(world.publish_all({once})).front().seq; };
  CHECK(id() == 1);
  world.restart();
  CHECK(id() == 1);
  CHECK(seq_of(world.publish("next")) == 2);
}

TEST_CASE("a disk that is full refuses what is published, with the reason, and loses nothing") {
  Durable world;
  const std::string before = world.publish("before");
  {
    const FullDisk full(4096);
    const std::string refused = world.publish(std::string(50'000, 'x'));
    CHECK(refused.find("cannot be written") != std::string::npos);
    CHECK(world.publish("y").find("cannot be written") != std::string::npos);
  }
  CHECK(world.complaints.size() == 1);
  CHECK(seq_of(world.publish("after")) == seq_of(before) + 1);
  CHECK(world.complaints.size() == 2);
  CHECK(world.complaints.back().find("again") != std::string::npos);
  world.restart();
  FakeExchange stream = world.worker->events("/events", {{"last-event-id", before}});
  CHECK(behind_greeting(world.read_until(stream, "after")).find("xxx") == std::string::npos);
}

TEST_CASE("whatever was acknowledged before a kill -9 is there afterwards, and ids go on") {
  const ::testing::TemporaryFolder folder;
  TopicClass all;
  all.keep.events = 1'000'000;
  const TopicClasses classes{all};
  int acknowledged[2];
  REQUIRE(::pipe(acknowledged) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    SqliteSequencer::Options options;
    options.file = (folder / "events.db").string();
    options.classes = classes;
    SqliteSequencer sequencer(options);
    net::Loop loop(net::Loop::Time::manual);
    std::uint64_t sent = 0;
    std::uint64_t taken = 0;
    for (;;) {
      for (; sent < taken + 64; ++sent) {  // no more than the store lets wait
        sequencer.publish({draft(std::to_string(sent + 1))}, loop, [&](const Published& published) {
          const std::uint64_t seq = std::get<EventIds>(published).front().seq;
          ++taken;
          if (::write(acknowledged[1], &seq, sizeof seq) != sizeof seq) ::_exit(1);
        });
      }
      loop.settle();
    }
  }
  ::close(acknowledged[1]);
  std::uint64_t newest = 0;
  while (newest < 500) REQUIRE(::read(acknowledged[0], &newest, sizeof newest) == sizeof newest);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  while (::read(acknowledged[0], &newest, sizeof newest) == sizeof newest) {
  }
  ::close(acknowledged[0]);

  EventFile file((folder / "events.db").string(), classes, {});
  CHECK(file.newest() >= newest);
  EventFileReader reader((folder / "events.db").string());
  std::uint64_t expected = 0;
  bool whole = true;
  for (Past past; past.through == 0 || past.through < past.newest;) {
    past = reader.read({.topics = named({"messages"}), .after = past.through});
    for (const EventRef& event : past.events) {
      whole = whole && event->seq() == ++expected && event->data() == std::to_string(event->seq());
    }
  }
  CHECK(whole);
  CHECK(expected == file.newest());
}

TEST_CASE("a file that cannot be the store is refused in one sentence with the remedy") {
  const ::testing::TemporaryFolder folder;
  const TopicClasses classes{TopicClass()};
  const auto error = [&](const std::string& name) {
    return error_of([&] { EventFile((folder / name).string(), classes, {}); });
  };
  {
    const EventFile held((folder / "a.db").string(), classes, {});
    CHECK(error("a.db").find("is in use by another process") != std::string::npos);
  }
  CHECK(error("a.db") == "no error");
  CHECK(error("missing/b.db").find("must exist and be writable") != std::string::npos);
  CHECK(error_of([&] { EventFile("/proc/events.db", classes, {}); }).find("folder") !=
        std::string::npos);
  folder.write("c.db", std::string(5000, 'x'));
  CHECK(error("c.db").find("is damaged (file is not a database)") != std::string::npos);
  sqlite::Database((folder / "d.db").string(), sqlite::Access::write).run("CREATE TABLE t(x)");
  CHECK(error("d.db").find("another program") != std::string::npos);
  sqlite::Database((folder / "a.db").string(), sqlite::Access::write)
      .run("PRAGMA user_version = 99");
  CHECK(error("a.db").find("newer herald") != std::string::npos);
}

TEST_CASE("damage inside of the file is found at the start") {
  Durable world;
  std::vector<Draft> many;
  for (int i = 0; i < 400; ++i) many.push_back(draft(std::string(200, 'x')));
  world.publish_all(std::move(many));
  world.stop();
  {
    std::fstream file(world.options.file, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(0, std::ios::end);
    const auto size = static_cast<long>(file.tellp());
    REQUIRE(size > 80'000);
    for (long at = 20'480; at + 4096 < size; at += 4096) {
      file.seekp(at);
      file.write("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    }
  }
  CHECK(error_of([&] { world.start(); }).find("is damaged") != std::string::npos);
}

TEST_CASE("a power cut under sync = normal may lose the newest: ids get another epoch") {
  Durable world;
  world.stop();
  world.options.keep.sync = Sync::normal;
  world.start();
  const std::string id = world.publish("1");
  world.restart();
  CHECK(world.publish("2") == epoch_of(id) + "-2");
  world.stop();
  sqlite::Database(world.options.file, sqlite::Access::write)
      .run("UPDATE history SET at_risk = 1, boot = 'before the cut'");
  world.start();
  const std::string after = world.publish("3");
  CHECK(seq_of(after) == 3);
  CHECK(epoch_of(after) != epoch_of(id));
}

TEST_CASE("the file stays within its bounds, and the topic that has most gives way") {
  const ::testing::TemporaryFolder folder;
  const TopicClasses classes{TopicClass()};
  EventFile::Options options;
  options.bytes = 100'000;
  EventFile file((folder / "events.db").string(), classes, options);
  file.begin();
  file.add(draft("calm", "quiet"));
  for (int i = 0; i < 300; ++i) file.add(draft(std::string(1000, 'x'), "loud"));
  file.commit();
  CHECK(file.overfull());
  for (bool more = true; more;) {
    file.begin();
    more = file.trim(10);
    file.commit();
  }
  CHECK_FALSE(file.overfull());
  EventFileReader reader((folder / "events.db").string());
  CHECK(reader.read({.topics = named({"quiet"})}).events.size() == 1);
  CHECK(reader.read({.topics = named({"quiet"})}).lost == 0);
  const Past loud = reader.read({.topics = named({"loud"}), .events = 1000, .bytes = 1 << 20});
  CHECK(loud.events.size() > 80);
  CHECK(loud.events.front()->seq() == loud.lost + 1);
  CHECK(loud.events.back()->seq() == loud.newest);
}

TEST_CASE("events older than their class allows are removed") {
  const ::testing::TemporaryFolder folder;
  TopicClass brief;
  brief.pattern = "brief/*";
  brief.keep.age = std::chrono::seconds(0);
  const TopicClasses classes{TopicClass(), {brief}};
  EventFile file((folder / "events.db").string(), classes, {});
  file.begin();
  for (int i = 0; i < 10; ++i) file.add(draft("x", i % 2 ? "brief/a" : "long"));
  file.commit();
  sqlite::Database((folder / "events.db").string(), sqlite::Access::write)
      .run("UPDATE events SET time = time - 10");
  file.begin();
  file.trim(100);
  file.commit();
  EventFileReader reader((folder / "events.db").string());
  CHECK(reader.read({.topics = named({"brief/a"})}).events.empty());
  CHECK(reader.read({.topics = named({"brief/a"})}).lost == 10);
  CHECK(reader.read({.topics = named({"long"})}).events.size() == 5);
}

TEST_CASE("several topics of the file come in one order, cut where a page is full") {
  const ::testing::TemporaryFolder folder;
  const TopicClasses classes{TopicClass()};
  EventFile file((folder / "events.db").string(), classes, {});
  file.begin();
  for (int i = 1; i <= 90; ++i) file.add(draft(std::to_string(i), std::string(1, "abc"[i % 3])));
  file.commit();
  EventFileReader reader((folder / "events.db").string());
  std::uint64_t after = 0;
  std::string seen;
  std::string expected;
  for (int i = 1; i <= 90; ++i) expected += i % 3 == 2 ? "" : std::to_string(i) + " ";
  do {
    const Past past = reader.read({.topics = named({"a", "b"}), .after = after, .events = 7});
    for (const EventRef& event : past.events) seen += std::string(event->data()) + " ";
    REQUIRE(past.through > after);
    after = past.through;
  } while (after < 90);
  CHECK(seen == expected);
  CHECK(reader.read({.topics = {}, .after = 80}).events.size() == 10);
}

TEST_CASE("what is private stays so after a restart, and every topic of an event leads to it") {
  Durable store;
  const std::string epoch = epoch_of(store.publish("first", "z"));
  Draft secret = draft("x", "a");
  secret.alternates = {"b", "c"};
  secret.is_private = true;
  Draft open = draft("y", "d");
  open.alternates = {"b"};
  open.retry = 1s;
  store.publish_all({secret, open});
  store.restart();
  FakeExchange b = store.worker->events("/events?topic=b&lastEventId=" + epoch + "-1");
  const std::string expected = "id: " + epoch + "-3\nretry: 1000\ndata: y\n\n";
  CHECK(behind_greeting(store.read_until(b, "data: y\n\n")) == expected);
  FakeExchange all = store.worker->events("/events?pattern=*&lastEventId=" + epoch + "-0");
  CHECK(behind_greeting(store.read_until(all, "data: y\n\n")) ==
        "id: " + epoch + "-1\ndata: first\n\n" + expected);
}

TEST_CASE(
    "what patterns have lost is worked out of so many comparisons, and beyond them supposed") {
  const ::testing::TemporaryFolder folder;
  const std::string name = (folder / "events.db").string();
  const TopicClasses classes{TopicClass()};
  EventFile file(name, classes, {});
  file.begin();
  file.add(draft("x", "kept"));
  file.commit();
  // Topic n has lost the event n, of 99,000.
  sqlite::Database(name, sqlite::Access::write)
      .run(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99000) "
          "INSERT INTO topics(name, lost, events, bytes) SELECT 'topic/' || i, i, 0, 0 FROM n;"
          "UPDATE history SET newest = 99001");
  EventFileReader reader(name);
  const auto lost = [&](Matchers topics, std::uint64_t after = 0) {
    return reader.read({.topics = std::move(topics), .after = after}).lost;
  };
  const auto of = [](std::size_t patterns, const std::string& text) {
    Matchers made{TopicMatcher::selector(text + "{+rest}")};
    while (made.size() < patterns) {
      made.push_back(TopicMatcher::selector("none/" + std::to_string(made.size()) + "{+rest}"));
    }
    return made;
  };
  CHECK(lost(of(1, "topic/95")) == 95'999);
  CHECK(lost(of(1, "topic/91234")) == 91'234);
  CHECK(lost(of(1, "topic/1234")) == 89'000);  // ten thousand of the topics have been looked at
  CHECK(lost(of(1, "none/")) == 89'000);
  CHECK(lost(of(1, "none/"), 89'000) == 0);
  CHECK(lost(of(100, "topic/98")) == 98'999);
  CHECK(lost(of(100, "topic/1234")) == 98'000);  // a thousand of the topics have been compared
  CHECK(lost(of(100, "none/")) == 98'000);
  CHECK(lost(of(100, "none/"), 98'000) == 0);
}
