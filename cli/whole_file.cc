#include "cli/whole_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "server/net/error.h"
#include "server/net/handle.h"

namespace cli {
namespace {

// Removes the file unless it was renamed.
class Draft {
 public:
  explicit Draft(const std::filesystem::path& file)
      : name_(file.string() + ".XXXXXX"), fd_(mkstemp(name_.data())) {
    if (!fd_) throw net::SystemError("cannot write " + file.string());
  }
  ~Draft() {
    if (!name_.empty()) unlink(name_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  void write(std::string_view content, const std::filesystem::path& file) {
    while (!content.empty()) {
      const ssize_t count = ::write(fd_.get(), content.data(), content.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) throw net::SystemError("cannot write " + file.string());
      content.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void publish(const std::filesystem::path& file) {
    // As if it had been created in the usual way; mkstemp is for secrets.
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(fd_.get(), 0666 & ~mask);
    if (std::rename(name_.c_str(), file.c_str()) != 0) {
      throw net::SystemError("cannot write " + file.string());
    }
    name_.clear();
  }

 private:
  std::string name_;
  net::Fd fd_;
};

}  // namespace

void write_whole(const std::filesystem::path& file, std::string_view content) {
  Draft draft(file);
  draft.write(content, file);
  draft.publish(file);
}

void require_writable(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    throw net::Error("cannot write " + file.string() + ": it is a folder");
  }
  const Draft draft(file);
}

}  // namespace cli
