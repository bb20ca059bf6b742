#include "compare/image_choice.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "hints/css_choice.h"
#include "server/http/headers.h"

namespace lab {
namespace {

constexpr double screen = 1280;
constexpr std::string_view blanks = " \t\n\r\f";

struct Candidate {
  std::string_view url;
  double density = 1;
  bool by_width = false;
};

// A descriptor in brackets has no meaning yet, so commas part candidates wherever they follow one.
std::optional<Candidate> next_candidate(std::string_view& set) {
  const auto start = set.find_first_not_of(" \t\n\r\f,");
  if (start == std::string_view::npos) return std::nullopt;
  set.remove_prefix(start);
  Candidate candidate;
  const auto end = std::min(set.find_first_of(blanks), set.size());
  candidate.url = set.substr(0, end);
  set.remove_prefix(end);
  if (candidate.url.ends_with(',')) {
    candidate.url.remove_suffix(1);
    return candidate;
  }
  const auto comma = std::min(set.find(','), set.size());
  std::string descriptor(set.substr(0, comma));
  set.remove_prefix(comma);
  const auto first = descriptor.find_first_not_of(blanks);
  const auto last = descriptor.find_last_not_of(blanks);
  if (first == std::string::npos) return candidate;
  const double number = std::strtod(descriptor.c_str() + first, nullptr);
  candidate.by_width = descriptor[last] == 'w';
  if (candidate.by_width) candidate.density = number / screen;
  if (descriptor[last] == 'x') candidate.density = number;
  return candidate;
}

bool understood(std::string_view type) {
  static constexpr std::array<std::string_view, 8> types{
      "",           "image/avif", "image/webp",    "image/png",
      "image/jpeg", "image/gif",  "image/svg+xml", "image/apng"};
  return std::ranges::find(types, type) != types.end();
}

}  // namespace

std::string image_choice(std::string_view src, std::string_view srcset) {
  // The least density that is enough; if none is, the greatest.
  Candidate best;
  const auto consider = [&best](const Candidate& one) {
    const bool better = best.density < 1 ? one.density > best.density
                                         : one.density >= 1 && one.density < best.density;
    if (best.url.empty() || better) best = one;
  };
  bool widths = false;
  while (const auto candidate = next_candidate(srcset)) {
    consider(*candidate);
    widths = widths || candidate->by_width;
  }
  if (!widths && !src.empty()) consider({src});
  return std::string(best.url);
}

std::optional<std::string> picture_source(const GumboNode& image) {
  const GumboNode* picture = image.parent;
  if (picture == nullptr || picture->type != GUMBO_NODE_ELEMENT) return std::nullopt;
  // Gumbo's list of tags is older than <picture>.
  const GumboStringPiece& tag = picture->v.element.original_tag;
  const std::string_view opening(tag.data, tag.length);
  if (!http::equal_ignoring_case(opening.substr(0, 8), "<picture")) return std::nullopt;
  for (const GumboNode* sibling : hints::nodes(picture->v.element.children)) {
    if (sibling == &image) break;
    if (sibling->type != GUMBO_NODE_ELEMENT || sibling->v.element.tag != GUMBO_TAG_SOURCE) continue;
    const GumboElement& source = sibling->v.element;
    const bool fits = understood(hints::lower_value(source, "type")) &&
                      hints::media_of(hints::value(source, "media")) == hints::Media::every_screen;
    if (!fits) continue;
    std::string url = image_choice({}, hints::value(source, "srcset"));
    if (!url.empty()) return url;
  }
  return std::nullopt;
}

}  // namespace lab
