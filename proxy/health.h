// HealthCheck: asks each app server of a pool for a page now and then, so that one that does not
// work is left alone before a client finds out.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <string>

#include "proxy/multi.h"
#include "proxy/pool.h"
#include "server/http/headers.h"

namespace proxy {

class HealthCheck {
 public:
  struct Options {
    std::string path;  // such as "/healthz": well is who answers it 200 to 399; empty: no check
    std::chrono::milliseconds interval{5000};
    std::chrono::milliseconds patience{2000};  // for the answer
    // Told the fields of each answer that says that an app server is well; may be empty.
    std::function<void(const http::Headers&)> on_answer = {};
  };

  // `loop`, `multi` and `pool` must outlive the check.
  HealthCheck(net::Loop& loop, Multi& multi, Pool& pool, const Options& options);
  ~HealthCheck();
  HealthCheck(const HealthCheck&) = delete;
  HealthCheck& operator=(const HealthCheck&) = delete;

 private:
  class Probe;  // of one member
  std::list<Probe> probes_;
};

}  // namespace proxy
