#include "server/worker.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>

#include "server/net/error.h"
#include "server/net/plain_socket.h"
#include "server/net/reserve.h"
#include "server/net/tls_socket.h"

namespace server {

Worker::Worker(Shared& shared, std::size_t index, Listening sockets)
    : shared_(shared),
      index_(index),
      sockets_(std::move(sockets)),
      tuning_(shared.options.tuning) {}

Worker::~Worker() {
  if (!thread_.joinable()) return;
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

void Worker::start() {
  std::promise<void> ready;
  thread_ = std::thread([this, &ready] { run(ready); });
  ready.get_future().get();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::post(std::function<void(Worker&)> task) {
  loop_.post([this, task = std::move(task)] { task(*this); });
}

void Worker::use(std::shared_ptr<const net::Certificates> certificates) {
  tls_ = std::make_unique<net::TlsContext>(std::move(certificates), shared_.tickets);
}

void Worker::use(const Tuning& tuning) {
  const net::Reserve::Urgent urgent;
  const bool was_full = clients_.full();
  tuning_ = tuning;
  clients_.most = share_of_clients();
  if (was_full && !clients_.full()) clients_.resume();
}

void Worker::drain() {
  if (draining_) return;
  draining_ = true;
  close_listeners();
  for (auto& [key, seated] : connections_) seated.connection->drain();
  app_->drain();
  patience_ = std::make_unique<net::Timer>(loop_, [this] { cut(); });
  patience_->start(tuning_.drain);
  stop_if_drained();
}

void Worker::cut() {
  shared_.cut += connections_.size();
  loop_.stop();
}

void Worker::add_to(Counters& totals) const {
  const auto count = [](const http::Counter& counter) {
    return static_cast<std::uint64_t>(counter.get());
  };
  totals.accepted += count(accepted_);
  totals.refused += count(refused_);
  totals.connections_now += count(connections_now_);
  for (std::size_t i = 0; i < totals.handshake_faults.size(); ++i) {
    totals.handshake_faults[i] += count(handshake_faults_[i]);
  }
  totals.streams_now += count(tally_.streams_now);
  totals.requests += count(tally_.requests);
  totals.pushes += count(tally_.pushes);
  totals.hints += count(tally_.hints);
  totals.http2 += count(tally_.http2);
  totals.http1 += count(tally_.http1);
  totals.resumed += count(tally_.resumed);
  totals.received += count(tally_.received);
  totals.sent += count(tally_.sent);
  totals.ended += count(tally_.ended);
  for (std::size_t i = 0; i < totals.limits_hit.size(); ++i) {
    totals.limits_hit[i] += count(tally_.limits_hit[i]);
  }
}

void Worker::run(std::promise<void>& ready) {
  try {
    use(shared_.certificates);
    app_ = shared_.factory(index_, loop_);
    workplace_.emplace(
        Workplace{.loop = loop_,
                  .limits = tuning_.limits,
                  .timeouts = tuning_.timeouts,
                  .output = output_,
                  .date = date_,
                  .tally = tally_,
                  .handshake_faults = handshake_faults_,
                  .log = shared_.log,
                  .line = line_,
                  .woken = woken_,
                  .complain = [this](const std::string& what) { complaints_.say(what); },
                  .remark = remark()});
    loop_.on_exception([this](const std::exception& error) { tell(error); });
    bury_ = std::make_unique<net::Chore>(loop_, [this] { return bury_one(); });
    listen();
  } catch (...) {
    ready.set_exception(std::current_exception());
    app_ = nullptr;
    return;
  }
  ready.set_value();
  loop_.run();
  close_listeners();
  connections_.clear();
  patience_ = nullptr;
  bury_ = nullptr;
  app_ = nullptr;
}

// Empty if nobody wants to know: then no sentence is made.
std::function<void(const std::string&)> Worker::remark() {
  if (!shared_.options.remark) return {};
  return [this](const std::string& what) { remarks_.say(what); };
}

void Worker::listen() {
  for (net::Fd& socket : sockets_.tls) {
    listen(clients_, std::move(socket), [this](net::Accepted accepted) {
      accept(clients_, std::move(accepted), app_->root(), [this](net::Fd fd) {
        return std::make_unique<net::TlsSocket>(std::move(fd), *tls_, buffers_);
      });
    });
  }
  for (std::size_t i = 0; i < sockets_.plain.size(); ++i) {
    const PlainListener& plain = shared_.options.plain[i];
    http::Handler& root = plain.root(*app_);
    Entrance& entrance = plain.callers == Callers::machines ? machines_ : clients_;
    for (net::Fd& socket : sockets_.plain[i]) {
      listen(entrance, std::move(socket), [this, &entrance, &root](net::Accepted accepted) {
        accept(entrance, std::move(accepted), root, [this](net::Fd fd) {
          return std::make_unique<net::PlainSocket>(std::move(fd), buffers_);
        });
      });
    }
  }
}

void Worker::listen(Entrance& entrance, net::Fd socket, std::function<void(net::Accepted)> accept) {
  entrance.listeners.push_back(std::make_unique<net::Listener>(
      loop_, std::move(socket), [this, accept = std::move(accept)](net::Accepted accepted) {
        try {
          accept(std::move(accepted));
        } catch (const std::exception& error) {  // closed with what it has been given so far
          tell(error);
        }
      }));
}

void Worker::close_listeners() {
  clients_.listeners.clear();
  machines_.listeners.clear();
}

void Worker::tell(const std::exception& error) noexcept {
  try {
    complaints_.say("something could not be done for a client: " + net::reason_of(error));
  } catch (const std::exception&) {  // no memory for the word either
  }
}

std::size_t Worker::share_of_clients() const {
  return std::max<std::size_t>(1, tuning_.connections / shared_.options.workers);
}

void Worker::Entrance::pause() {
  for (auto& listener : listeners) listener->pause();
}

void Worker::Entrance::resume() {
  for (auto& listener : listeners) listener->resume();
}

template <typename MakeSocket>
void Worker::accept(Entrance& entrance, net::Accepted accepted, http::Handler& root,
                    MakeSocket make_socket) {
  AddressLimits::Admission admission;
  if (entrance.callers == Callers::clients) {
    admission = shared_.addresses.admit(accepted.address, loop_.now());
  }
  if (admission.refusal != AddressLimits::Refusal::none) {
    return refuse(accepted, admission.refusal);
  }
  bound_waiting(accepted.fd);
  // To close it must not need memory.
  if (dead_.capacity() <= connections_.size()) dead_.reserve(2 * connections_.size() + 64);
  http::Peer peer;
  peer.address = std::move(accepted.address);
  peer.port = accepted.port;
  peer.connection = ++shared_.connections_numbered;
  auto made = std::make_unique<Connection>(make_socket(std::move(accepted.fd)), std::move(peer),
                                           root, *workplace_, [this](Connection& closed) {
                                             dead_.push_back(&closed);
                                             bury_->schedule();
                                           });
  Connection* key = made.get();
  connections_.emplace(key, Seated{entrance, std::move(admission.seat), std::move(made)});
  ++entrance.connections;
  accepted_.add(1);
  connections_now_.add(1);
  if (!entrance.full()) return;
  entrance.pause();
  if (entrance.callers == Callers::clients) tally_.hit(http::Limit::connections);
}

// What the kernel keeps unsent, and how long it waits for a peer that acknowledges nothing.
void Worker::bound_waiting(const net::Fd& fd) const {
  const int unsent = static_cast<int>(tuning_.unsent);
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  const auto patience = static_cast<unsigned>(tuning_.timeouts.stall.count());
  setsockopt(fd.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
}

// Closed at once, before any work is done for it: `accepted` goes with the caller's frame.
void Worker::refuse(const net::Accepted& accepted, AddressLimits::Refusal why) {
  const bool too_many = why == AddressLimits::Refusal::too_many;
  tally_.hit(too_many ? http::Limit::connections_per_address
                      : http::Limit::new_connections_per_address);
  refused_.add(1);
  ++refused_untold_;
  const auto now = loop_.now();
  if (now - refusal_told_ < std::chrono::seconds(1)) return;
  refusal_told_ = now;
  complaints_.say(std::to_string(std::exchange(refused_untold_, 0)) +
                  " connections refused, the last from " + accepted.address +
                  (too_many ? ": it has as many as [limits] connections_per_address allows"
                            : ": they come faster than [limits] "
                              "new_connections_per_address allows"));
}

// Taking one down costs 10 us and more, and a client may close thousands at once.
bool Worker::bury_one() {
  const auto place = connections_.find(dead_.back());
  Entrance& entrance = place->second.entrance;
  const bool was_full = entrance.full();
  connections_.erase(place);
  dead_.pop_back();
  --entrance.connections;
  connections_now_.add(-1);
  if (was_full && !entrance.full()) entrance.resume();
  stop_if_drained();
  return !dead_.empty();
}

void Worker::stop_if_drained() {
  if (draining_ && connections_.empty()) loop_.stop();
}

}  // namespace server
