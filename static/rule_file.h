// RuleFile: a file of the folder that is read but never served, such as `_headers`, and whether it
// has changed. One for each worker, on its thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "server/net/loop.h"
#include "static/root.h"

namespace assets {

class RuleFile {
 public:
  struct Options {
    std::size_t longest = std::size_t{1} * 1024 * 1024;  // bytes; more is not read
    // What was read is believed for so long, then compared with the disk.
    std::chrono::milliseconds fresh_for{1000};
  };

  // `loop` must outlive this. Throws net::Error if `root` is no folder.
  RuleFile(net::Loop& loop, const std::string& root, std::string name, Options options);

  // Whether the content has become another since the last call. Costs a system call at most once
  // in `fresh_for`. While it cannot be read, for want of descriptors for instance, it stays as it
  // was.
  [[nodiscard]] bool changed();
  // As changed(), comparing with the disk whatever the time.
  [[nodiscard]] bool changed_now();

  // None if there is no such file, or it is too long (too_long()).
  const std::optional<std::string>& text() const { return text_; }
  bool too_long() const { return too_long_; }
  // Another whenever the content is; empty if there is none.
  const std::string& version() const { return version_; }

 private:
  struct Found {
    std::optional<std::string> text;
    bool too_long = false;
    bool fresh_ink = false;  // written so recently that another change might not show
  };
  // None if it cannot be read just now.
  std::optional<Found> read(const std::optional<Fingerprint>& print) const;

  net::Loop& loop_;
  Root root_;
  const std::string name_;
  const Options options_;
  std::optional<net::Clock::time_point> checked_;
  std::optional<Fingerprint> print_;
  bool fresh_ink_ = false;
  std::optional<std::string> text_;
  bool too_long_ = false;
  std::string version_;
  unsigned changes_ = 0;
};

}  // namespace assets
