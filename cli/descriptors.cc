#include "cli/descriptors.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace cli {
namespace {

// Room that is made beforehand: 8 bytes each, of the kernel's memory.
constexpr rlim_t most_room = 1 << 18;

rlimit allowed() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

}  // namespace

void take_descriptors() {
  rlimit limit = allowed();
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  // The table grows to hold the number that a descriptor is to have at least.
  const rlim_t highest = std::min(allowed().rlim_cur, most_room) - 1;
  const int any = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (any < 0) return;
  const int high = fcntl(any, F_DUPFD_CLOEXEC, static_cast<int>(highest));
  if (high >= 0) close(high);
  close(any);
}

std::string lack_of_descriptors(std::uint64_t connections) {
  const rlim_t limit = allowed().rlim_cur;
  if (connections < limit) return {};
  return fmt::format(
      "[limits] connections is {}, but this process may have {} descriptors open: raise the hard "
      "limit (LimitNOFILE of systemd, ulimit -Hn)",
      connections, limit);
}

}  // namespace cli
