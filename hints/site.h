// Site: what hints ask of the files behind a server. The program implements it over its file store,
// so that hints know nothing of how files are found, cached or encoded.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hints {

// The document that answers a path, after directory index and single-page fallback.
struct Page {
  std::string path;  // of the file itself, as a URL path: "/docs/index.html"
  // Changes whenever the text does. If it is an entity tag, an answer with another one is known to
  // be another page.
  std::string version;
  // An app server makes it: the next answer may be another page.
  bool of_app = false;
};

struct AssetInfo {
  std::string media_type;     // "text/css; charset=utf-8"
  std::string cache_control;  // as it will be sent; empty if it is not
  std::string version;        // changes whenever the content does
  bool last_modified = true;  // whether the field will be sent
  std::string redirect = {};  // where a GET is sent instead, by a rule; empty: nowhere
  std::uint64_t bytes = 0;    // as sent to a client that takes every coding; 0: not known
  // An app server may have it, but has not been asked for it yet: nothing is known of it.
  enum class Known { yes, not_yet } known = Known::yes;
};

// A Link that the operator gives a path beside its page: one link of `_headers`.
struct SaidLink {
  std::string value;
  unsigned line = 0;
};

// A file of the folder that is read but never served.
struct Unserved {
  std::string text;
  std::string version;  // changes whenever the text does, and is never empty
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
  // Those of the path as asked for, in order.
  virtual std::vector<SaidLink> links(std::string_view path) = 0;
  // What an app server has said itself that this path needs: values of `link` fields.
  virtual std::vector<std::string> learned_links(std::string_view path) = 0;
  // As it is on the disk now, such as "/.vite/manifest.json". Only called to build a plan.
  virtual std::optional<Unserved> unserved(std::string_view path, std::size_t limit) = 0;
  // Its version, and that of "/_headers", as far as it is known without much effort; empty: none.
  virtual std::string unserved_version(std::string_view path) = 0;
};

}  // namespace hints
