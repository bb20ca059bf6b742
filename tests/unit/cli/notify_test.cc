#include "cli/notify.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstddef>
#include <cstring>

#include "tests/unit/certs/folder.h"

namespace {

// What systemd would be: a datagram socket at `address`, named in the environment.
class Systemd {
 public:
  explicit Systemd(const std::string& address)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, address.data(), address.size());
    if (address.front() == '@') name.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
    REQUIRE(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&name), length) == 0);
    setenv("NOTIFY_SOCKET", address.c_str(), 1);
  }
  ~Systemd() { unsetenv("NOTIFY_SOCKET"); }
  Systemd(const Systemd&) = delete;
  Systemd& operator=(const Systemd&) = delete;

  std::string heard() const {
    std::array<char, 512> text{};
    const ssize_t count = recv(socket_.get(), text.data(), text.size(), 0);
    return count < 0 ? "" : std::string(text.data(), static_cast<std::size_t>(count));
  }

 private:
  net::Fd socket_;
};

}  // namespace

TEST_CASE("systemd hears each word as one datagram") {
  const testing::Folder folder;
  const Systemd systemd((folder / "notify").string());
  const cli::Notify notify;
  notify.ready("serving");
  CHECK(systemd.heard() == "READY=1\nSTATUS=serving");
  notify.reloading();
  CHECK_THAT(systemd.heard(), Catch::StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  notify.watchdog();
  CHECK(systemd.heard() == "WATCHDOG=1");
  notify.stopping();
  CHECK(systemd.heard() == "STOPPING=1");
}

TEST_CASE("systemd may listen in the abstract namespace") {
  const Systemd systemd("@herald-test-" + std::to_string(getpid()));
  cli::Notify().ready("");
  CHECK(systemd.heard() == "READY=1\nSTATUS=");
}

TEST_CASE("without systemd nothing happens") {
  unsetenv("NOTIFY_SOCKET");
  const cli::Notify notify;
  notify.ready("");
  CHECK_FALSE(notify.watchdog_interval());
  setenv("NOTIFY_SOCKET", "/no/such/socket", 1);
  cli::Notify().stopping();
  unsetenv("NOTIFY_SOCKET");
}

TEST_CASE("the watchdog is fed twice in its time, if it is for this process") {
  const testing::Folder folder;
  const Systemd systemd((folder / "notify").string());
  setenv("WATCHDOG_USEC", "10000000", 1);
  CHECK(cli::Notify().watchdog_interval() == std::chrono::seconds(5));
  setenv("WATCHDOG_PID", "1", 1);
  CHECK_FALSE(cli::Notify().watchdog_interval());
  unsetenv("WATCHDOG_PID");
  unsetenv("WATCHDOG_USEC");
}
