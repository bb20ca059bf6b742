// Subscriber: follows an event stream with libcurl, for as long as it is wanted: comes back after
// whatever ends a connection, from where it was, as soon as the server allows. Knows nothing of
// flags, nor of what becomes of an event.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/event_parser.h"
#include "cli/publisher.h"

namespace cli {

class Subscriber {
 public:
  struct Options {
    Target target;  // with its query
    std::string token = {};
    std::string ca_file = {};
    Trust trust = Trust::verify;
    std::string last_event_id = {};  // empty: from now on
  };
  enum class Wish { more, enough };
  // Told of what goes wrong on the way, a sentence each time.
  using Complain = std::function<void(const std::string&)>;

  Subscriber(Options options, std::function<Wish(const StreamEvent&)> take, Complain complain);
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  // Returns when `take` has had enough, or the server says that there is no more to come (204).
  // Throws net::Error if the server refuses for good; its reason is in it.
  void follow();

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace cli
