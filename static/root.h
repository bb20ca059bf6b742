// Root: the folder that is served, and the only way to a file in it. Nothing outside can be opened,
// whatever symbolic links say and however they change meanwhile.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

#include "server/net/handle.h"

namespace assets {

// Tells whether a file is still the one that was read.
struct Fingerprint {
  std::uint64_t device;
  std::uint64_t inode;
  std::uint64_t size;
  std::int64_t modified;  // ns since 1970
  std::int64_t changed;   // ns since 1970, of the inode
  bool operator==(const Fingerprint&) const = default;
};
Fingerprint fingerprint_of(const struct stat& status);

class Root {
 public:
  enum class Resolution {
    kernel,  // openat2, falling back to `walk` where the kernel does not know it
    walk,    // segment by segment
  };
  enum class Outcome { file, directory, missing, forbidden, busy };
  struct Opened {
    Outcome outcome = Outcome::missing;
    net::Fd fd;  // of a regular file
    struct stat status {};
  };

  // Throws net::Error if `folder` is no folder, or none that this process may read.
  explicit Root(std::string folder, Resolution resolution = Resolution::kernel);

  // `path` is relative and has no ".." segments. Anything but a regular file or a directory is
  // missing; `forbidden` is what this process may not read, or may not look into; `busy` is out of
  // descriptors or a failing disk.
  Opened open(const std::string& path) const;

  // What is at `path` now, links followed. Only for comparing with what open() gave: it may lie
  // outside.
  std::optional<Fingerprint> glance(const std::string& path) const;

  // Looks the folder up again by its name, so that a deployment may swap it. Keeps the old one if
  // there is none just now.
  void refresh();

 private:
  int open_inside(const std::string& path, bool follow) const;
  int walk(const std::string& path) const;
  std::optional<std::string> resolve(const std::string& path) const;

  std::string folder_;
  Resolution resolution_;
  net::Fd directory_;
};

}  // namespace assets
