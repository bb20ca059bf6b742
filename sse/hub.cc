#include "sse/hub.h"

#include <utility>

namespace sse {
namespace {

constexpr std::chrono::seconds lease_interval{5};

LongPoll::Options with(LongPoll::Options options, Presence* presence) {
  options.presence = presence;
  return options;
}

// Of what Presence tells.
std::string hub_prefix(const Presence* presence) {
  return presence ? presence->hub_path() + "/subscriptions/" : "";
}

Replica::Options with(Replica::Options options, const Presence* presence) {
  options.hub_prefix = hub_prefix(presence);
  return options;
}

}  // namespace

Hub::Hub(net::Loop& loop, Sequencer& sequencer, ClientCursors& cursors,
         const Authorizer& authorizer, Options options)
    : loop_(loop),
      sequencer_(sequencer),
      cors_(std::move(options.origins)),
      replica_(loop, with(options.replica, options.presence), sequencer.archive()),
      inbox_(loop, replica_),
      audience_(loop, options.streams),
      readers_(loop, net::Slice(options.slice)),
      batches_(loop, net::Slice(options.slice)),
      anteroom_(replica_, readers_),
      arrivals_(replica_, audience_, anteroom_, options.arrivals, options.presence),
      event_stream_(replica_, sequencer, audience_, authorizer, cors_, arrivals_, readers_),
      long_poll_(loop, replica_, sequencer, audience_, cursors, authorizer, cors_, anteroom_,
                 with(options.polls, options.presence)),
      publish_(loop, sequencer, inbox_, batches_, authorizer, cors_, options.publish),
      mercure_subscribe_(replica_, sequencer, audience_, authorizer, cors_, arrivals_, readers_),
      mercure_publish_(loop, sequencer, inbox_, authorizer, cors_, options.updates),
      mercure_(mercure_subscribe_, mercure_publish_, cors_),
      state_(replica_, authorizer, cors_, options.state),
      metadata_(authorizer, cors_,
                options.presence ? HubMetadata::Subscriptions::listed
                                 : HubMetadata::Subscriptions::hidden),
      presence_(options.presence),
      subscriptions_(presence_ ? std::make_unique<MercureSubscriptions>(*presence_, replica_,
                                                                        authorizer, cors_, readers_)
                               : nullptr),
      leases_(loop, [this] { expire_leases(); }) {
  if (presence_) leases_.start(lease_interval);
  sequencer_.attach(inbox_);
}

Hub::~Hub() { sequencer_.detach(inbox_, loop_); }

void Hub::use(const Options& options) {
  cors_ = Cors(options.origins);
  replica_.use_hub_prefix(hub_prefix(options.presence));
  audience_.use(options.streams);
  long_poll_.use(with(options.polls, options.presence));
  state_.use(options.state);
}

void Hub::expire_leases() {
  presence_->expire(loop_, loop_.now());
  leases_.start(lease_interval);
}

void Hub::drain() {
  audience_.drain();
  long_poll_.drain();
}

Hub::Counters Hub::counters() {
  return {.subscribers = audience_.subscribers(),
          .polls = long_poll_.held(),
          .poll_bytes = long_poll_.text_bytes(),
          .topics = replica_.topics(),
          .history_bytes = replica_.bytes(),
          .page_bytes = replica_.page_room().bytes(),
          .events = replica_.events(),
          .deliveries = audience_.deliveries,
          .gaps = audience_.gaps,
          .lag = audience_.lag(),
          .put_off = audience_.put_off};
}

}  // namespace sse
