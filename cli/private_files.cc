#include "cli/private_files.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <variant>

#include "certs/development.h"
#include "server/http/query.h"
#include "static/request_path.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

struct PrivateFile {
  std::string what;  // says what a file is for: "[events] key_file"
  std::string file;
};

// Of a certificate that is made here.
void add_development_keys(std::vector<PrivateFile>& files) {
  try {
    const fs::path folder = certs::state_folder();
    for (const char* name : {"ca-key.pem", "leaf-key.pem"}) {
      files.push_back({"the key of the development certificate", (folder / name).string()});
    }
  } catch (const net::Error&) {
    // There is no such folder: whoever makes the certificate says so.
  }
}

std::vector<PrivateFile> private_files(const Config& config) {
  const Config::Serve& serve = config.serve;
  const Config::Events& events = config.events;
  std::vector<PrivateFile> files{{"the configuration", config.file}, {"[serve] key", serve.key}};
  for (const auto& [setting, file] : secret_files_of(config)) {
    files.push_back({std::string(setting), file});
  }
  for (const Config::Certificate& more : serve.certificates) {
    files.push_back({"[[serve.certificate]] key", more.key});
  }
  if (serve.cert.empty()) add_development_keys(files);
  if (serve.access_log != "-") files.push_back({"[serve] access_log", serve.access_log});
  if (!events.store.empty() && events.store.find("://") == std::string::npos) {
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
      files.push_back({"[events] store", events.store + suffix});
    }
  }
  return files;
}

// Where a file really is, or will be once it is made; as it is written if that cannot be seen.
fs::path real(const fs::path& file) {
  std::error_code problem;
  const fs::path absolute = fs::absolute(file, problem).lexically_normal();
  fs::path found = fs::weakly_canonical(absolute, problem);
  return problem ? absolute : found;
}

// Files whose names are hidden are not given to anybody.
bool can_be_fetched(const fs::path& file, const fs::path& root) {
  const std::string path = file.lexically_relative(root).generic_string();
  if (path.empty() || path == "." || path == ".." || path.starts_with("../")) return false;
  const auto asked = assets::file_path("/" + http::percent_encode(path, "/"));
  return std::holds_alternative<std::string>(asked);
}

}  // namespace

std::vector<std::string> exposed_files(const Config& config) {
  std::vector<std::string> sentences;
  const fs::path root = real(config.serve.root);
  if (root == "/") {
    return {config.place_of("[serve] root") +
            "ROOT is /, the whole file system: name the folder of what is to be served"};
  }
  std::string last;  // a store is several files
  for (const PrivateFile& each : private_files(config)) {
    if (each.file.empty() || each.what == last || !can_be_fetched(real(each.file), root)) continue;
    last = each.what;
    sentences.push_back(
        fmt::format("{}{} ({}) lies in ROOT ({}), where anybody could fetch it: keep it elsewhere, "
                    "or name as ROOT a folder of nothing but what is to be served",
                    config.place_of(each.what), each.file, each.what, config.serve.root));
  }
  return sentences;
}

void require_private(const Config& config) {
  const std::vector<std::string> sentences = exposed_files(config);
  if (!sentences.empty()) throw net::Error(sentences.front());
}

}  // namespace cli
