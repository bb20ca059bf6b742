#include "cli/confine.h"

#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "cli/config.h"
#include "server/net/error.h"
#include "server/net/handle.h"

namespace cli {
namespace {

void release(scmp_filter_ctx filter) { seccomp_release(filter); }

// What a server never asks for, and an intruder would: other processes, the kernel itself, mounts,
// keys, namespaces. A list of what is refused rather than of what is allowed: it does not break
// with the next version of a library.
constexpr std::array refused{
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(kcmp),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fspick),
    SCMP_SYS(fsmount),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(keyctl),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(syslog),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(personality),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(modify_ldt),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(mbind),
    SCMP_SYS(migrate_pages),
    SCMP_SYS(move_pages),
    SCMP_SYS(vmsplice),
};

constexpr std::array<scmp_datum_t, 7> namespaces{CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
                                                 CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
                                                 CLONE_NEWNET};

// Threads and programs are started by clone, and so are namespaces made. The flags of clone3 are in
// memory, where no filter can look: who hears that the kernel does not have it takes clone.
int refuse_namespaces(scmp_filter_ctx filter) {
  for (const scmp_datum_t flag : namespaces) {
    const int problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                         SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
    if (problem != 0) return problem;
  }
  return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

std::string filter_calls() {
  const std::unique_ptr<void, void (*)(void*)> filter(seccomp_init(SCMP_ACT_ALLOW), release);
  if (!filter) return "the seccomp filter could not be made";
  for (const int call : refused) {
    const int problem = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0);
    if (problem == -EDOM || problem == -EINVAL) continue;  // not a call of this machine
    if (problem != 0) return "the seccomp filter could not be made";
  }
  if (refuse_namespaces(filter.get()) != 0) return "the seccomp filter could not be made";
  const int problem = seccomp_load(filter.get());
  if (problem == 0) return {};
  return "the kernel takes no seccomp filter (" + std::generic_category().message(-problem) + ")";
}

const passwd& entry_of(const std::string& user) {
  if (const passwd* entry = getpwnam(user.c_str())) return *entry;
  throw net::Error("[serve] user: there is no user \"" + user + "\" on this machine");
}

}  // namespace

std::string confine() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no_new_privs could not be set";
  return filter_calls();
}

void require_user(const Config& config) {
  const std::string& user = config.serve.user;
  if (!user.empty()) blaming(config.place_of("[serve] user"), [&] { (void)entry_of(user); });
}

std::optional<Account> account_to_become(const std::string& user) {
  if (user.empty() || geteuid() != 0) return std::nullopt;
  const passwd& entry = entry_of(user);
  return Account{entry.pw_uid, entry.pw_gid};
}

Guise::Guise(const std::string& user) : group_(getegid()) {
  const auto account = account_to_become(user);
  if (!account) return;
  groups_.resize(static_cast<std::size_t>(std::max(0, getgroups(0, nullptr))));
  const int known = getgroups(static_cast<int>(groups_.size()), groups_.data());
  worn_ = known >= 0 && initgroups(user.c_str(), account->group) == 0 &&
          setegid(account->group) == 0 && seteuid(account->user) == 0;
  if (!worn_) throw net::SystemError("cannot look as the user " + user);
}

Guise::~Guise() {
  if (!worn_) return;
  const bool off =
      seteuid(0) == 0 && setegid(group_) == 0 && setgroups(groups_.size(), groups_.data()) == 0;
  if (!off) std::abort();  // to go on as somebody else would be worse
}

void become(const std::string& user) {
  const auto account = account_to_become(user);
  if (!account) return;
  const auto [uid, gid] = *account;
  if (initgroups(user.c_str(), gid) != 0 || setgid(gid) != 0 || setuid(uid) != 0) {
    throw net::SystemError("cannot become the user " + user);
  }
  if (uid != 0 && setuid(0) == 0) throw net::Error("the user " + user + " can become root again");
}

}  // namespace cli
