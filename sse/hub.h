// Hub: all that one worker has of live events: its replica, and the handlers that read and publish.
// What the workers share (sequencer, client cursors), and who may do what, is made before and
// given.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/http/handler.h"
#include "server/net/loop.h"
#include "server/net/slice.h"
#include "sse/anteroom.h"
#include "sse/arrivals.h"
#include "sse/audience.h"
#include "sse/authorization.h"
#include "sse/client_cursors.h"
#include "sse/cors.h"
#include "sse/errands.h"
#include "sse/event_stream.h"
#include "sse/hub_metadata.h"
#include "sse/inbox.h"
#include "sse/long_poll.h"
#include "sse/mercure.h"
#include "sse/mercure_subscriptions.h"
#include "sse/presence.h"
#include "sse/publish.h"
#include "sse/replica.h"
#include "sse/sequencer.h"
#include "sse/topic_state.h"

namespace sse {

class Hub {
 public:
  struct Options {
    Replica::Options replica;
    Audience::Options streams;
    LongPoll::Options polls;
    Publish::Options publish;
    MercurePublish::Options updates;
    RateLimit::Options arrivals;  // of each client's streams
    TopicState::Options state;
    std::vector<std::string> origins;  // see Cors
    // Of each turn, for patterns that are new, and as much for batches (Errands).
    std::chrono::microseconds slice = net::Slice::standard;
    Presence* presence = nullptr;  // shared by the workers, outlives them; null: none is kept
  };
  struct Counters {
    std::uint64_t subscribers = 0;  // event streams open now
    std::uint64_t polls = 0;        // held now
    std::uint64_t poll_bytes = 0;   // of answers to polls as text that have yet to be taken
    std::uint64_t topics = 0;       // with events or readers
    std::uint64_t history_bytes = 0;
    std::uint64_t page_bytes = 0;  // of the store's pages that readers have yet to take
    std::uint64_t events = 0;      // ever received from the sequencer
    std::uint64_t deliveries = 0;  // events ever written to streams and polls
    std::uint64_t gaps = 0;        // readers ever told that events are lost to them
    Audience::Lag lag;
    Audience::PutOff put_off;
  };

  // Made and destroyed on the loop's thread, or while it does not run; after the connections and
  // before the loop and what is given here.
  Hub(net::Loop& loop, Sequencer& sequencer, ClientCursors& cursors, const Authorizer& authorizer,
      Options options);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  http::Handler& event_stream() { return event_stream_; }          // GET /events
  http::Handler& long_poll() { return long_poll_; }                // GET /poll
  http::Handler& publish() { return publish_; }                    // POST /send
  http::Handler& state() { return state_; }                        // GET /state
  http::Handler& mercure() { return mercure_; }                    // /.well-known/mercure
  http::Handler& metadata() { return metadata_; }                  // of the hub
  http::Handler* subscriptions() { return subscriptions_.get(); }  // null: not listed

  // Origins, streams, polls and the URL of the state are as these say from now on; all else stays
  // as it was made.
  void use(const Options& options);
  // Ends every stream with word of when to come back, answers every poll, and takes no new ones.
  void drain();
  Counters counters();

 private:
  void expire_leases();

  net::Loop& loop_;
  Sequencer& sequencer_;
  Cors cors_;
  Replica replica_;
  WorkerInbox inbox_;
  Audience audience_;
  Errands readers_;
  Errands batches_;
  Anteroom anteroom_;
  Arrivals arrivals_;
  EventStream event_stream_;
  LongPoll long_poll_;
  Publish publish_;
  MercureSubscribe mercure_subscribe_;
  MercurePublish mercure_publish_;
  Mercure mercure_;
  TopicState state_;
  HubMetadata metadata_;
  Presence* const presence_;
  const std::unique_ptr<MercureSubscriptions> subscriptions_;
  net::Timer leases_;
};

}  // namespace sse
