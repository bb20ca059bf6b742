// ScriptedApp: an app server on the test's own loop that says exactly the bytes that it is told to.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/handle.h"
#include "server/net/loop.h"

namespace testing {

// Runs the loop until the condition holds; throws if it does not within half a minute.
inline void run_until(net::Loop& loop, const std::function<bool()>& condition) {
  const auto end = net::Clock::now() + std::chrono::seconds(30);
  bool late = false;
  std::optional<net::Timer> look;
  look.emplace(loop, [&] {
    late = net::Clock::now() > end;
    if (condition() || late) return loop.stop();
    look->start(std::chrono::milliseconds(1));
  });
  look->start({});
  loop.run();
  if (late) throw std::runtime_error("what the test waits for does not happen");
}

class ScriptedApp {
 public:
  // One connection.
  class Visit {
   public:
    Visit(ScriptedApp& app, net::Fd fd)
        : app_(app),
          fd_(std::move(fd)),
          watch_(std::in_place, app.loop_, fd_.get(), [this](auto) { hear(); }) {}

    std::string heard;     // all that has come
    bool closed = false;   // by the other side
    std::size_t said = 0;  // bytes that the kernel took

    // How much was taken at once.
    std::size_t say(std::string_view text) {
      const ssize_t sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) said += static_cast<std::size_t>(sent);
      return sent > 0 ? static_cast<std::size_t>(sent) : 0;
    }
    void close() {
      watch_.reset();
      fd_.reset();
    }
    // Stops and starts taking what comes.
    void listen(bool on) { watch_->want_read(on); }
    int requests() const {
      int count = 0;
      for (auto at = heard.find(" HTTP/1.1\r\n"); at != heard.npos;
           at = heard.find(" HTTP/1.1\r\n", at + 1)) {
        ++count;
      }
      return count;
    }

   private:
    void hear() {
      char bytes[65536];
      const ssize_t got = ::recv(fd_.get(), bytes, sizeof(bytes), MSG_DONTWAIT);
      if (got > 0) heard.append(bytes, static_cast<std::size_t>(got));
      if (got <= 0) {
        closed = true;
        watch_->want_read(false);
      }
      if (got > 0 && app_.script) app_.script(*this);
    }

    ScriptedApp& app_;
    net::Fd fd_;
    std::optional<net::Watch> watch_;
  };

  explicit ScriptedApp(net::Loop& loop) : loop_(loop) {
    listener_ = net::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_.get(), backlog) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("no port for the app server of a test");
    }
    port_ = ntohs(address.sin_port);
    accept_.emplace(loop_, listener_.get(), [this](auto) {
      net::Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (fd) visits.emplace_back(*this, std::move(fd));
    });
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  // Nobody listens any more, and every connection ends.
  void stop() {
    accept_.reset();
    listener_.reset();
    for (Visit& visit : visits) visit.close();
  }

  // Visits go on, but to connect takes for ever: nobody accepts, and the kernel's queue is full.
  void jam() {
    accept_.reset();
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    for (int i = 0; i < 2 * backlog; ++i) {
      jam_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      ::connect(jam_.back().get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
    }
  }

  std::list<Visit> visits;
  // Called whenever more has come.
  std::function<void(Visit&)> script;

 private:
  static constexpr int backlog = 16;

  net::Loop& loop_;
  net::Fd listener_;
  std::vector<net::Fd> jam_;
  std::uint16_t port_ = 0;
  std::optional<net::Watch> accept_;
};

}  // namespace testing
