// Takeover: listening sockets from one process to the next, so that no client is refused while a
// program is replaced: given by systemd (socket activation, sd_listen_fds(3)) or by the process
// that this one succeeds.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/net/handle.h"
#include "server/net/loop.h"

namespace cli {

// What this process was given when it was started.
struct Inheritance {
  std::vector<net::Fd> https;
  std::vector<net::Fd> redirect;
  std::vector<net::Fd> metrics;
  // Where a predecessor waits for the word that this process serves; empty: there is none.
  net::Fd report;
};

// Reads LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES ("http" and "metrics" are those without TLS, any
// other name is https), and clears them. Call once, before anything opens descriptors. Throws
// net::Error for what is no listening socket.
Inheritance inheritance();

// Says that this process serves now; its predecessor goes.
void report_serving(net::Fd report);

// A new process of the same program with the same arguments, to which listening sockets are handed.
class Successor {
 public:
  struct Callbacks {
    std::function<void(pid_t)> serving;  // it has the sockets and answers
    std::function<void()> failed;        // it ended before that
  };
  // Name and descriptor of each socket; they are only borrowed.
  using Sockets = std::vector<std::pair<std::string, int>>;

  // Starts `program`. The callbacks come on the loop's thread, one of them, once. Throws
  // net::SystemError if it cannot be started.
  Successor(net::Loop& loop, const std::string& program, const Sockets& sockets,
            Callbacks callbacks);
  // Ends it, unless it serves.
  ~Successor();
  Successor(const Successor&) = delete;
  Successor& operator=(const Successor&) = delete;

 private:
  void on_report();

  const Callbacks callbacks_;
  net::Fd report_;
  pid_t pid_ = -1;
  std::unique_ptr<net::Watch> watch_;  // null once it serves or has ended
};

// The file of this program, to start it anew after it has been replaced by another version.
std::string program_file();

}  // namespace cli
