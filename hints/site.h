// Site: what hints ask of the files behind a server. The program implements it over its file store,
// so that hints know nothing of how files are found, cached or encoded.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hints {

// The document that answers a path, after directory index and single-page fallback.
struct Page {
  std::string path;     // of the file itself, as a URL path: "/docs/index.html"
  std::string version;  // changes whenever the text does; an entity tag will do
};

struct AssetInfo {
  std::string media_type;     // "text/css; charset=utf-8"
  std::string cache_control;  // as it will be sent; empty if it is not
  std::string version;        // changes whenever the content does
  bool last_modified = true;  // whether the field will be sent
};

// Every path is percent-encoded, begins with '/' and has no query. Called on one worker's thread
// only; calls must be cheap once the files are known, for resolve() is made for each document
// request.
class Site {
 public:
  virtual ~Site() = default;

  // None if the path is not answered with an HTML document (200).
  virtual std::optional<Page> resolve(std::string_view path) = 0;
  // None if the path is not answered with a file (200): missing, redirected, forbidden.
  virtual std::optional<AssetInfo> asset(std::string_view path) = 0;
  // The text of a page or a stylesheet by the path of its file, not encoded for transfer. Only
  // called to build a plan. None if it cannot be read, or is longer than `limit` bytes.
  virtual std::optional<std::string> text(std::string_view path, std::size_t limit) = 0;
};

}  // namespace hints
