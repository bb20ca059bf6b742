#include "cli/landlock.h"

#include <fcntl.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <functional>

#include "cli/config.h"
#include "server/net/handle.h"
#include "tests/unit/certs/folder.h"

namespace {

using Folders = std::vector<std::filesystem::path>;

// The exit code of a child that does `act` and can gain no privileges.
int in_child(const std::function<int()>& act) {
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    _exit(act());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

constexpr int not_bound = 200;

int bound(const Folders& reads, const Folders& writes, const std::function<int()>& act) {
  return in_child([&] { return cli::keep_to(reads, writes).why.empty() ? act() : not_bound; });
}

// May write only below `folder`.
int confined(const testing::Folder& folder, const std::function<int()>& act) {
  return bound({}, {folder.path()}, act);
}

// Whoever asks for Landlock is told `error` from here on.
void forbid_landlock(int error) {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  seccomp_rule_add(filter, SCMP_ACT_ERRNO(static_cast<unsigned>(error)),
                   SCMP_SYS(landlock_create_ruleset), 0);
  seccomp_load(filter);
  seccomp_release(filter);
}

int open_error(const std::string& file, int flags) {
  const net::Fd fd(open(file.c_str(), flags | O_CLOEXEC, 0600));
  return fd ? 0 : errno;
}

}  // namespace

TEST_CASE("files are written below the folders that are named, and nowhere else") {
  const testing::Folder in;
  const testing::Folder out;
  const std::string inside = (in / "new").string();
  const std::string outside = out.write("old", "text");
  if (confined(in, [] { return 0; }) == not_bound) {
    WARN("this kernel has no Landlock");
    return;
  }
  CHECK(confined(in, [&] { return open_error(inside, O_WRONLY | O_CREAT); }) == 0);
  CHECK(confined(in, [&] { return rename(inside.c_str(), (inside + "er").c_str()); }) == 0);
  CHECK(confined(in, [&] { return unlink((inside + "er").c_str()); }) == 0);
  CHECK(confined(in, [&] { return open_error("/dev/null", O_WRONLY | O_TRUNC); }) == 0);
  CHECK(confined(in, [&] { return open_error(outside, O_RDONLY); }) == 0);
  CHECK(confined(in, [&] { return open_error(outside, O_WRONLY); }) == EACCES);
  CHECK(confined(in, [&] { return open_error(outside + "er", O_WRONLY | O_CREAT); }) == EACCES);
  CHECK(confined(in, [&] { return unlink(outside.c_str()) == 0 ? 0 : errno; }) == EACCES);
  CHECK(testing::content(outside) == "text");
}

TEST_CASE("what is written is the store, the log, and the state of a development certificate") {
  const testing::Folder folder;
  const testing::Folder elsewhere;
  cli::Config config;
  config.serve.cert = "c.pem";
  CHECK(cli::written_folders(config).empty());
  config.serve.access_log = "-";
  config.events.store = "redis://127.0.0.1:6379";
  CHECK(cli::written_folders(config).empty());
  config.serve.access_log = (folder / "access.log").string();
  config.events.store = (elsewhere / "events.db").string();
  std::filesystem::create_symlink(elsewhere / "real.log", folder / "access.log");
  const auto folders = cli::written_folders(config);
  CHECK(std::ranges::count(folders, folder.path()) == 1);
  CHECK(std::ranges::count(folders, elsewhere.path()) == 2);  // the link's target, the store
  const testing::Folder state;
  setenv("STATE_DIRECTORY", state.path().c_str(), 1);
  cli::Config development;
  CHECK(cli::written_folders(development) == std::vector{state.path()});
  unsetenv("STATE_DIRECTORY");
}

TEST_CASE("files are read below the folders that are named, and nowhere else") {
  const testing::Folder in;
  const testing::Folder out;
  const std::string inside = in.write("a", "text");
  const std::string outside = out.write("b", "text");
  const auto reading = [&](const std::string& file) {
    return bound({in.path()}, {}, [&] { return open_error(file, O_RDONLY); });
  };
  if (reading(inside) == not_bound) {
    WARN("this kernel has no Landlock");
    return;
  }
  CHECK(reading(inside) == 0);
  CHECK(reading(outside) == EACCES);
  CHECK(reading("/etc/passwd") == EACCES);
}

TEST_CASE("a filter of system calls that forbids Landlock is told from a kernel without it") {
  const auto told = [](int error, const std::string& why) {
    return in_child([&] {
      forbid_landlock(error);
      return cli::keep_to({}, {}).why == why ? 0 : 1;
    });
  };
  CHECK(told(EPERM, "a filter of system calls forbids Landlock") == 0);
  CHECK(told(ENOSYS, "the kernel has no Landlock") == 0);
  CHECK(told(EOPNOTSUPP, "the kernel has no Landlock") == 0);
}

TEST_CASE("sixteen processes can each take over from the one before; the next has their bounds") {
  const testing::Folder in;
  const testing::Folder out;
  const std::string outside = out.write("old", "text");
  const int result = in_child([&] {
    for (int i = 0; i < 16; ++i) {
      if (!cli::keep_to({in.path()}, {in.path()}).why.empty()) return i == 0 ? not_bound : 100 + i;
    }
    if (!cli::keep_to({in.path()}, {in.path()}).full) return 1;
    return open_error(outside, O_RDONLY);
  });
  if (result == not_bound) {
    WARN("this kernel has no Landlock");
    return;
  }
  CHECK(result == EACCES);
}

TEST_CASE(
    "without [serve] reads all folders are read; with it, those, ROOT, what is written and the "
    "system's") {
  cli::Config config;
  config.serve.cert = "c.pem";
  config.serve.root = "/srv/site";
  CHECK(cli::read_folders(config).empty());
  config.serve.reads = {"/srv/keys"};
  config.events.store = "/var/lib/herald/events.db";
  const auto folders = cli::read_folders(config);
  for (const char* folder : {"/srv/site", "/srv/keys", "/var/lib/herald", "/etc", "/usr"}) {
    CHECK(std::ranges::count(folders, folder) == 1);
  }
  CHECK(std::ranges::count(folders, "/") == 0);
  CHECK(std::ranges::count(folders, "/home") == 0);
}
