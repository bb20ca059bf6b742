// Confinement: what this process gives up for good, so that whoever took it over would gain little.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace cli {

struct Config;

// No program started from here gains privileges (no_new_privs), and system calls that a server has
// no use for are refused (seccomp), where the kernel knows of them. Call before threads are
// started: they take it over. Returns what could not be done, in a sentence; empty: all is done.
std::string confine();

// Throws net::Error if there is no such user as [serve] has.
void require_user(const Config& config);

struct Account {
  uid_t user;
  gid_t group;
};
// Whom become() will make of this process; none: it stays who it is.
std::optional<Account> account_to_become(const std::string& user);

// While it lives, this process meets permissions as `user` would, if become() would make it that
// user: for who looks what the server will be able to read. Of a single thread.
class Guise {
 public:
  // Throws net::Error if it cannot be put on.
  explicit Guise(const std::string& user);
  ~Guise();
  Guise(const Guise&) = delete;
  Guise& operator=(const Guise&) = delete;

 private:
  bool worn_ = false;
  gid_t group_;
  std::vector<gid_t> groups_;
};

// Becomes `user` with its groups, if this process is root: after its ports are bound and its keys
// are read, before files are opened to be written and threads serve. Throws net::Error if it
// cannot.
void become(const std::string& user);

}  // namespace cli
