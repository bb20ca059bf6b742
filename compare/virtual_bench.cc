#include "compare/virtual_bench.h"

#include <cmath>
#include <optional>
#include <utility>

#include "compare/identity.h"

namespace lab {
namespace {

net::Clock::duration span_of(Milliseconds time) {
  return std::chrono::nanoseconds(std::llround(time * 1e6));
}

// How far time moves on before somebody looks whether the load is over.
constexpr std::chrono::milliseconds step{100};
// For loads that are not measured.
constexpr std::uint64_t no_seed = 0;

}  // namespace

// One server, one link and one loader, for one trial.
class VirtualBench::World {
 public:
  World(VirtualBench& bench, const Trial& trial)
      : loop_(bench.loop_),
        link_(loop_, link_options(bench.options_, trial.conditions), trial.seed),
        server_(loop_, bench.site_->files(), bench.planner_, bench.server_tls_,
                {.arm = trial.arm,
                 .think = trial.conditions.think,
                 .body_think = trial.conditions.body_think}),
        loader_(loop_, link_, bench.client_tls_, bench.texts_,
                {.host = host_of_pages, .authority = {}}) {
    link_.listen(server_);
  }

  Loader& loader() { return loader_; }
  PageLoad load(const Loader::Visit& visit, Store& store) {
    std::optional<PageLoad> done;
    loader_.load(visit, store, [&done](PageLoad load) { done = std::move(load); });
    while (!done) loop_.advance(step);
    return std::move(*done);
  }

 private:
  static Link::Options link_options(const Options& options, const Conditions& conditions) {
    Link::Options link;
    link.round_trip = span_of(conditions.round_trip);
    link.down = conditions.down;
    link.up = conditions.up;
    link.loss = options.loss;
    link.jitter = span_of(options.jitter_share * conditions.round_trip);
    link.initial_window = options.initial_window;
    return link;
  }

  net::Loop& loop_;
  Link link_;
  SiteServer server_;
  Loader loader_;
};

VirtualBench::VirtualBench(const MakeSite& make_site, const net::Credentials& credentials,
                           Options options)
    : options_(std::move(options)),
      site_(make_site(loop_)),
      planner_(site_->pages(), loop_, {.build = options_.plan}),
      server_tls_(credentials, tickets_),
      client_tls_({.verify = TlsClient::Verify::off, .ca_file = {}}) {}

VirtualBench::~VirtualBench() = default;

// What the cache of a page's visitors would hold is learnt from a load of its own, so that no
// measured load is unlike the others.
Store& VirtualBench::store_of(const std::string& page) {
  Store& store = stores_[page];
  if (store.filled()) return store;
  World world(*this, {.page = page, .conditions = {}, .arm = Arm::none, .seed = no_seed});
  world.load({.target = page}, store);
  ticket_ = world.loader().ticket();
  return store;
}

PageLoad VirtualBench::load(const Trial& trial) {
  Store& store = store_of(trial.page);
  World world(*this, trial);
  world.loader().offer_ticket(ticket_);
  if (trial.conditions.connection == Connection::reused) {
    Store earlier;
    world.load({.target = std::string(earlier_path)}, earlier);
  }
  Loader::Visit visit;
  visit.target = trial.page;
  visit.cache = trial.conditions.cache;
  visit.connection = trial.conditions.connection;
  if (trial.conditions.live) visit.live = live_path;
  return world.load(visit, store);
}

}  // namespace lab
