#include "sse/hub.h"

#include <utility>

namespace sse {

Hub::Hub(net::Loop& loop, Sequencer& sequencer, ClientCursors& cursors,
         const Authorizer& authorizer, Options options)
    : loop_(loop),
      sequencer_(sequencer),
      cors_(std::move(options.origins)),
      replica_(loop, options.replica, sequencer.archive()),
      inbox_(loop, replica_),
      audience_(loop, options.streams),
      event_stream_(replica_, sequencer, audience_, authorizer, cors_),
      long_poll_(loop, replica_, sequencer, audience_, cursors, authorizer, cors_, options.polls),
      publish_(loop, sequencer, authorizer, cors_, options.publish),
      mercure_subscribe_(replica_, sequencer, audience_, authorizer, cors_),
      mercure_publish_(loop, sequencer, authorizer, cors_, options.updates),
      mercure_(mercure_subscribe_, mercure_publish_, cors_) {
  sequencer_.attach(inbox_);
}

Hub::~Hub() { sequencer_.detach(inbox_, loop_); }

void Hub::drain() {
  audience_.drain();
  long_poll_.drain();
}

Hub::Counters Hub::counters() const {
  return {.subscribers = audience_.subscribers(),
          .polls = long_poll_.held(),
          .topics = replica_.topics(),
          .history_bytes = replica_.bytes(),
          .events = replica_.events(),
          .deliveries = audience_.deliveries,
          .gaps = audience_.gaps};
}

}  // namespace sse
