#include "prove/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "server/net/error.h"

namespace prove {

Process::Process(std::vector<std::string> words, std::string log)
    : words_(std::move(words)), log_(std::move(log)) {}

Process::~Process() { kill(); }

void Process::start() {
  if (running()) return;
  said_.clear();
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) throw net::SystemError("cannot make a pipe");
  output_ = net::Fd(pipe_ends[0]);
  const net::Fd writing(pipe_ends[1]);
  const net::Fd log(::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  std::vector<char*> arguments;
  arguments.reserve(words_.size() + 1);
  for (std::string& word : words_) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw net::SystemError("cannot start " + words_.front());
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(writing.get(), STDOUT_FILENO);
    ::dup2(log.get(), STDERR_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  pid_ = child;
}

std::string Process::line_with(const std::string& part, std::chrono::milliseconds within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  for (;;) {
    const auto at = said_.find(part);
    const auto end = at == said_.npos ? said_.npos : said_.find('\n', at);
    if (end != said_.npos) {
      const auto begin = said_.rfind('\n', at);
      return said_.substr(begin == said_.npos ? 0 : begin + 1, end - (begin + 1));
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd ready{.fd = output_.get(), .events = POLLIN, .revents = 0};
    char bytes[4096];
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) {
      throw net::Error(words_.front() + " was not ready in time; see " + log_);
    }
    const ssize_t got = ::read(output_.get(), bytes, sizeof bytes);
    if (got <= 0) throw net::Error(words_.front() + " ended before it was ready; see " + log_);
    said_.append(bytes, static_cast<std::size_t>(got));
  }
}

void Process::replace_argument(const std::string& flag, const std::string& value) {
  const auto found = std::find(words_.begin(), words_.end(), flag);
  if (found != words_.end()) *std::next(found) = value;
}

void Process::signal(int number) const {
  if (running()) ::kill(pid_, number);
}

void Process::kill() {
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

bool Process::stop(std::chrono::milliseconds within) {
  if (!running()) return true;
  ::kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + within;
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      kill();
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  pid_ = -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace prove
