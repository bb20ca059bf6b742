#include "certs/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "server/net/error.h"

namespace certs {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t largest_file = 1024 * 1024;  // of PEM; anything above is not ours

void make_folders(const fs::path& folder) {
  std::error_code closed;  // what cannot be seen cannot be made either, and mkdir says why
  if (folder.empty() || fs::is_directory(folder, closed)) return;
  if (!closed || closed == std::errc::no_such_file_or_directory) make_folders(folder.parent_path());
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    throw net::SystemError("cannot make the folder " + folder.string());
  }
}

// What root writes into the folder of somebody else is theirs: they will have to replace it.
void leave_to_owner(int fd, const fs::path& folder) {
  struct stat status {};
  if (geteuid() != 0 || stat(folder.c_str(), &status) != 0 || status.st_uid == 0) return;
  if (fchown(fd, status.st_uid, status.st_gid) != 0) {
    throw net::SystemError("cannot give a file to the owner of " + folder.string());
  }
}

void write_all(int fd, const std::string& text, const fs::path& file) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(fd, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw net::SystemError("cannot write " + file.string());
    done += static_cast<std::size_t>(count);
  }
  if (fsync(fd) != 0) throw net::SystemError("cannot write " + file.string());
}

}  // namespace

void make_private_folder(const fs::path& folder) {
  make_folders(folder);
  struct stat status {};
  if (stat(folder.c_str(), &status) != 0) {
    throw net::SystemError("cannot use the folder " + folder.string());
  }
  if (!S_ISDIR(status.st_mode)) throw net::Error(folder.string() + " is not a folder");
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw net::Error("others may write into " + folder.string() +
                     ", where keys are kept: run chmod 700 on it, or choose another folder");
  }
}

net::Fd lock_folder(const fs::path& folder) {
  const fs::path file = folder / "lock";
  net::Fd lock(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) throw net::SystemError("cannot open " + file.string());
  leave_to_owner(lock.get(), folder);
  while (flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) throw net::SystemError("cannot lock " + file.string());
  }
  return lock;
}

void give_folder(const fs::path& folder, uid_t user, gid_t group,
                 const std::vector<std::string>& files) {
  const net::Fd held(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!held) throw net::SystemError("cannot open the folder " + folder.string());
  const auto give = [&](int fd, const std::string& name) {
    if (fchown(fd, user, group) == 0) return;
    throw net::SystemError("cannot give " + name + " to the user who serves");
  };
  give(held.get(), folder.string());
  for (const std::string& name : files) {
    const net::Fd file(
        openat(held.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0) continue;
    // Another name of it may be elsewhere, where it is somebody else's.
    if (S_ISREG(status.st_mode) && status.st_nlink == 1) give(file.get(), (folder / name).string());
  }
}

void write_file(const fs::path& file, const std::string& text) {
  std::string temporary = file.string() + ".XXXXXX";
  const net::Fd fd(mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (!fd) throw net::SystemError("cannot write into " + file.parent_path().string());
  try {
    leave_to_owner(fd.get(), file.parent_path());
    write_all(fd.get(), text, file);
    if (rename(temporary.c_str(), file.c_str()) != 0) {
      throw net::SystemError("cannot write " + file.string());
    }
  } catch (...) {
    unlink(temporary.c_str());
    throw;
  }
  const net::Fd folder(open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) fsync(folder.get());
}

std::optional<std::string> read_file(const fs::path& file) {
  const net::Fd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) throw net::SystemError("cannot read " + file.string());
  std::string text;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t count = ::read(fd.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw net::SystemError("cannot read " + file.string());
    if (count == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (text.size() > largest_file) throw net::Error(file.string() + " is too large to be PEM");
  }
}

}  // namespace certs
