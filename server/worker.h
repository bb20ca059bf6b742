// Worker: one thread and everything that belongs to it: its loop, listeners, connections and App.
// What is in it is touched by that thread alone; others post to it. Server owns the workers.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/address_limits.h"
#include "server/complaints.h"
#include "server/connection.h"
#include "server/net/chore.h"
#include "server/net/line.h"
#include "server/net/listener.h"
#include "server/net/tls_context.h"
#include "server/server.h"

namespace server {

// The sockets that one worker listens on, or that are kept to be handed over.
struct Listening {
  std::vector<net::Fd> tls;
  std::vector<std::vector<net::Fd>> plain;  // in the order of Options::plain
};

// What the workers of one server share, and which outlives them. The last three are for any thread.
struct Shared {
  explicit Shared(Options given) : options(std::move(given)) {}

  Options options;
  std::shared_ptr<const net::Certificates> certificates;  // for the start
  AppFactory factory;                                     // from the start on
  http::AccessLog* log = nullptr;                         // likewise; may be null
  net::TicketKeys tickets;
  AddressLimits addresses{options.tuning.per_address};
  std::atomic<std::uint64_t> connections_numbered = 0;
  std::atomic<std::uint64_t> cut = 0;  // connections that outlasted the drain
};

class Worker {
 public:
  // Connections at one time of those who ask for metrics and health.
  static constexpr std::size_t most_machines = 64;

  // `index` counts from 0.
  Worker(Shared& shared, std::size_t index, Listening sockets);
  // Cuts what is left and joins the thread.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Returns when the worker accepts; throws what its App's factory threw.
  void start();
  // Returns when the thread has ended.
  void join();
  // From any thread: runs `task` on the worker's, soon.
  void post(std::function<void(Worker&)> task);
  // From any thread.
  void add_to(Counters& totals) const;

  // On the worker's thread:
  App& app() { return *app_; }
  void use(std::shared_ptr<const net::Certificates> certificates);
  void use(const Tuning& tuning);
  void drain();
  void cut();

 private:
  // Listeners whose connections share a bound.
  struct Entrance {
    Callers callers;
    std::size_t most = 0;
    std::size_t connections = 0;
    std::vector<std::unique_ptr<net::Listener>> listeners = {};

    bool full() const { return connections >= most; }
    void pause();
    void resume();
  };
  struct Seated {
    Entrance& entrance;
    AddressLimits::Seat seat;
    std::unique_ptr<Connection> connection;
  };

  void run(std::promise<void>& ready);
  std::function<void(const std::string&)> remark();
  void listen();
  void listen(Entrance& entrance, net::Fd socket, std::function<void(net::Accepted)> accept);
  void close_listeners();
  std::size_t share_of_clients() const;
  template <typename MakeSocket>
  void accept(Entrance& entrance, net::Accepted accepted, http::Handler& root,
              MakeSocket make_socket);
  void bound_waiting(const net::Fd& fd) const;
  void refuse(const net::Accepted& accepted, AddressLimits::Refusal why);
  void tell(const std::exception& error) noexcept;
  bool bury_one();
  void stop_if_drained();

  Shared& shared_;
  const std::size_t index_;
  Listening sockets_;
  Tuning tuning_;
  net::Loop loop_;
  net::Line line_{loop_};
  net::Line woken_{loop_};
  net::SocketBuffers buffers_;
  http::Output output_;
  http::Date date_;
  http::Tally tally_;
  http::Counter accepted_;
  http::Counter connections_now_;
  http::Counter refused_;
  Complaints complaints_{loop_, shared_.options.complain};
  Complaints remarks_{loop_, shared_.options.remark};
  std::uint64_t refused_untold_ = 0;  // since the last word about it
  net::Clock::time_point refusal_told_{};
  HandshakeFaults handshake_faults_;
  std::unique_ptr<net::TlsContext> tls_;
  std::unique_ptr<App> app_;
  std::optional<Workplace> workplace_;
  Entrance clients_{.callers = Callers::clients, .most = share_of_clients()};
  Entrance machines_{.callers = Callers::machines, .most = most_machines};
  std::unordered_map<const Connection*, Seated> connections_;
  std::vector<Connection*> dead_;
  std::unique_ptr<net::Chore> bury_;
  std::unique_ptr<net::Timer> patience_;
  bool draining_ = false;
  std::thread thread_;
};

}  // namespace server
