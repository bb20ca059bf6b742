#include "prove/store.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "server/net/error.h"

namespace prove {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// An inline command; the first part of the answer, or nothing if there is none.
std::string say(std::uint16_t port, const std::string& command) {
  const net::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return {};
  }
  const timeval patience{.tv_sec = 2, .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const std::string line = command + "\r\n";
  if (::send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0) return {};
  char answer[4096];
  const ssize_t got = ::recv(fd.get(), answer, sizeof answer, 0);
  return got <= 0 ? std::string() : std::string(answer, static_cast<std::size_t>(got));
}

void wait_for(const std::string& what, const auto& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) throw net::Error("not in time: " + what);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

std::uint16_t free_port() {
  const net::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw net::SystemError("cannot find a port");
  }
  return ntohs(address.sin_port);
}

RedisStore::RedisStore(const std::string& program, const std::string& folder, Disk disk,
                       Copies copies)
    : first_(make(program, folder + "/redis1", disk)) {
  start(first_, nullptr);
  if (copies == Copies::one) return;
  second_ = make(program, folder + "/redis2", disk);
  start(second_, &first_);
}

RedisStore::One RedisStore::make(const std::string& program, const std::string& folder, Disk disk) {
  std::filesystem::create_directory(folder);
  One made;
  made.port = free_port();
  made.words = {program,
                "--port",
                std::to_string(made.port),
                "--bind",
                "127.0.0.1",
                "--dir",
                folder,
                "--save",
                "",
                "--appendonly",
                disk == Disk::none ? "no" : "yes",
                "--repl-diskless-sync-delay",
                "0",
                "--logfile",
                folder + "/redis.log"};
  made.process = std::make_unique<Process>(made.words, folder + "/errors.log");
  return made;
}

// `primary`: whose copy it is to be; null: nobody's.
void RedisStore::start(One& one, const One* primary) {
  std::vector<std::string> words = one.words;
  if (primary) {
    for (const char* word : {"--replicaof", "127.0.0.1"}) words.emplace_back(word);
    words.push_back(std::to_string(primary->port));
  }
  one.process->use(std::move(words));
  one.process->start();
  wait_for("redis-server answers", [&] { return say(one.port, "PING").starts_with("+PONG"); });
  if (!primary) return;
  wait_for("the copy follows", [&] {
    return say(one.port, "INFO replication").find("master_link_status:up") != std::string::npos;
  });
}

std::vector<std::uint16_t> RedisStore::ports() const {
  std::vector<std::uint16_t> ports{first_.port};
  if (has_copy()) ports.push_back(second_.port);
  return ports;
}

void RedisStore::restart_primary() { start(primary_one(), nullptr); }
void RedisStore::flush() { say(primary_one().port, "FLUSHALL"); }
void RedisStore::cut_clients() { say(primary_one().port, "CLIENT KILL TYPE normal SKIPME yes"); }

void RedisStore::fail_over() {
  primary().kill();
  first_is_primary_ = !first_is_primary_;
  say(primary_one().port, "REPLICAOF NO ONE");
  start(copy_one(), &primary_one());
}

}  // namespace prove
