// Server: listeners, workers and their connections, from the first accept to the last drained
// stream. Each worker is a thread with its own loop, listeners (SO_REUSEPORT), connections and App.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/address_limits.h"
#include "server/http/access.h"
#include "server/http/handler.h"
#include "server/http/limits.h"
#include "server/http/tally.h"
#include "server/net/certificates.h"
#include "server/net/endpoint.h"
#include "server/net/handle.h"
#include "server/net/handshake_fault.h"
#include "server/net/loop.h"

namespace server {

// What one worker serves. Built, used and destroyed on the worker's thread.
class App {
 public:
  virtual ~App() = default;
  virtual http::Handler& root() = 0;
  // The server is going: live bodies must end in good order, held exchanges be answered. Files go
  // on.
  virtual void drain() = 0;
};

// Called once on each worker's thread, before it accepts. `worker` counts from 0.
using AppFactory = std::function<std::unique_ptr<App>(std::size_t worker, net::Loop& loop)>;

// What may change while the server runs.
struct Tuning {
  std::size_t connections = 100'000;  // at one time, over all workers; more wait in the backlog
  AddressLimits::Options per_address;
  // Bytes that the kernel may hold unsent for a connection (TCP_NOTSENT_LOWAT): what has been
  // handed over can no longer be overtaken by something more urgent.
  std::size_t unsent = 64 * 1024;
  std::chrono::milliseconds drain{30'000};  // then what is still open is cut
  http::Limits limits;
  http::Timeouts timeouts;
};

// Whose connections a listener takes. Machines that look after this one have to be answered when it
// is full: no limit for clients counts for them, but one of their own.
enum class Callers { clients, machines };

// A listener without TLS, and which of an App's handlers answers there.
struct PlainListener {
  net::Endpoint endpoint;
  std::function<http::Handler&(App&)> root;
  std::vector<net::Fd> inherited;  // sockets that listen already: `endpoint` is then not bound
  Callers callers = Callers::clients;
};

struct Options {
  std::vector<net::Endpoint> listen = {{"127.0.0.1", 8443}};  // with TLS
  // Sockets that listen already: `listen` is then not bound. Each worker has some of its own, or a
  // share in one.
  std::vector<net::Fd> inherited;
  std::vector<PlainListener> plain;
  std::size_t workers = 1;
  int backlog = 1024;
  Tuning tuning;
  // Told in a sentence, on any worker's thread, what went wrong with one connection or one
  // callback.
  std::function<void(const std::string&)> complain;
  // Likewise, what is nobody's concern unless they look for it: handshakes that came to nothing.
  std::function<void(const std::string&)> remark = {};
};

// Totals over all workers since the start, except where it says "now".
struct Counters {
  std::uint64_t accepted = 0;
  std::uint64_t connections_now = 0;
  std::uint64_t refused = 0;  // connections, by the limits for one address
  std::uint64_t streams_now = 0;
  std::array<std::uint64_t, net::handshake_fault_names.size()> handshake_faults{};
  std::uint64_t requests = 0;
  std::uint64_t pushes = 0;
  std::uint64_t hints = 0;
  std::uint64_t http2 = 0;  // sessions begun, by version of HTTP
  std::uint64_t http1 = 0;
  std::uint64_t resumed = 0;   // TLS sessions
  std::uint64_t received = 0;  // bytes, as HTTP has them: without TLS
  std::uint64_t sent = 0;
  std::uint64_t ended = 0;  // connections, for their client's fault
  std::array<std::uint64_t, http::limit_names.size()> limits_hit{};
};

class Server {
 public:
  // Binds every endpoint; throws net::Error in one sentence if it cannot.
  Server(Options options, std::shared_ptr<const net::Certificates> certificates);
  // Cuts what is left and joins the workers.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Starts the workers and returns; from here on clients are served. `log` may be null; it and what
  // `factory` refers to must outlive the server. Throws what a factory threw.
  void start(AppFactory factory, http::AccessLog* log);
  // As bound, with the real port where 0 was asked: those with TLS, and those without.
  const std::vector<net::Endpoint>& endpoints() const;
  const std::vector<net::Endpoint>& plain_endpoints() const;
  // The sockets behind them, to be handed to another process; valid until drain(). Empty from then
  // on.
  struct Sockets {
    std::vector<int> tls;
    std::vector<std::vector<int>> plain;  // in the order of Options::plain
  };
  Sockets sockets() const;

  // All of these from any thread after start().
  // New handshakes use these; connections that are open keep theirs.
  void use(const std::shared_ptr<const net::Certificates>& certificates);
  // Connections that are open keep what was announced to them (streams, windows); all else counts
  // from now on.
  void use(const Tuning& tuning);
  // Runs `task` on every worker's thread with its App, soon.
  void on_workers(const std::function<void(App&)>& task);
  // Stops accepting, says GOAWAY, ends live streams, lets downloads finish. Returns at once.
  void drain();
  // Ends every connection now; wait() then returns.
  void cut();
  // Returns when every worker has drained; false if something had to be cut when Options::drain
  // ended.
  bool wait();
  Counters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace server
