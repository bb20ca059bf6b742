// The loading layer alone: what becomes of wants, told links and promises.
#include "compare/fetches.h"

#include <catch2/catch.hpp>

namespace lab {
namespace {

struct Bed {
  net::Loop loop{net::Loop::Time::manual};
  Http2Client http{Http2Client::Pushes::taken};
  Store store;
  Requester requester{"app.test", "/", {}};
  std::vector<Fetches::Need> arrived;
  Fetches fetches{{loop, http, store, Cache::cold, requester, loop.now()},
                  [this](Fetches::Need need) { arrived.push_back(need); }};

  void settle(Fetches::Phase phase = Fetches::Phase::open) {
    fetches.settle([phase] { return phase; });
  }
  void promise(std::int32_t stream, const std::string& target) {
    Http2Client::Event event;
    event.kind = Http2Client::Event::Kind::promise;
    event.stream = 1;
    event.promised = stream;
    event.fields = {{":method", "GET"}, {":authority", "app.test"}, {":path", target}};
    fetches.happened(event);
  }
  void happen(Http2Client::Event::Kind kind, std::int32_t stream) {
    Http2Client::Event event;
    event.kind = kind;
    event.stream = stream;
    event.fields = {{":status", "200"}, {"content-type", "text/css"}};
    fetches.happened(event);
  }
  std::vector<std::string> requested() const {
    std::vector<std::string> targets;
    for (const Resource& one : fetches.resources()) {
      if (one.requested) targets.push_back(one.target);
    }
    return targets;
  }
};

using Targets = std::vector<std::string>;
using Happens = Http2Client::Event::Kind;

Want style(const std::string& target) {
  return {target, Kind::style, Mode::no_cors, {0, false}, Blocks::nothing};
}
Want image(const std::string& target) {
  return {target, Kind::image, Mode::no_cors, {2, true}, Blocks::nothing};
}

}  // namespace

TEST_CASE("a push that crosses the request for the same is cancelled") {
  Bed bed;
  bed.fetches.want(style("/a.css"));
  bed.settle();
  bed.promise(2, "/a.css");
  bed.promise(4, "/a.css");
  const auto seen = bed.fetches.resources();
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].from == From::network);
  CHECK(seen[1].fate == Fate::cancelled);
  CHECK(seen[2].fate == Fate::cancelled);
}

TEST_CASE("a push of what waits to be asked for is taken in its place") {
  Bed bed;
  bed.fetches.want(image("/1.png"));
  bed.fetches.want(image("/2.png"));
  const auto third = bed.fetches.want(image("/3.png"));
  bed.settle(Fetches::Phase::tight);
  CHECK(bed.requested() == Targets{"/1.png", "/2.png"});
  bed.promise(2, "/3.png");
  bed.settle();
  CHECK(bed.requested() == Targets{"/1.png", "/2.png"});
  bed.happen(Happens::headers, 2);
  bed.happen(Happens::ended, 2);
  bed.settle();
  CHECK(bed.arrived == std::vector<Fetches::Need>{third});
  CHECK(bed.fetches.resources()[2].from == From::push);
}

TEST_CASE("a push that the server takes back is asked for after all") {
  Bed bed;
  bed.promise(2, "/a.css");
  const auto need = bed.fetches.want(style("/a.css"));
  bed.settle();
  CHECK(bed.requested().empty());
  bed.happen(Happens::broken, 2);
  CHECK_FALSE(bed.fetches.done(need));
  bed.settle();
  CHECK(bed.requested() == Targets{"/a.css"});
}

TEST_CASE("a promise for another host, or of anything but GET, is cancelled") {
  Bed bed;
  Http2Client::Event event;
  event.kind = Happens::promise;
  event.stream = 1;
  event.promised = 2;
  event.fields = {{":method", "GET"}, {":authority", "other.test"}, {":path", "/a.css"}};
  bed.fetches.happened(event);
  event.promised = 4;
  event.fields = {{":method", "HEAD"}, {":authority", "app.test"}, {":path", "/a.css"}};
  bed.fetches.happened(event);
  for (const Resource& one : bed.fetches.resources()) CHECK(one.fate == Fate::cancelled);
}

TEST_CASE("requests of one turn leave by urgency, and in order within it") {
  Bed bed;
  bed.fetches.want(image("/1.png"));
  bed.fetches.want(style("/a.css"));
  bed.fetches.want(image("/2.png"));
  bed.fetches.want(style("/b.css"));
  bed.settle();
  // Streams are numbered as they are asked for: 1 and 3 are the styles.
  bed.happen(Happens::headers, 1);
  bed.happen(Happens::headers, 3);
  Targets answered;
  for (const Resource& one : bed.fetches.resources()) {
    if (one.first_byte) answered.push_back(one.target);
  }
  CHECK(answered == Targets{"/a.css", "/b.css"});
}

TEST_CASE("one answer serves all who ask for the same in the same way") {
  Bed bed;
  const auto first = bed.fetches.want(style("/a.css"));
  bed.settle();
  const auto second = bed.fetches.want(style("/a.css"));
  bed.happen(Happens::headers, 1);
  bed.happen(Happens::ended, 1);
  const auto third = bed.fetches.want(style("/a.css"));
  bed.settle();
  CHECK(bed.arrived == std::vector<Fetches::Need>{first, second, third});
  CHECK(bed.requested() == Targets{"/a.css"});
}

}  // namespace lab
