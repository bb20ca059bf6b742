// Landlock: from some moment on, this process writes only where it has to. What it reads is not
// bounded: a reload may name other files and folders, and a bound cannot be widened.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cli {

struct Config;

// The folders that `serve` writes into with this configuration: those of the store, of the access
// log and, for the development certificate, of the state.
std::vector<std::filesystem::path> written_folders(const Config& config);

// This thread, those that it starts, and programs that these start can from here on create, change
// and remove files only in `folders` and below; devices can be written. After no_new_privs. Returns
// why the kernel does not do so, in a sentence; empty: it does. A folder that is not there is left
// out.
std::string write_only_below(const std::vector<std::filesystem::path>& folders);

}  // namespace cli
