// Runs a fuzz target over files, as a regression test that needs no fuzzer: replay_TARGET FOLDER...
// Each file also goes in cut short at a few places: cheap, and most finds are of that kind.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "fuzz/target.h"

namespace {

void run(const std::string& content) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t inputs = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string content(std::istreambuf_iterator<char>(in), {});
      run(content);
      for (std::size_t part = 1; part < 8; ++part)
        run(content.substr(0, content.size() * part / 8));
      ++inputs;
    }
  }
  std::cout << inputs << " inputs\n";
  return inputs > 0 ? 0 : 1;
}
