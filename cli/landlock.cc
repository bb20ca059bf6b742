#include "cli/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "certs/development.h"
#include "cli/config.h"
#include "cli/takeover.h"
#include "server/net/error.h"
#include "server/net/handle.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

// By number: the C library of Debian 12 has no functions for them, and its headers end at
// version 2.
constexpr std::uint64_t truncate = 1ULL << 14;  // since version 3

constexpr std::uint64_t file_rights = LANDLOCK_ACCESS_FS_WRITE_FILE;
constexpr std::uint64_t folder_rights =
    file_rights | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM;
constexpr std::uint64_t read_rights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t devices = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;

// Of the kernel; less than 1: there is none, and errno says why.
long version() {
  return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

// What came after version 1; an older kernel takes no right that it does not know.
std::uint64_t newer_rights(long version) {
  std::uint64_t rights = 0;
  if (version >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) rights |= truncate;
  return rights;
}

std::string absence(int error) {
  if (error == EPERM) return "a filter of system calls forbids Landlock";
  return "the kernel has no Landlock";  // or it is switched off
}

// What is to be forbidden everywhere, but for what is allowed.
class Rules {
 public:
  explicit Rules(std::uint64_t rights) : fd_(made(rights)), problem_(fd_ ? 0 : errno) {}
  // A folder that is not there is left out.
  void allow(const fs::path& folder, std::uint64_t rights) {
    const net::Fd fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return;
    const landlock_path_beneath_attr rule{.allowed_access = rights, .parent_fd = fd.get()};
    syscall(SYS_landlock_add_rule, fd_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  }
  // From now on.
  Unbound enforced() {
    if (fd_ && syscall(SYS_landlock_restrict_self, fd_.get(), 0) != 0) problem_ = errno;
    if (problem_ == 0) return {};
    if (problem_ == E2BIG) return {"Landlock takes no more bounds than it has", true};
    return {"Landlock refused (" + std::generic_category().message(problem_) + ")", false};
  }

 private:
  static net::Fd made(std::uint64_t rights) {
    const landlock_ruleset_attr handled{.handled_access_fs = rights};
    return net::Fd(
        static_cast<int>(syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
  }

  net::Fd fd_;
  int problem_;  // errno, or 0
};

// Of a file that need not be there: its folder, and those of what it links to.
void add_folders_of(fs::path file, std::vector<fs::path>& folders) {
  constexpr int most_links = 8;
  std::error_code no_link;
  for (int i = 0; i <= most_links && !no_link; ++i) {
    file = fs::absolute(file);
    folders.push_back(file.parent_path());
    file = file.parent_path() / fs::read_symlink(file, no_link);
  }
}

}  // namespace

std::vector<fs::path> written_folders(const Config& config) {
  std::vector<fs::path> folders;
  const std::string& log = config.serve.access_log;
  if (!log.empty() && log != "-") add_folders_of(log, folders);
  const std::string& store = config.events.store;
  if (!store.empty() && store.find("://") == store.npos) add_folders_of(store, folders);
  if (config.serve.cert.empty()) folders.push_back(certs::state_folder());
  return folders;
}

std::vector<fs::path> read_folders(const Config& config) {
  if (config.serve.reads.empty()) return {};
  // Libraries and certificates of authorities, the resolver and its sockets, what a process is told
  // of itself, devices.
  std::vector<fs::path> folders{"/usr", "/lib", "/lib64", "/etc", "/run", "/proc", "/sys", "/dev"};
  folders.push_back(fs::path(program_file()).parent_path());
  folders.emplace_back(config.serve.root);
  for (const std::string& folder : config.serve.reads) folders.emplace_back(folder);
  for (fs::path& folder : written_folders(config)) folders.push_back(std::move(folder));
  return folders;
}

void require_reads(const Config& config) {
  for (const std::string& folder : config.serve.reads) {
    std::error_code ignored;
    if (fs::is_directory(folder, ignored)) continue;
    throw net::Error(config.place_of("[serve] reads") + "[serve] reads: there is no folder " +
                     folder);
  }
}

Unbound keep_to(const std::vector<fs::path>& reads, const std::vector<fs::path>& writes) {
  const long known = version();
  if (known < 1) return {absence(errno), false};
  const std::uint64_t newer = newer_rights(known);
  Rules rules(folder_rights | devices | newer | (reads.empty() ? 0 : read_rights));
  for (const fs::path& folder : reads) rules.allow(folder, read_rights);
  for (const fs::path& folder : writes) rules.allow(folder, folder_rights | newer);
  rules.allow("/dev", file_rights | (newer & truncate));
  return rules.enforced();
}

}  // namespace cli
