// Landlock: from some moment on, this process writes only where it has to, and reads only where the
// configuration says. A bound cannot be widened: what a reload names elsewhere cannot be used.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cli {

struct Config;

// The folders that `serve` writes into with this configuration: those of the store, of the access
// log and, for the development certificate, of the state.
std::vector<std::filesystem::path> written_folders(const Config& config);

// The folders that `serve` may read with this configuration: those of [serve] reads, ROOT, those
// that it writes into, and those of the system and of this program. Empty: all.
std::vector<std::filesystem::path> read_folders(const Config& config);

// Throws net::Error if a folder of [serve] reads is not there: it would be left out.
void require_reads(const Config& config);

struct Unbound {
  std::string why;  // in a sentence; empty: the bound is kept
  bool full;  // the processes that led to this one have set all that a process can have: they hold
};

// This thread, those that it starts, and programs that these start can from here on open and
// execute only what is in `reads` and below (empty: anything), and create, change and remove files
// only in `writes` and below; devices can be written. After no_new_privs. A folder that is not
// there is left out. It is one of the sixteen bounds that a process and those before it can set.
Unbound keep_to(const std::vector<std::filesystem::path>& reads,
                const std::vector<std::filesystem::path>& writes);

}  // namespace cli
