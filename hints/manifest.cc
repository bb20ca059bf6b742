#include "hints/manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace hints {
namespace {

using Json = nlohmann::json;

std::vector<std::string> texts(const Json& object, const char* key) {
  std::vector<std::string> all;
  const auto list = object.find(key);
  if (list == object.end() || !list->is_array()) return all;
  for (const Json& one : *list) {
    if (one.is_string()) all.push_back(one.get<std::string>());
  }
  return all;
}

std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// The strings of a JSON text with their lines; one with escapes is passed over.
template <typename Take>
void each_string(std::string_view json, Take take) {
  unsigned line = 1;
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (json[at] == '\n') ++line;
    if (json[at] != '"') continue;
    const std::size_t start = ++at;
    bool plain = true;
    while (at < json.size() && json[at] != '"') {
      plain = plain && json[at] != '\\';
      at += json[at] == '\\' ? 2 : 1;
    }
    if (plain && at < json.size()) take(json.substr(start, at - start), line);
  }
}

}  // namespace

Manifest::Manifest(std::string_view json) {
  const Json document = Json::parse(json, nullptr, false);
  if (!document.is_object()) {
    fault_ = document.is_discarded() ? "is not JSON" : "is not a manifest of Vite";
    return;
  }
  for (const auto& [key, value] : document.items()) {
    std::string file = value.is_object() ? text(value, "file") : "";
    if (file.empty()) continue;
    const auto entry = value.find("isEntry");
    Chunk chunk{file, entry != value.end() && *entry == true, texts(value, "css"),
                texts(value, "imports"), texts(value, "assets")};
    by_file_.emplace(std::move(file), key);
    chunks_.emplace(key, std::move(chunk));
  }
  if (chunks_.empty() && !document.empty()) fault_ = "is not a manifest of Vite";
  find_lines(json);
}

void Manifest::find_lines(std::string_view json) {
  for (const auto& [key, chunk] : chunks_) {
    lines_.emplace(chunk.file, 0);
    for (const std::string& file : chunk.css) lines_.emplace(file, 0);
    for (const std::string& file : chunk.assets) lines_.emplace(file, 0);
  }
  each_string(json, [&](std::string_view file, unsigned line) {
    const auto found = lines_.find(std::string(file));
    if (found != lines_.end() && found->second == 0) found->second = line;
  });
}

unsigned Manifest::line_of(std::string_view file) const {
  const auto found = lines_.find(std::string(file));
  return found == lines_.end() ? 0 : found->second;
}

std::string Manifest::entry_of(std::string_view page) const {
  const auto found = chunks_.find(page);
  return found != chunks_.end() && found->second.entry ? found->second.file : "";
}

std::vector<Manifest::Piece> Manifest::reach(std::string_view file) const {
  std::vector<Piece> pieces;
  const auto start = by_file_.find(std::string(file));
  if (start == by_file_.end()) return pieces;
  std::set<std::string_view> told{file};
  std::set<std::string_view> visited;
  const auto tell = [&](Piece::Kind kind, const std::string& name) {
    if (told.insert(name).second) pieces.push_back({kind, name, lines_.at(name)});
  };
  // Depth first and in order, without recursion: imports may nest as deep as they like.
  std::vector<std::string_view> pending{start->second};
  while (!pending.empty()) {
    const auto found = chunks_.find(pending.back());
    pending.pop_back();
    if (found == chunks_.end() || !visited.insert(found->first).second) continue;
    const Chunk& chunk = found->second;
    tell(Piece::Kind::chunk, chunk.file);
    for (const std::string& name : chunk.css) tell(Piece::Kind::style, name);
    for (const std::string& name : chunk.assets) tell(Piece::Kind::asset, name);
    pending.insert(pending.end(), chunk.imports.rbegin(), chunk.imports.rend());
  }
  return pieces;
}

SsrManifest::SsrManifest(std::string_view json) {
  const Json document = Json::parse(json, nullptr, false);
  if (!document.is_object()) {
    fault_ = document.is_discarded() ? "is not JSON" : "is not an SSR manifest of Vite";
    return;
  }
  for (const auto& [module, list] : document.items()) {
    if (!list.is_array()) {
      fault_ = "is not an SSR manifest of Vite";
      continue;
    }
    std::vector<std::string> files;
    for (const Json& one : list) {
      if (one.is_string()) files.push_back(one.get<std::string>());
    }
    for (const std::string& file : files) by_file_[file].push_back(modules_.size());
    modules_.push_back(std::move(files));
  }
}

std::vector<std::string> SsrManifest::companions(std::string_view path) const {
  std::vector<std::string> all;
  const auto found = by_file_.find(std::string(path));
  if (found == by_file_.end()) return all;
  for (const std::size_t module : found->second) {
    for (const std::string& file : modules_[module]) {
      if (file != path && std::ranges::find(all, file) == all.end()) all.push_back(file);
    }
  }
  return all;
}

}  // namespace hints
