#include "compare/browser_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>
#include <vector>

#include "server/net/error.h"

namespace lab {
namespace {

// The browser reads commands from its descriptor 3 and writes events to 4.
constexpr int commands = 3;
constexpr int events = 4;

struct Pipe {
  net::Fd read;
  net::Fd write;
};

// Above the two that the browser will have, so that none is overwritten on the way there.
net::Fd high(int fd) {
  net::Fd original(fd);
  net::Fd moved(fcntl(fd, F_DUPFD_CLOEXEC, 10));
  if (!moved) throw net::SystemError("cannot make a pipe");
  return moved;
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw net::SystemError("cannot make a pipe");
  Pipe made;
  net::Fd write(ends[1]);
  made.read = high(ends[0]);
  made.write = high(write.release());
  return made;
}

std::filesystem::path make_profile() {
  std::string name = (std::filesystem::temp_directory_path() / "herald-browser-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw net::SystemError("cannot make a folder " + name);
  return name;
}

std::vector<std::string> arguments(const BrowserProcess::Options& options,
                                   const std::filesystem::path& profile) {
  std::vector<std::string> all = {
      options.program,
      "--headless",
      "--remote-debugging-pipe",
      "--user-data-dir=" + profile.string(),
      "--ignore-certificate-errors-spki-list=" + options.trusted_key,
      // Nothing but the page is to be fetched, and from nowhere else.
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      "--no-proxy-server",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-default-apps",
      "--disable-extensions",
      "--disable-gpu",
      "--disable-quic",
      "--disable-sync",
      "--no-default-browser-check",
      "--no-first-run",
  };
  if (geteuid() == 0) all.emplace_back("--no-sandbox");  // root has no other way
  all.emplace_back("about:blank");
  return all;
}

// In the child: only what may follow a fork.
[[noreturn]] void become(const std::vector<char*>& arguments, int read, int write) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {0, 1, 2}) dup2(null, fd);
  dup2(read, commands);
  dup2(write, events);
  execv(arguments.front(), arguments.data());
  _exit(127);
}

}  // namespace

BrowserProcess::BrowserProcess(net::Loop& loop, const Options& options,
                               std::function<void(std::string_view)> on_message,
                               std::function<void()> on_end)
    : on_message_(std::move(on_message)), on_end_(std::move(on_end)) {
  if (access(options.program.c_str(), X_OK) != 0) {
    throw net::Error("there is no browser at " + options.program +
                     ": name Chromium's program with --browser FILE");
  }
  Pipe down = make_pipe();
  Pipe up = make_pipe();
  profile_ = make_profile();
  std::vector<std::string> words = arguments(options, profile_);
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  group_ = fork();
  if (group_ == 0) become(pointers, down.read.get(), up.write.get());
  if (group_ < 0) {
    const net::SystemError error("cannot start " + options.program);
    std::filesystem::remove_all(profile_);
    throw error;
  }
  setpgid(group_, group_);  // here as well: whoever comes first
  to_ = std::move(down.write);
  from_ = std::move(up.read);
  fcntl(from_.get(), F_SETFL, O_NONBLOCK);
  watch_.emplace(loop, from_.get(), [this](net::Watch::Ready) { read(); });
}

BrowserProcess::~BrowserProcess() {
  watch_.reset();
  kill(-group_, SIGKILL);
  while (waitpid(group_, nullptr, 0) < 0 && errno == EINTR) {
  }
  // Helpers that were killed with it may still be closing files there.
  std::error_code error;
  for (int tries = 0; tries < 20; ++tries) {
    std::filesystem::remove_all(profile_, error);
    if (!error) return;
    usleep(10'000);
  }
}

void BrowserProcess::send(std::string_view message) {
  std::string framed(message);
  framed += '\0';
  for (std::string_view rest = framed; !rest.empty();) {
    const ssize_t sent = ::write(to_.get(), rest.data(), rest.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return;  // it has ended, which is told by the other pipe
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void BrowserProcess::read() {
  std::array<char, 64 * 1024> bytes;
  const ssize_t got = ::read(from_.get(), bytes.data(), bytes.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    watch_->want_read(false);
    return on_end_();
  }
  text_.append(bytes.data(), static_cast<std::size_t>(got));
  for (auto end = text_.find('\0'); end != std::string::npos; end = text_.find('\0')) {
    const std::string message = text_.substr(0, end);
    text_.erase(0, end + 1);
    on_message_(message);
  }
}

}  // namespace lab
