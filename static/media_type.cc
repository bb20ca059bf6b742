#include "static/media_type.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <utility>

namespace assets {
namespace {

using Entry = std::pair<std::string_view, std::string_view>;

// What browsers insist on, or what distributions' tables have wrong or lack.
constexpr auto web_types = std::to_array<Entry>({
    {"html", "text/html"},
    {"htm", "text/html"},
    {"xhtml", "application/xhtml+xml"},
    {"css", "text/css"},
    {"js", "text/javascript"},
    {"mjs", "text/javascript"},
    {"cjs", "text/javascript"},
    {"json", "application/json"},
    {"jsonld", "application/ld+json"},
    {"geojson", "application/geo+json"},
    {"map", "application/json"},
    {"webmanifest", "application/manifest+json"},
    {"importmap", "application/importmap+json"},
    {"wasm", "application/wasm"},
    {"txt", "text/plain"},
    {"md", "text/markdown"},
    {"csv", "text/csv"},
    {"vtt", "text/vtt"},
    {"ics", "text/calendar"},
    {"xml", "application/xml"},
    {"rss", "application/rss+xml"},
    {"atom", "application/atom+xml"},
    {"pdf", "application/pdf"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"jxl", "image/jxl"},
    {"ico", "image/x-icon"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"ttf", "font/ttf"},
    {"otf", "font/otf"},
    {"mp4", "video/mp4"},
    {"m4v", "video/mp4"},
    {"webm", "video/webm"},
    {"mp3", "audio/mpeg"},
    {"m4a", "audio/mp4"},
    {"ogg", "audio/ogg"},
    {"opus", "audio/ogg"},
    {"wav", "audio/wav"},
    {"flac", "audio/flac"},
    {"weba", "audio/webm"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"zst", "application/zstd"},
    {"br", "application/octet-stream"},
});

constexpr std::string_view unknown_type = "application/octet-stream";

std::string with_charset(std::string type) {
  if (type.starts_with("text/")) type += "; charset=utf-8";
  return type;
}

// The part of a content-type before its parameters.
std::string_view essence(std::string_view media_type) {
  return http::trim(media_type.substr(0, media_type.find(';')));
}

bool is_script(std::string_view type) {
  return type == "text/javascript" || type == "application/javascript";
}

bool is_archive(std::string_view type) {
  static constexpr auto archives = std::to_array<std::string_view>(
      {"application/zip", "application/gzip", "application/zstd", "application/x-bzip2",
       "application/x-xz", "application/x-7z-compressed", "application/java-archive",
       "application/vnd.rar", "application/epub+zip"});
  return std::ranges::find(archives, type) != archives.end();
}

}  // namespace

MediaTypes::MediaTypes(const std::string& mime_types_file) {
  std::ifstream file(mime_types_file);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string type;
    words >> type;
    for (std::string extension; words >> extension;) {
      by_extension_.insert_or_assign(http::to_lower(extension), with_charset(type));
    }
  }
  for (const auto& [extension, type] : web_types) {
    by_extension_.insert_or_assign(std::string(extension), with_charset(std::string(type)));
  }
}

std::string_view MediaTypes::of(std::string_view path) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return unknown_type;
  const auto found = by_extension_.find(http::to_lower(name.substr(dot + 1)));
  return found == by_extension_.end() ? unknown_type : std::string_view(found->second);
}

http::Priority priority_of(std::string_view media_type, std::string_view path) {
  const std::string_view type = essence(media_type);
  if (type == "text/html" || type == "application/xhtml+xml") return {.urgency = 0};
  if (type == "text/css") return {.urgency = 1};
  if (is_script(type))
    return {.urgency = static_cast<std::uint8_t>(path.ends_with(".mjs") ? 2 : 1)};
  if (type.starts_with("font/")) return {.urgency = 2};
  if (type.starts_with("image/")) return {.urgency = 4, .incremental = true};
  const bool bulk = type.starts_with("video/") || type.starts_with("audio/") || is_archive(type) ||
                    type == unknown_type;
  if (bulk) return {.urgency = 6, .incremental = true};
  return {.urgency = 4};
}

Compressibility compressibility_of(std::string_view media_type) {
  static constexpr auto texts = std::to_array<std::string_view>(
      {"application/json", "application/javascript", "application/xml", "application/wasm",
       "application/vnd.apple.mpegurl", "image/x-icon", "image/bmp", "font/ttf", "font/otf",
       "application/vnd.ms-fontobject", "application/rtf", "application/x-sh", "application/sql"});
  const std::string_view type = essence(media_type);
  if (type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml") ||
      std::ranges::find(texts, type) != texts.end()) {
    return Compressibility::text;
  }
  const bool compressed = type.starts_with("image/") || type.starts_with("video/") ||
                          type.starts_with("audio/") || type.starts_with("font/") ||
                          is_archive(type);
  return compressed ? Compressibility::compressed : Compressibility::unknown;
}

}  // namespace assets
