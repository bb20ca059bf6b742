#include "static/path_pattern.h"

#include <algorithm>

#include "server/http/headers.h"
#include "server/http/query.h"

namespace assets {
namespace {

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool in_name(char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; }

std::size_t name_length(std::string_view text) {
  if (text.empty() || !letter(text.front())) return 0;
  const auto end = std::ranges::find_if_not(text, in_name);
  return static_cast<std::size_t>(end - text.begin());
}

}  // namespace

std::optional<std::string_view> Captures::get(std::string_view name) const {
  for (const auto& [known, value] : all_) {
    if (known == name) return value;
  }
  return std::nullopt;
}

void Captures::append(const Captures& others) {
  all_.insert(all_.end(), others.all_.begin(), others.all_.end());
}

std::optional<std::pair<std::size_t, std::string_view>> Captures::named(
    std::string_view text) const {
  const std::size_t length = name_length(text);
  if (length == 0) return std::nullopt;
  const auto value = get(text.substr(0, length));
  if (!value) return std::nullopt;
  return std::pair{length, *value};
}

PathPattern::Pieces PathPattern::take_apart(std::string_view text) {
  Pieces pieces;
  const auto literal = [&](std::string_view more) {
    if (pieces.empty() || pieces.back().kind != Piece::Kind::text) pieces.emplace_back();
    pieces.back().text += more;
  };
  while (!text.empty()) {
    const std::size_t name = text.front() == ':' ? name_length(text.substr(1)) : 0;
    if (text.front() == '*') {
      const bool again = !pieces.empty() && pieces.back().kind == Piece::Kind::splat;
      if (!again) pieces.push_back({Piece::Kind::splat, "splat"});
      text.remove_prefix(1);
    } else if (name > 0) {
      pieces.push_back({Piece::Kind::name, std::string(text.substr(1, name))});
      text.remove_prefix(1 + name);
    } else {
      literal(text.substr(0, 1));
      text.remove_prefix(1);
    }
  }
  return pieces;
}

std::variant<PathPattern, std::string> PathPattern::parse(std::string_view text) {
  PathPattern pattern;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!http::equal_ignoring_case(text.substr(0, scheme.size()), scheme)) continue;
    pattern.scheme_ = scheme.substr(0, scheme.size() - 3);
    text.remove_prefix(scheme.size());
    const auto slash = text.find('/');
    const std::string host = http::to_lower(text.substr(0, slash));
    text = slash == std::string_view::npos ? "/" : text.substr(slash);
    pattern.host_ = take_apart(host);
    if (host.empty()) return "names no host";
    const auto last = host.rfind(':');
    if (last != std::string::npos && name_length(std::string_view(host).substr(last + 1)) == 0) {
      return "names a port, which rules cannot";
    }
  }
  if (!text.starts_with('/')) return "is neither a path that begins with / nor a URL";
  if (text.find_first_of("?#") != std::string_view::npos) {
    return "has a ? or #, which paths have not";
  }
  pattern.path_ = take_apart(text);
  for (Piece& piece : pattern.path_) {
    if (piece.kind != Piece::Kind::text) continue;
    if (auto plain = http::percent_decode(piece.text)) piece.text = *std::move(plain);
  }
  return pattern;
}

// As with a glob of two kinds of stars: where what follows a wildcard does not fit, the latest one
// takes one character more; one before a splat never has to be tried again.
std::optional<Captures> PathPattern::match(const Pieces& pieces, std::string_view text,
                                           char border) {
  struct Extent {
    std::size_t start = 0;
    std::size_t end = 0;
  };
  constexpr auto none = static_cast<std::size_t>(-1);
  std::vector<Extent> extents(pieces.size());
  std::size_t splat = none;  // the latest of its kind, as an index into pieces
  std::size_t name = none;
  std::size_t piece = 0;
  std::size_t at = 0;
  const auto widen = [&](std::size_t index) {
    at = ++extents[index].end;
    piece = index + 1;
  };
  while (piece < pieces.size() || at < text.size()) {
    const Piece* next = piece < pieces.size() ? &pieces[piece] : nullptr;
    if (next != nullptr && next->kind == Piece::Kind::text &&
        text.substr(at).starts_with(next->text)) {
      at += next->text.size();
      ++piece;
    } else if (next != nullptr && next->kind == Piece::Kind::splat) {
      extents[piece] = {at, at};
      splat = piece++;
      name = none;
    } else if (next != nullptr && next->kind == Piece::Kind::name && at < text.size() &&
               text[at] != border) {
      extents[piece] = {at, at + 1};
      name = piece++;
      ++at;
    } else if (name != none && extents[name].end < text.size() &&
               text[extents[name].end] != border) {
      widen(name);
    } else if (splat != none && extents[splat].end < text.size()) {
      widen(splat);
      name = none;
    } else {
      return std::nullopt;
    }
  }
  Captures captures;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].kind == Piece::Kind::text) continue;
    captures.add(pieces[i].text, text.substr(extents[i].start, extents[i].end - extents[i].start));
  }
  return captures;
}

std::optional<Captures> PathPattern::match(std::string_view host, std::string_view path) const {
  // Nearly every rule that does not match differs at once.
  if (path_.front().kind == Piece::Kind::text && !path.starts_with(path_.front().text)) {
    return std::nullopt;
  }
  auto captures = match(path_, path, '/');
  if (!captures || host_.empty()) return captures;
  auto of_host = match(host_, host, '.');
  if (!of_host) return std::nullopt;
  of_host->append(*captures);
  return of_host;
}

bool PathPattern::fixed() const {
  const auto text = [](const Piece& piece) { return piece.kind == Piece::Kind::text; };
  return std::ranges::all_of(host_, text) && std::ranges::all_of(path_, text);
}

bool PathPattern::has_splat() const { return captures("splat"); }

bool PathPattern::captures(std::string_view name) const {
  const auto named = [&](const Piece& piece) {
    return piece.kind != Piece::Kind::text && piece.text == name;
  };
  return std::ranges::any_of(host_, named) || std::ranges::any_of(path_, named);
}

}  // namespace assets
