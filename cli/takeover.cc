#include "cli/takeover.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "cli/units.h"
#include "server/net/error.h"

extern char** environ;

namespace cli {
namespace {

constexpr int first_inherited = 3;  // sd_listen_fds(3)
constexpr const char* predecessor_variable = "HERALD_PREDECESSOR";
constexpr std::string_view report_name = "report";
constexpr std::string_view serving_word = "serving\n";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool meant_for_us() {
  if (parse_number(variable("LISTEN_PID")) == static_cast<std::uint64_t>(getpid())) return true;
  return parse_number(variable(predecessor_variable)) == static_cast<std::uint64_t>(getppid());
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

void require_listening(int fd, const std::string& name) {
  int listening = 0;
  socklen_t size = sizeof listening;
  if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) {
    throw net::Error("descriptor " + std::to_string(fd) + " (" + name +
                     "), given by LISTEN_FDS, is no listening socket");
  }
  const int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

std::vector<std::string> own_arguments() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  return split(std::string(std::istreambuf_iterator<char>(in), {}), '\0');
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// What an earlier takeover said, or systemd of this process alone.
bool of_this_process(std::string_view variable) {
  return variable.starts_with("LISTEN_") || variable.starts_with(predecessor_variable) ||
         variable.starts_with("WATCHDOG_PID=");
}

// Ours, but for that, and with what this takeover has to say.
std::vector<std::string> environment(const Successor::Sockets& sockets) {
  std::vector<std::string> all;
  for (char** each = environ; *each; ++each) {
    if (!of_this_process(*each)) all.emplace_back(*each);
  }
  std::string names;
  for (const auto& [name, fd] : sockets) names += name + ":";
  all.push_back("LISTEN_FDS=" + std::to_string(sockets.size() + 1));
  all.push_back("LISTEN_FDNAMES=" + names + std::string(report_name));
  all.push_back(std::string(predecessor_variable) + "=" + std::to_string(getpid()));
  return all;
}

// Copies above all targets, so that none is overwritten before it has been passed on.
std::vector<net::Fd> out_of_the_way(const std::vector<int>& fds) {
  const int above = first_inherited + static_cast<int>(fds.size());
  std::vector<net::Fd> copies;
  for (const int fd : fds) {
    copies.emplace_back(fcntl(fd, F_DUPFD_CLOEXEC, above));
    if (!copies.back()) throw net::SystemError("cannot hand over a socket");
  }
  return copies;
}

pid_t spawn(const std::string& program, std::vector<std::string> arguments,
            std::vector<std::string> variables, const std::vector<net::Fd>& fds) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (std::size_t i = 0; i < fds.size(); ++i) {
    posix_spawn_file_actions_adddup2(&actions, fds[i].get(), first_inherited + static_cast<int>(i));
  }
  // Libraries open descriptors too, and not all of them as close-on-exec (hiredis).
  posix_spawn_file_actions_addclosefrom_np(&actions,
                                           first_inherited + static_cast<int>(fds.size()));
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = -1;
  const int problem = posix_spawn(&pid, program.c_str(), &actions, &attributes,
                                  pointers(arguments).data(), pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) throw net::SystemError("cannot start " + program, problem);
  return pid;
}

}  // namespace

Inheritance inheritance() {
  Inheritance given;
  const auto count = meant_for_us() ? parse_number(variable("LISTEN_FDS")) : std::nullopt;
  const std::vector<std::string> names = split(variable("LISTEN_FDNAMES"), ':');
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", predecessor_variable}) {
    unsetenv(name);
  }
  for (std::size_t i = 0; i < std::min<std::uint64_t>(count.value_or(0), 10'000); ++i) {
    net::Fd fd(first_inherited + static_cast<int>(i));
    fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
    const std::string name = i < names.size() ? names[i] : "https";
    if (name == report_name) {
      given.report = std::move(fd);
      continue;
    }
    require_listening(fd.get(), name);
    auto& kind = name == "http" ? given.redirect : name == "metrics" ? given.metrics : given.https;
    kind.push_back(std::move(fd));
  }
  return given;
}

void report_serving(net::Fd report) {
  if (!report) return;
  // A predecessor that has gone meanwhile needs no word.
  [[maybe_unused]] const ssize_t sent =
      ::write(report.get(), serving_word.data(), serving_word.size());
}

Successor::Successor(net::Loop& loop, const std::string& program, const Sockets& sockets,
                     Callbacks callbacks)
    : callbacks_(std::move(callbacks)) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw net::SystemError("cannot make a pipe");
  report_ = net::Fd(ends[0]);
  const net::Fd theirs(ends[1]);
  std::vector<int> fds;
  for (const auto& [name, fd] : sockets) fds.push_back(fd);
  fds.push_back(theirs.get());
  pid_ = spawn(program, own_arguments(), environment(sockets), out_of_the_way(fds));
  watch_ = std::make_unique<net::Watch>(loop, report_.get(), [this](auto) { on_report(); });
}

Successor::~Successor() {
  if (!watch_) return;
  kill(pid_, SIGKILL);  // SIGTERM would wait until it serves
  waitpid(pid_, nullptr, 0);
}

void Successor::on_report() {
  std::string word(serving_word.size(), '\0');
  const ssize_t got = ::read(report_.get(), word.data(), word.size());
  if (got < 0) return;
  watch_ = nullptr;
  if (word == serving_word) return callbacks_.serving(pid_);
  waitpid(pid_, nullptr, 0);  // it has closed its end: it ends, or has ended
  callbacks_.failed();        // may destroy this
}

std::string program_file() {
  constexpr std::string_view replaced = " (deleted)";
  std::string file = std::filesystem::read_symlink("/proc/self/exe").string();
  if (file.ends_with(replaced)) file.resize(file.size() - replaced.size());
  return file;
}

}  // namespace cli
