// Multi: libcurl's multi interface on a loop: its sockets and its time. Holds the connections that
// are kept open between transfers. One per worker.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/net/loop.h"

namespace proxy {

class Transfer;

class Multi {
 public:
  struct Options {
    std::chrono::milliseconds connect{5000};
    // A connection that has been quiet for longer is not used again: less than what app servers
    // allow (Node: 5 s), or they close it just when a request is sent.
    std::chrono::milliseconds keep_alive{4000};
    std::size_t idle_connections = 64;
    std::string ca_file;  // of https app servers; empty: those of the system
  };

  // `loop` must outlive the multi, and the multi all its transfers. Needs a loop of real time.
  Multi(net::Loop& loop, Options options);
  ~Multi();
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  const Options& options() const { return options_; }

 private:
  friend class Transfer;
  struct Callbacks;  // libcurl's, as static functions
  struct Handle;     // owner of libcurl's handle

  void add(Transfer& transfer);
  void remove(Transfer& transfer);
  void act(int fd, int events);
  void tell_ended();
  // What libcurl waits for at a socket.
  struct Watched {
    int what = 0;                       // CURL_POLL_IN, ...
    std::unique_ptr<net::Watch> watch;  // null while there is no memory for it
  };
  void watch(int fd, int what);
  void keep(int fd, Watched& socket);
  void watch_again();
  void forget(int fd);

  net::Loop& loop_;
  Options options_;
  net::Timer timer_;
  // A watch must not be destroyed inside its own callback: it waits here for the end of the turn.
  std::vector<std::unique_ptr<net::Watch>> forgotten_;
  net::Later sweep_;
  net::Timer again_;
  std::unordered_map<int, Watched> watched_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace proxy
