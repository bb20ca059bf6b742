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

// This thread, those that it starts, and programs that these start can from here on open and
// execute only what is in `folders` and below. After no_new_privs. Returns as write_only_below().
std::string read_only_below(const std::vector<std::filesystem::path>& folders);

// This thread, those that it starts, and programs that these start can from here on create, change
// and remove files only in `folders` and below; devices can be written. After no_new_privs. Returns
// why the kernel does not do so, in a sentence; empty: it does. A folder that is not there is left
// out.
std::string write_only_below(const std::vector<std::filesystem::path>& folders);

}  // namespace cli
