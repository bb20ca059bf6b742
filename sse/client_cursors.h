// ClientCursors: how far each poller that gives only a name has come. One for the whole program, as
// a client's next poll may reach another worker. An answer counts as arrived only when the next
// poll shows it; until then it would be given again.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/net/loop.h"

namespace sse {

// All calls from any thread. Cursors are ids as text.
class ClientCursors {
 public:
  struct Options {
    std::size_t clients = 100'000;   // the one that has been silent longest is forgotten first
    std::chrono::seconds age{3600};  // of silence
  };
  struct Turn {
    std::uint64_t ticket;  // names this poll; a later one of the same client makes it void
    std::string after;
  };

  ClientCursors() : ClientCursors(Options()) {}
  explicit ClientCursors(Options options) : options_(options) {}

  // A poll of `client` has come over `connection`. If the last answer went out whole over the same
  // connection, it has arrived. `after`: the client says itself how far it has come. `tail`: where
  // one that is not known begins.
  Turn begin(const std::string& client, std::uint64_t connection,
             const std::optional<std::string>& after, const std::string& tail,
             net::Clock::time_point now);
  // False: another poll of the client has come since. If not, `cursor` is what it will have
  // reached; a client that has been forgotten while it waited is known again.
  bool offer(const std::string& client, const Turn& turn, std::uint64_t connection,
             std::string cursor, net::Clock::time_point now);
  // The answer that was offered has gone out whole.
  void sent(const std::string& client, std::uint64_t ticket);
  // Like offer, where there is nothing that could be lost.
  bool advance(const std::string& client, const Turn& turn, std::string cursor,
               net::Clock::time_point now);

  std::size_t size() const;

 private:
  struct Entry {
    std::string client;
    std::string cursor;   // what the client has for certain
    std::string offered;  // what it has if the last answer arrived; empty: there is none
    std::uint64_t connection = 0;
    bool sent = false;
    std::uint64_t ticket = 0;
    net::Clock::time_point seen;
  };
  using Entries = std::list<Entry>;  // longest silent first

  Entry* find(const std::string& client, std::uint64_t ticket);
  Entry* find_again(const std::string& client, const Turn& turn, net::Clock::time_point now);
  Entry& add(const std::string& client, std::string cursor);
  void forget_old(net::Clock::time_point now);

  const Options options_;
  mutable std::mutex mutex_;  // guards all below
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> by_name_;  // views of Entry::client
  std::uint64_t tickets_ = 0;
};

}  // namespace sse
