// DevTools: Chromium's remote-control protocol over a browser's pipe, as calls that wait: the loop
// runs meanwhile, and with it whatever the browser talks to.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compare/browser_process.h"
#include "server/net/loop.h"

namespace lab {

class DevTools {
 public:
  struct Options {
    BrowserProcess::Options browser;
    net::Clock::duration patience = std::chrono::seconds(30);  // with one call
  };
  // `loop` must not be running.
  DevTools(net::Loop& loop, const Options& options);
  DevTools(const DevTools&) = delete;
  DevTools& operator=(const DevTools&) = delete;

  // The result of a command. `session` is of a target, or empty for the browser itself. Throws
  // net::Error in a sentence: refused, not answered in time, or the browser has ended.
  nlohmann::json call(const std::string& method, const nlohmann::json& parameters,
                      const std::string& session = {});
  // Waits for an event of the session, also one that came since the last call of forget_events().
  void wait_for(const std::string& event, const std::string& session);
  void forget_events() { events_.clear(); }

 private:
  void on_message(std::string_view text);
  void run_until(const std::function<bool()>& done, const std::string& what);

  net::Loop& loop_;
  const Options options_;
  int last_call_ = 0;
  std::optional<nlohmann::json> answer_;  // to last_call_
  struct Event {
    std::string method;
    std::string session;
  };
  std::vector<Event> events_;
  bool ended_ = false;
  bool late_ = false;
  std::function<bool()> done_;
  net::Timer patience_;
  BrowserProcess browser_;
};

}  // namespace lab
