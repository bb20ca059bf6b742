// Files of a private folder: whole or not at all, readable by their owner alone, one writer at a
// time. Knows nothing of what is in them.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "server/net/handle.h"

namespace certs {

// Makes the folder (0700) and its missing parents. Throws net::Error when it cannot, or when others
// may write into it.
void make_private_folder(const std::filesystem::path& folder);

// Held until the returned descriptor is closed; waits for other holders, threads and processes
// alike.
net::Fd lock_folder(const std::filesystem::path& folder);

// Makes the folder, and those of its files that are there, belong to somebody else. For root.
void give_folder(const std::filesystem::path& folder, uid_t user, gid_t group,
                 const std::vector<std::string>& files);

// Mode 0600, by a temporary file, fsync and rename, so that a reader or a crash finds the old file
// or the new one. In the folder of another user, what root writes is theirs.
void write_file(const std::filesystem::path& file, const std::string& text);

// Nothing when there is no such file; throws net::SystemError when it cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& file);

}  // namespace certs
