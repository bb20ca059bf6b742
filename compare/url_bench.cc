#include "compare/url_bench.h"

#include <cmath>
#include <optional>
#include <utility>

#include "compare/link.h"
#include "compare/remote_server.h"
#include "server/net/error.h"

namespace lab {
namespace {

net::Clock::duration span_of(Milliseconds time) {
  return std::chrono::nanoseconds(std::llround(time * 1e6));
}

}  // namespace

// One link and one loader, for one trial.
class UrlBench::World {
 public:
  World(UrlBench& bench, const Trial& trial)
      : bench_(bench),
        link_(bench.loop_, link_options(bench.options_, trial.conditions), trial.seed),
        server_(bench.loop_, bench.address_, bench.url_.authority()),
        loader_(bench.loop_, link_, bench.tls_, bench.texts_,
                {.host = bench.url_.host,
                 .authority = bench.url_.authority(),
                 .limits = bench.options_.limits}) {
    link_.listen(server_);
    loader_.offer_ticket(bench.ticket_);
  }

  PageLoad load(const Loader::Visit& visit, Store& store) {
    std::optional<PageLoad> done;
    loader_.load(visit, store, [&](PageLoad load) {
      done = std::move(load);
      bench_.loop_.stop();
    });
    bench_.loop_.run();
    if (!done->failure.empty() && !server_.failure().empty()) done->failure = server_.failure();
    note(loader_.offer());
    return std::move(*done);
  }

  const TlsTicket& ticket() const { return loader_.ticket(); }

 private:
  static Link::Options link_options(const Options& options, const Conditions& conditions) {
    Link::Options link;
    link.round_trip = span_of(conditions.round_trip);
    link.down = conditions.down;
    link.up = conditions.up;
    link.loss = options.loss;
    link.initial_window = options.initial_window;
    return link;
  }

  void note(const Offer& seen) {
    Offer& offer = bench_.offer_;
    if (!seen.server.empty()) offer.server = seen.server;
    offer.links |= seen.links;
    offer.early_hints |= seen.early_hints;
    offer.pushes |= seen.pushes;
  }

  UrlBench& bench_;
  Link link_;
  RemoteServer server_;
  Loader loader_;
};

UrlBench::UrlBench(const Url& url, Options options)
    : options_(std::move(options)), url_(url), address_(resolve_address(url)), tls_(options_.tls) {}

PageLoad UrlBench::look_at(const std::string& page) {
  Conditions near;
  near.round_trip = 0;
  near.down = near.up = 1000;
  World world(*this, {.page = page, .conditions = near, .arm = Arm::push_early_hints, .seed = 0});
  // A server that pushes to whoever takes it may tell the others by 103 or link.
  PageLoad load;
  for (const Arm arm : {Arm::early_hints, Arm::push_early_hints}) {
    Store unused;
    load = world.load({.target = page, .takes = takes_of(arm)}, unused);
    if (!load.failure.empty()) throw net::Error(load.failure);
  }
  return load;
}

PageLoad UrlBench::load(const Trial& trial) {
  Store& store = stores_[trial.page];
  if (!store.filled()) {
    // What the cache of the page's visitors would hold; the same for all arms.
    World first(*this, {.page = trial.page, .conditions = {}, .arm = Arm::none, .seed = 0});
    PageLoad load = first.load({.target = trial.page, .takes = takes_of(Arm::none)}, store);
    if (!load.failure.empty()) return load;
    ticket_ = first.ticket();
  }
  World world(*this, trial);
  Loader::Visit visit;
  visit.target = trial.page;
  visit.takes = takes_of(trial.arm);
  if (trial.conditions.connection == Connection::reused) {
    Store earlier;
    world.load(visit, earlier);
  }
  visit.cache = trial.conditions.cache;
  visit.connection = trial.conditions.connection;
  return world.load(visit, store);
}

std::vector<Arm> arms_of(const Offer& offer) {
  std::vector<Arm> arms{Arm::none};
  if (offer.links) arms.push_back(Arm::link);
  if (offer.early_hints) arms.push_back(Arm::early_hints);
  if (offer.pushes) arms.push_back(Arm::push);
  if (offer.pushes && offer.early_hints) arms.push_back(Arm::push_early_hints);
  return arms;
}

std::vector<std::string> words_of(const Offer& offer) {
  std::vector<std::string> words;
  if (offer.links) words.emplace_back("link");
  if (offer.early_hints) words.emplace_back("103 Early Hints");
  if (offer.pushes) words.emplace_back("push");
  return words;
}

}  // namespace lab
