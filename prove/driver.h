// Driver: a thread with exchanges over HTTP/2 (libcurl), many on each connection, and timers. What
// is said in them is its clients' affair.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace prove {

enum class Trust { known, anyone };

class Driver {
 public:
  // Told on the driver's thread.
  class Client {
   public:
    virtual ~Client() = default;
    virtual void begin() = 0;  // once, when the driver runs
    virtual void bytes(std::string_view text) = 0;
    // The exchange has ended: with an answer of that status, or without one: 0. `failure`: why it
    // broke off, in words; empty: it came to its end.
    virtual void finished(int status, const std::string& failure) = 0;
  };
  struct Request {
    std::string url;
    std::vector<std::string> fields;       // "name: value"
    std::string content;                   // POST if it is not empty
    std::chrono::milliseconds timeout{0};  // of the whole; 0: none
  };

  explicit Driver(Trust trust);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // Before start(). The client outlives the driver's running.
  void add(Client& client) { clients_.push_back(&client); }
  void start();
  void stop();

  // On the driver's thread. A client has one exchange at a time.
  void send(Client& client, const Request& request);
  void cancel(Client& client);  // without a word
  void after(std::chrono::milliseconds delay, std::function<void()> task);

 private:
  struct Curl;
  struct Exchange;
  void run();
  void run_due();
  void take_ends();

  const Trust trust_;
  std::unique_ptr<Curl> curl_;
  std::vector<Client*> clients_;
  std::map<Client*, std::unique_ptr<Exchange>> exchanges_;
  std::multimap<std::chrono::steady_clock::time_point, std::function<void()>> timers_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace prove
