#include "static/root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "server/net/error.h"

namespace assets {
namespace {

// O_NONBLOCK: opening a FIFO must not wait for a writer.
constexpr int file_flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
constexpr int folder_flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

int open_folder(const std::string& folder) { return ::open(folder.c_str(), folder_flags); }

bool kernel_has_openat2() {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  const net::Fd fd(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof how)));
  return static_cast<bool>(fd);
}

// Errors that say something of the machine rather than of the path.
bool is_trouble(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EIO:
    case EAGAIN:
    case EINTR:
    case ESTALE:
    case ETIMEDOUT:
      return true;
    default:
      return false;
  }
}

Root::Outcome outcome_of(int error) {
  if (is_trouble(error)) return Root::Outcome::busy;
  return error == EACCES ? Root::Outcome::forbidden : Root::Outcome::missing;
}

}  // namespace

Fingerprint fingerprint_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

Root::Root(std::string folder, Resolution resolution)
    : folder_(std::move(folder)), resolution_(resolution), directory_(open_folder(folder_)) {
  if (!directory_) throw net::SystemError("cannot serve the folder " + folder_);
  if (::faccessat(directory_.get(), ".", R_OK | X_OK, AT_EACCESS) != 0) {
    throw net::SystemError("cannot serve the folder " + folder_ +
                           ", which the user who serves it must be able to read and enter");
  }
  if (resolution_ == Resolution::kernel && !kernel_has_openat2()) resolution_ = Resolution::walk;
}

void Root::refresh() {
  net::Fd directory(open_folder(folder_));
  if (directory) directory_ = std::move(directory);
}

Root::Opened Root::open(const std::string& path) const {
  net::Fd fd(open_inside(path, true));
  // An absolute link into the folder, or any link while walking: see where it leads, then go there
  // without following any.
  const bool link =
      !fd &&
      (errno == EXDEV || (resolution_ == Resolution::walk && (errno == ELOOP || errno == ENOTDIR)));
  if (link) {
    const auto target = resolve(path);
    if (!target) return {};
    fd = net::Fd(open_inside(*target, false));
  }
  Opened opened;
  if (!fd || ::fstat(fd.get(), &opened.status) != 0) {
    opened.outcome = outcome_of(errno);
    return opened;
  }
  if (S_ISDIR(opened.status.st_mode)) opened.outcome = Outcome::directory;
  if (!S_ISREG(opened.status.st_mode)) return opened;
  opened.outcome = Outcome::file;
  opened.fd = std::move(fd);
  return opened;
}

int Root::open_inside(const std::string& path, bool follow) const {
  if (resolution_ == Resolution::walk) return walk(path);
  open_how how{};
  how.flags = file_flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (!follow) how.resolve |= RESOLVE_NO_SYMLINKS;
  int fd = -1;
  // EAGAIN: something was renamed meanwhile, and the kernel could not be sure.
  for (int tries = 0; tries < 8; ++tries) {
    fd = static_cast<int>(::syscall(SYS_openat2, directory_.get(), path.c_str(), &how, sizeof how));
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) break;
  }
  return fd;
}

int Root::walk(const std::string& path) const {
  net::Fd folder;
  std::size_t start = 0;
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', start)) {
    const std::string segment = path.substr(start, slash - start);
    const int from = folder ? folder.get() : directory_.get();
    folder = net::Fd(::openat(from, segment.c_str(), folder_flags | O_NOFOLLOW));
    if (!folder) return -1;
    start = slash + 1;
  }
  const int from = folder ? folder.get() : directory_.get();
  return ::openat(from, path.c_str() + start, file_flags | O_NOFOLLOW);
}

std::optional<std::string> Root::resolve(const std::string& path) const {
  std::error_code error;
  const auto root = std::filesystem::canonical(folder_, error);
  if (error) return std::nullopt;
  const auto target = std::filesystem::canonical(root / path, error);
  if (error) return std::nullopt;
  const std::string prefix = (root == "/" ? "" : root.string()) + "/";
  if (!target.string().starts_with(prefix)) return std::nullopt;
  return target.string().substr(prefix.size());
}

std::optional<Fingerprint> Root::glance(const std::string& path) const {
  struct stat status {};
  if (::fstatat(directory_.get(), path.c_str(), &status, 0) != 0) return std::nullopt;
  return fingerprint_of(status);
}

}  // namespace assets
