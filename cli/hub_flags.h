// HubFlags: where a hub is, how its client shows that it may, and whom it trusts: what publish and
// subscribe are told alike.
#pragma once

#include <string>
#include <vector>

#include "cli/publisher.h"

namespace CLI {
class App;
}

namespace cli {

class HubFlags {
 public:
  // Adds URL to `command`, which must outlive this.
  explicit HubFlags(CLI::App& command);
  HubFlags(const HubFlags&) = delete;
  HubFlags& operator=(const HubFlags&) = delete;

  // Adds the flags, behind those that the command has by then.
  void add_access();

  // After parsing.
  const std::string& url() const { return url_; }
  // As given, or made from the key for these topics, for one run of the program; empty: none.
  // Throws net::Error for a key that cannot be read or cannot sign.
  std::string token(std::vector<std::string> publish, std::vector<std::string> subscribe) const;
  // As given; on this machine, else, the development CA if there is one. Empty: the system's.
  std::string ca_file(const Target& target) const;
  Trust trust() const { return insecure_ ? Trust::anyone : Trust::verify; }

 private:
  CLI::App& command_;
  std::string url_;
  std::string token_;
  std::string key_file_;
  std::string ca_file_;
  bool insecure_ = false;
};

}  // namespace cli
