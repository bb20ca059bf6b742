// PathPattern: the left side of a rule in `_headers` and `_redirects`, as Netlify and Cloudflare
// write it: "/docs/*", "/blog/:year/:slug", "https://:shop.test/*". Matches paths that are decoded,
// and may itself be written either way: "/straße", "/stra%C3%9Fe".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace assets {

// What the placeholders of a pattern stood for, by name; that of '*' is "splat".
class Captures {
 public:
  // The first of a name counts.
  void add(std::string_view name, std::string_view value) { all_.emplace_back(name, value); }
  void append(const Captures& others);
  std::optional<std::string_view> get(std::string_view name) const;
  // What expand() gives at most, in bytes: few clients take a longer field.
  static constexpr std::size_t longest = 16 * 1024;
  // `text` with every ":name" that was captured replaced by `write(value)`, others left alone;
  // nothing if that would be longer than the longest.
  template <typename Write>
  std::optional<std::string> expand(std::string_view text, Write write) const;

 private:
  // The length of the captured name at the beginning of `text`, and its value.
  std::optional<std::pair<std::size_t, std::string_view>> named(std::string_view text) const;
  std::vector<std::pair<std::string, std::string>> all_;
};

class PathPattern {
 public:
  // Gives what is wrong, as a clause, if it is no pattern.
  static std::variant<PathPattern, std::string> parse(std::string_view text);

  // `path` is decoded and begins with '/'; `host` is in lower case, without a port. In time that
  // grows with their lengths only, whatever they hold.
  std::optional<Captures> match(std::string_view host, std::string_view path) const;

  // "https", "http" or empty: any.
  const std::string& scheme() const { return scheme_; }
  bool any_host() const { return host_.empty(); }
  // Whether one path alone matches.
  bool fixed() const;
  bool has_splat() const;
  // Whether ":name" or ":splat" is something that match() captures.
  bool captures(std::string_view name) const;

 private:
  struct Piece {
    enum class Kind { text, splat, name } kind = Kind::text;
    std::string text;  // or the name
  };
  using Pieces = std::vector<Piece>;
  static Pieces take_apart(std::string_view text);
  // `border` is what a placeholder does not match.
  static std::optional<Captures> match(const Pieces& pieces, std::string_view text, char border);

  std::string scheme_;
  Pieces host_;
  Pieces path_;
};

template <typename Write>
std::optional<std::string> Captures::expand(std::string_view text, Write write) const {
  std::string out;
  for (auto colon = text.find(':'); colon != std::string_view::npos; colon = text.find(':')) {
    out += text.substr(0, colon);
    text.remove_prefix(colon + 1);
    if (const auto found = named(text)) {
      out += write(found->second);
      text.remove_prefix(found->first);
      if (out.size() > longest) return std::nullopt;
    } else {
      out += ':';
    }
  }
  out += text;
  if (out.size() > longest) return std::nullopt;
  return out;
}

}  // namespace assets
