#include "cli/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "cli/units.h"

namespace cli {

Notify::Notify() {
  const char* address = std::getenv("NOTIFY_SOCKET");
  if (!address || (*address != '/' && *address != '@')) return;
  if (std::strlen(address) >= sizeof(sockaddr_un::sun_path)) return;
  address_ = address;
  socket_ = net::Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

void Notify::ready(std::string_view status) const {
  send("READY=1\nSTATUS=" + std::string(status));
}

void Notify::reloading() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void Notify::main_process() const { send("MAINPID=" + std::to_string(getpid())); }

void Notify::stopping() const { send("STOPPING=1"); }
void Notify::watchdog() const { send("WATCHDOG=1"); }

std::optional<std::chrono::milliseconds> Notify::watchdog_interval() const {
  const char* microseconds = std::getenv("WATCHDOG_USEC");
  const char* pid = std::getenv("WATCHDOG_PID");
  if (!socket_ || !microseconds) return std::nullopt;
  if (pid && parse_number(pid) != static_cast<std::uint64_t>(getpid())) return std::nullopt;
  const auto limit = parse_number(microseconds);
  if (!limit || *limit < 2000) return std::nullopt;
  return std::chrono::milliseconds(*limit / 2000);
}

void Notify::send(std::string_view text) const {
  if (!socket_) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, address_.data(), address_.size());
  if (address_.front() == '@') address.sun_path[0] = '\0';  // the abstract namespace
  const auto length = offsetof(sockaddr_un, sun_path) + address_.size();
  ::sendto(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(length));
}

}  // namespace cli
