#include "prove/ledger.h"

#include <catch2/catch.hpp>

using namespace prove;

namespace {

Id id(std::uint64_t seq, std::string epoch = "a") { return {std::move(epoch), seq}; }

// A reader of one topic, and what it was told.
struct Told {
  Record record{"streams", {"t"}};

  Told& event(std::uint64_t seq, std::string epoch = "a") {
    record.event(id(seq, epoch), "t", epoch + std::to_string(seq));
    return *this;
  }
  Told& checkpoint(std::uint64_t seq, std::string epoch = "a") {
    record.checkpoint(id(seq, std::move(epoch)));
    return *this;
  }
  Told& gap(std::string reason, std::uint64_t complete_after, std::string epoch = "a") {
    record.gap(std::move(reason), id(complete_after, std::move(epoch)));
    return *this;
  }
};

struct Bench {
  Bench() {
    for (std::uint64_t seq = 1; seq <= 5; ++seq) {
      ledger.acknowledged(id(seq), "t", "a" + std::to_string(seq));
    }
    ledger.acknowledged(id(6), "other", "a6");
  }
  Judgement judge(const Told& told) const { return ledger.judge({&told.record}, ending); }
  Tally tally(const Told& told) const { return judge(told).kinds.at("streams"); }
  // Another history has begun since, and in it the last events were published.
  void begin_anew(std::uint64_t events = 1) {
    for (std::uint64_t seq = 1; seq <= events; ++seq) {
      ledger.acknowledged(id(seq, "b"), "t", "b" + std::to_string(seq));
    }
    ending.epochs = {"b"};
  }
  Ledger ledger;
  Ending ending{.epochs = {"a"}, .unheard = {}};
};

}  // namespace

TEST_CASE("a reader that had every event once and in order is no violation") {
  Bench bench;
  Told told;
  told.checkpoint(0).event(1).event(2).event(3).event(4).event(5).checkpoint(6);
  CHECK(bench.judge(told).sound());
  CHECK(bench.tally(told).events == 5);
}

TEST_CASE("a reader begins with the first id that it hears of") {
  Bench bench;
  Told told;
  told.event(3).event(4).event(5);
  CHECK(bench.judge(told).sound());
}

TEST_CASE("an event left out is lost, whether an event or a checkpoint follows") {
  Bench bench;
  Told skipped;
  skipped.event(1).event(3).event(4).event(5);
  CHECK(bench.tally(skipped).lost == 1);
  Told assured;
  assured.event(1).checkpoint(4).event(5);
  CHECK(bench.tally(assured).lost == 3);
  CHECK_FALSE(bench.judge(assured).sound());
}

TEST_CASE("what was never given at the end is lost") {
  Bench bench;
  Told told;
  told.event(1).event(2).event(3);
  CHECK(bench.tally(told).lost == 2);
}

TEST_CASE("an event given again, or after what follows it, is a violation") {
  Bench bench;
  Told twice;
  twice.event(1).event(2).event(2).event(3).event(4).event(5);
  CHECK(bench.tally(twice).repeated == 1);
  Told back;
  back.event(1).event(2).event(3).checkpoint(2).event(4).event(5);
  CHECK(bench.tally(back).repeated == 1);
}

TEST_CASE("a gap excuses what is missing, and is a violation where nothing is") {
  Bench bench;
  Told told;
  told.event(1).gap("expired", 3).event(4).event(5);
  CHECK(bench.judge(told).sound());
  Told needless;
  needless.event(1).gap("expired", 2).event(2).event(3).event(4).event(5);
  CHECK(bench.tally(needless).needless == 1);
  CHECK_FALSE(bench.judge(needless).sound());
}

TEST_CASE("a gap excuses up to where it says that all is complete, and no further") {
  Bench bench;
  Told within;
  within.event(1).gap("expired", 4).event(3).event(5);
  CHECK(bench.judge(within).sound());
  Told beyond;
  beyond.event(1).gap("expired", 2).event(3).event(5);
  CHECK(bench.tally(beyond).lost == 1);
  Told open;
  open.event(1).event(2).event(3).gap("slow", 5);
  CHECK(bench.judge(open).sound());
}

TEST_CASE(
    "after a gap at an id that the store has lost, a reader may be given what it had already") {
  Bench bench;
  bench.begin_anew();
  Told told;
  told.event(5).gap("ahead", 0).event(1).event(2).gap("epoch", 0, "b").event(1, "b");
  CHECK(bench.judge(told).sound());
  Told elsewhere;
  elsewhere.event(5).gap("ahead", 0).event(1).event(3).gap("epoch", 0, "b").event(1, "b");
  CHECK(bench.tally(elsewhere).lost == 1);
}

TEST_CASE("an id of the history that goes on to the end is never ahead of it") {
  Bench bench;
  Told told;
  told.event(3).gap("ahead", 0).event(1).event(2).event(3).event(4).event(5);
  CHECK(bench.tally(told).needless == 1);
  CHECK(bench.tally(told).repeated == 3);
}

TEST_CASE("a gap where nothing is missing stays one when all is given again behind it") {
  Bench bench;
  bench.begin_anew();
  Told told;
  told.event(1).event(2).event(3).gap("expired", 2).event(1).event(2).event(3).event(4).event(5);
  told.gap("epoch", 0, "b").event(1, "b");
  CHECK(bench.tally(told).needless == 1);
  CHECK(bench.tally(told).repeated == 3);
}

TEST_CASE("a gap that excuses what is missing does not excuse that the rest is given again") {
  Bench bench;
  Told told;
  told.event(1).event(2).gap("expired", 4).event(1).event(2).event(5);
  CHECK(bench.tally(told).needless == 0);
  CHECK(bench.tally(told).lost == 0);
  CHECK(bench.tally(told).repeated == 2);
}

TEST_CASE("of another history all is given that is said to be there") {
  Bench bench;
  bench.begin_anew(2);
  Told told;
  told.event(4).gap("epoch", 0, "b").event(2, "b");
  CHECK(bench.tally(told).lost == 1);
}

TEST_CASE("another epoch needs a gap") {
  Bench bench;
  bench.begin_anew();
  Told silent;
  silent.event(4).event(1, "b");
  CHECK_FALSE(bench.judge(silent).sound());
  Told told;
  told.event(4).gap("epoch", 0, "b").event(1, "b");
  CHECK(bench.judge(told).sound());
  CHECK(bench.judge(told).epochs.size() == 2);
}

TEST_CASE("a gap is told again to who came back before anything followed it") {
  Bench bench;
  Told told;
  told.event(5).gap("epoch", 0, "b").gap("epoch", 0, "b").checkpoint(0, "b");
  bench.begin_anew(0);
  CHECK(bench.judge(told).sound());
}

TEST_CASE(
    "a reader that ends in an epoch that is past has lost what followed, wherever the others "
    "ended") {
  Bench bench;
  bench.begin_anew(2);
  Told hung;
  hung.event(4).event(5);
  CHECK(bench.tally(hung).lost == 2);
  const Judgement all =
      bench.ledger.judge({&hung.record, &hung.record, &hung.record}, bench.ending);
  CHECK(all.kinds.at("streams").lost == 6);
  CHECK(all.violation_count == 3);
}

TEST_CASE("a reader that never had an id is a violation, which says what it was answered") {
  Bench bench;
  Told told;
  told.event(1).event(2).event(3).event(4).event(5);
  Told nothing;
  nothing.record.refused("403 no such topic");
  const Judgement judgement = bench.ledger.judge({&told.record, &nothing.record}, bench.ending);
  CHECK(judgement.violations ==
        std::vector<std::string>{"streams 2 was never given an id (403 no such topic)"});
}

TEST_CASE("readers of a kind that were given no event prove nothing") {
  Bench bench;
  Told told;
  told.checkpoint(6);
  CHECK(bench.judge(told).violations ==
        std::vector<std::string>{"streams: no event was given to any of 1"});
}

TEST_CASE("publishers of whom nothing was acknowledged prove nothing") {
  const Ledger ledger;
  const Judgement nobody = ledger.judge({}, {});
  CHECK(nobody.violations == std::vector<std::string>{"no event was acknowledged"});
  CHECK_FALSE(nobody.sound());
}

TEST_CASE("a publisher whose last events were not acknowledged is a violation") {
  Bench bench;
  Told told;
  told.event(1).event(2).event(3).event(4).event(5);
  bench.ending.unheard = {"p2 (503)"};
  CHECK(bench.judge(told).violations ==
        std::vector<std::string>{"publisher p2 (503): its last events were not acknowledged"});
}

TEST_CASE("last events of two epochs are a violation") {
  Bench bench;
  bench.begin_anew();
  bench.ending.epochs = {"a", "b"};
  Told told;
  told.event(1).event(2).event(3).event(4).event(5);
  CHECK(bench.judge(told).violation_count == 1);
}

TEST_CASE("an event under two ids of one epoch is a violation, as each is published under a key") {
  Bench bench;
  Told told;
  told.event(1).event(2).event(3).event(4).event(5);
  told.record.event(id(7), "t", "a5");
  CHECK(bench.judge(told).twice == 1);
  CHECK(bench.judge(told).violations ==
        std::vector<std::string>{"a5 was published twice: it is a-5 and a-7"});
}

TEST_CASE(
    "an event under ids of two epochs is none: the keys were lost with what the gap tells of") {
  Bench bench;
  bench.ledger.acknowledged(id(1, "b"), "t", "a5");
  bench.ending.epochs = {"b"};
  Told told;
  told.event(4).event(5).gap("epoch", 0, "b");
  told.record.event(id(1, "b"), "t", "a5");
  CHECK(bench.judge(told).twice == 0);
  CHECK(bench.judge(told).sound());
}

TEST_CASE("one id for two events is a violation") {
  Bench bench;
  Told told;
  told.event(1).event(2).event(3).event(4);
  told.record.event(id(5), "t", "something else");
  CHECK_FALSE(bench.judge(told).sound());
}

TEST_CASE("one id for an event of ours and one of others is a violation") {
  Bench bench;
  Told told;
  told.event(1).event(2).event(3).event(4).event(5);
  told.record.others(id(6));
  CHECK_FALSE(bench.judge(told).sound());
}

TEST_CASE("nobody is owed what others publish, and a gap may be of that alone") {
  Bench bench;
  Told given;
  given.event(1).event(2).event(3).event(4).event(5);
  given.record.others(id(7));
  given.record.others(id(8));
  given.checkpoint(9);
  Told not_given;
  not_given.event(1).event(2).event(3).event(4).event(5).checkpoint(9);
  Told gap;
  gap.event(1).event(2).event(3).event(4).event(5).gap("slow", 8).checkpoint(9);
  const std::vector<const Record*> records{&given.record, &not_given.record, &gap.record};
  CHECK(bench.ledger.judge(records, bench.ending).sound());
}

TEST_CASE("an id is read with or without Mercure's sign") {
  CHECK(Id::parse("abc-17") == Id{"abc", 17});
  CHECK(Id::parse("#abc-17") == Id{"abc", 17});
  CHECK_FALSE(Id::parse("abc"));
  CHECK_FALSE(Id::parse("-1"));
  CHECK_FALSE(Id::parse("abc-1x"));
}
