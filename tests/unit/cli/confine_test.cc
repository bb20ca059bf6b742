#include "cli/confine.h"

#include <linux/sched.h>
#include <sched.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <functional>
#include <thread>

namespace {

// The exit code of a child that is confined, and then does `act`.
int confined(const std::function<int()>& act) {
  const pid_t child = fork();
  if (child == 0) _exit(cli::confine().empty() ? act() : 200);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

// errno of a system call in a confined child; 0: it worked.
template <typename... Arguments>
int refused(long call, Arguments... arguments) {
  return confined([=] {
    const long result = syscall(call, arguments...);
    return result < 0 ? errno : 0;  // a clone of the child comes here too
  });
}

int spawned(const char* program) {
  char* arguments[] = {const_cast<char*>(program), nullptr};
  pid_t pid = -1;
  const int problem = posix_spawn(&pid, program, nullptr, nullptr, arguments, nullptr);
  if (problem != 0) return problem;
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

}  // namespace

TEST_CASE("a confined process makes no namespaces, in whichever way") {
  for (const unsigned long what : {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
                                   CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET}) {
    INFO(what);
    CHECK(refused(SYS_unshare, what) == EPERM);
    CHECK(refused(SYS_clone, what | SIGCHLD, 0UL, 0UL, 0UL, 0UL) == EPERM);
    CHECK(refused(SYS_clone, what | CLONE_FS | SIGCHLD, 0UL, 0UL, 0UL, 0UL) == EPERM);
  }
  CHECK(confined([] {
          clone_args arguments{};
          arguments.flags = CLONE_NEWUSER;
          arguments.exit_signal = SIGCHLD;
          return syscall(SYS_clone3, &arguments, sizeof arguments) < 0 ? errno : 0;
        }) == ENOSYS);
}

TEST_CASE("a confined process starts threads and programs") {
  CHECK(confined([] {
          int result = 1;
          std::thread([&] { result = 0; }).join();
          return result;
        }) == 0);
  CHECK(confined([] { return spawned("/bin/true"); }) == 0);
  CHECK(confined([] {
          const pid_t child = fork();
          if (child == 0) _exit(7);
          int status = 0;
          waitpid(child, &status, 0);
          return WEXITSTATUS(status);
        }) == 7);
}

TEST_CASE("mounts, the clock and other processes are refused by their newer calls as well") {
  for (const long call :
       {SYS_mount_setattr, SYS_fsconfig, SYS_fspick, SYS_pidfd_getfd, SYS_process_madvise}) {
    INFO(call);
    CHECK(refused(call, -1, 0L, 0L, 0L, 0L) == EPERM);
  }
  CHECK(confined([] {
          timex asked{};
          return syscall(SYS_clock_adjtime, CLOCK_REALTIME, &asked) < 0 ? errno : 0;
        }) == EPERM);
}
