// MemorySite: a folder that a test writes, as the laboratory compares it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compare/site_server.h"

namespace testing {

class MemorySite final : public lab::Site, private http::Handler, private hints::Site {
 public:
  using Files = std::map<std::string, std::string, std::less<>>;  // by path; "/" is the page

  explicit MemorySite(Files files) : files_(std::move(files)) {}

  http::Handler& files() override { return *this; }
  hints::Site& pages() override { return *this; }

 private:
  static std::string type_of(std::string_view path) {
    if (path.ends_with(".css")) return "text/css";
    if (path.ends_with(".js")) return "text/javascript";
    if (path.ends_with(".png")) return "image/png";
    if (path.ends_with(".woff2")) return "font/woff2";
    return "text/html";
  }

  void handle(const http::Request& request, http::Exchange exchange) override {
    const auto file = files_.find(request.path());
    if (file == files_.end()) {
      return exchange.respond(http::text_response(404, "text/plain", "missing"));
    }
    http::Response response;
    const std::string tag = "\"" + std::to_string(file->second.size()) + "\"";
    const bool validated = request.fields.get("if-none-match") == tag;
    if (validated) response.status = 304;
    if (!validated) {
      const auto text = std::make_shared<const std::string>(file->second);
      response.body = std::make_unique<http::MemoryBody>(text);
      response.fields.add("content-type", type_of(file->first));
    }
    response.fields.add("etag", tag);
    response.fields.add("cache-control", "max-age=3600");
    exchange.respond(std::move(response));
  }

  std::optional<hints::Page> resolve(std::string_view path) override {
    const auto file = files_.find(path);
    if (file == files_.end() || type_of(path) != "text/html") return std::nullopt;
    return hints::Page{std::string(path), std::to_string(file->second.size())};
  }
  std::optional<hints::AssetInfo> asset(std::string_view path) override {
    const auto file = files_.find(path);
    if (file == files_.end()) return std::nullopt;
    return hints::AssetInfo{.media_type = type_of(path),
                            .cache_control = "max-age=3600",
                            .version = std::to_string(file->second.size())};
  }
  std::optional<std::string> text(std::string_view path, std::size_t) override {
    const auto file = files_.find(path);
    if (file == files_.end()) return std::nullopt;
    return file->second;
  }
  std::vector<hints::SaidLink> links(std::string_view) override { return {}; }
  std::vector<std::string> learned_links(std::string_view) override { return {}; }
  std::optional<hints::Unserved> unserved(std::string_view, std::size_t) override {
    return std::nullopt;
  }
  std::string unserved_version(std::string_view) override { return {}; }

  Files files_;
};

}  // namespace testing
