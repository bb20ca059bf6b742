// Confinement: what this process gives up for good, so that whoever took it over would gain little.
#pragma once

#include <string>

namespace cli {

// No program started from here gains privileges (no_new_privs), and system calls that a server has
// no use for are refused (seccomp), where the kernel knows of them. Call before threads are
// started: they take it over. Returns what could not be done, in a sentence; empty: all is done.
std::string confine();

// Throws net::Error if there is no such user; an empty one is nobody in particular.
void require_user(const std::string& user);

// Becomes `user` with its groups, if this process is root: after its ports are bound and its keys
// are read, before files are opened to be written and threads serve. Throws net::Error if it
// cannot.
void become(const std::string& user);

}  // namespace cli
