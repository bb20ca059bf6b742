// WholeFile: a file that appears with all of its content, or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace cli {

// Writes beside `file` and renames. Throws net::SystemError, and then leaves what was there.
void write_whole(const std::filesystem::path& file, std::string_view content);

// Throws net::Error, naming `file`, if write_whole() could not: to be asked before hours of work.
void require_writable(const std::filesystem::path& file);

}  // namespace cli
