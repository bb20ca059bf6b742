// FakeSite: files in a map, as hints see them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "hints/site.h"

namespace testing {

class FakeSite final : public hints::Site {
 public:
  struct File {
    std::string text;
    hints::AssetInfo info;
  };

  // `text/html` and so on by the extension; may be cached for an hour.
  void put(const std::string& path, std::string text = "x") {
    File& file = files[path];
    file.text = std::move(text);
    file.info = {type_of(path), "max-age=3600", std::to_string(++versions_), true};
  }
  void put_page(const std::string& html) { put("/index.html", html); }
  hints::AssetInfo& info(const std::string& path) { return files.at(path).info; }

  std::optional<hints::Page> resolve(std::string_view path) override {
    ++resolved;
    std::string file(path);
    if (file.ends_with('/')) file += "index.html";
    if (!files.contains(file) && single_page) file = "/index.html";
    if (!files.contains(file) || !file.ends_with(".html")) return std::nullopt;
    return hints::Page{file, files[file].info.version};
  }
  std::optional<hints::AssetInfo> asset(std::string_view path) override {
    ++asked;
    const auto found = files.find(std::string(path));
    if (found == files.end()) return std::nullopt;
    return found->second.info;
  }
  std::optional<std::string> text(std::string_view path, std::size_t limit) override {
    ++read;
    const auto found = files.find(std::string(path));
    if (found == files.end() || found->second.text.size() > limit) return std::nullopt;
    return found->second.text;
  }

  std::vector<hints::SaidLink> links(std::string_view path) override {
    const auto found = said.find(std::string(path));
    return found == said.end() ? std::vector<hints::SaidLink>() : found->second;
  }
  std::vector<std::string> learned_links(std::string_view path) override {
    const auto found = learned.find(std::string(path));
    return found == learned.end() ? std::vector<std::string>() : found->second;
  }
  std::optional<hints::Unserved> unserved(std::string_view path, std::size_t limit) override {
    const auto found = hidden.find(std::string(path));
    if (found == hidden.end() || found->second.text.size() > limit) return std::nullopt;
    return found->second;
  }
  std::string unserved_version(std::string_view path) override {
    const auto found = hidden.find(std::string(path));
    return found == hidden.end() ? "" : found->second.version;
  }
  // A file that is read but not served.
  void hide(const std::string& path, std::string text) {
    hidden[path] = {std::move(text), std::to_string(++versions_)};
  }

  std::map<std::string, std::vector<hints::SaidLink>> said;  // by path
  std::map<std::string, std::vector<std::string>> learned;   // likewise
  std::map<std::string, hints::Unserved> hidden;
  std::map<std::string, File> files;
  bool single_page = false;
  int resolved = 0;
  int asked = 0;
  int read = 0;

 private:
  static std::string type_of(std::string_view path) {
    if (path.ends_with(".html")) return "text/html; charset=utf-8";
    if (path.ends_with(".css")) return "text/css; charset=utf-8";
    if (path.ends_with("js")) return "text/javascript; charset=utf-8";
    if (path.ends_with(".woff2")) return "font/woff2";
    if (path.ends_with(".woff")) return "font/woff";
    if (path.ends_with(".png")) return "image/png";
    if (path.ends_with(".json")) return "application/json";
    return "application/octet-stream";
  }
  int versions_ = 0;
};

}  // namespace testing
