// Manifest and SsrManifest: what Vite writes of a build (`build.manifest`, `build.ssrManifest`),
// read. Which page needs which of it is manifest_source's business.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hints {

class Manifest {
 public:
  struct Piece {
    enum class Kind { chunk, style, asset } kind = Kind::chunk;
    std::string file;   // as in the manifest: relative to the base of the build
    unsigned line = 0;  // of its first mention in the manifest
  };

  Manifest() = default;
  // Gives what is wrong, as a clause, in fault() if the text is no manifest.
  explicit Manifest(std::string_view json);

  bool empty() const { return chunks_.empty(); }
  const std::string& fault() const { return fault_; }

  bool has_chunk(std::string_view file) const { return by_file_.contains(std::string(file)); }
  // Whether any chunk, dynamic ones too, is or has that file.
  bool names(std::string_view file) const { return lines_.contains(std::string(file)); }
  // Of the file's first mention; 0 if there is none.
  unsigned line_of(std::string_view file) const;
  // The file of the entry that was made of that page ("index.html"); empty if there is none.
  std::string entry_of(std::string_view page) const;
  // What loading a chunk loads besides it, in the order in which a browser comes upon it: what is
  // imported dynamically is left out. Each file once.
  std::vector<Piece> reach(std::string_view file) const;

 private:
  struct Chunk {
    std::string file;
    bool entry = false;
    std::vector<std::string> css;
    std::vector<std::string> imports;  // keys
    std::vector<std::string> assets;
  };

  void find_lines(std::string_view json);

  std::map<std::string, Chunk, std::less<>> chunks_;
  std::unordered_map<std::string, std::string> by_file_;  // of a chunk; to its key
  std::unordered_map<std::string, unsigned> lines_;       // of every file
  std::string fault_;
};

class SsrManifest {
 public:
  SsrManifest() = default;
  explicit SsrManifest(std::string_view json);

  bool empty() const { return modules_.empty(); }
  const std::string& fault() const { return fault_; }
  // Paths with the base of the build that go with `path`: all files of each module that has it.
  std::vector<std::string> companions(std::string_view path) const;

 private:
  std::vector<std::vector<std::string>> modules_;  // their files
  std::unordered_map<std::string, std::vector<std::size_t>> by_file_;
  std::string fault_;
};

}  // namespace hints
