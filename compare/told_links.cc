#include "compare/told_links.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "compare/image_choice.h"
#include "compare/urgency.h"
#include "hints/css_choice.h"
#include "hints/target.h"
#include "server/http/link.h"

namespace lab {
namespace {

Mode mode_of(const http::Link& link, Mode without) {
  const auto crossorigin = link.get("crossorigin");
  if (!crossorigin) return without;
  return http::equal_ignoring_case(*crossorigin, "use-credentials") ? Mode::cors_credentials
                                                                    : Mode::cors;
}

std::optional<Want> want_of(const http::Link& link, std::string_view page,
                            const std::vector<std::string>& origins, Stage stage) {
  if (link.get("anchor")) return std::nullopt;
  const bool module = link.has_relation("modulepreload");
  if (!module && !link.has_relation("preload")) return std::nullopt;
  const auto as = link.get("as");
  if (module && as && !http::equal_ignoring_case(*as, "script")) return std::nullopt;
  const std::optional<Kind> kind = module ? Kind::module : kind_of_as(as.value_or(""));
  if (!kind) return std::nullopt;
  std::string address = link.target;
  if (stage == Stage::final) {
    if (hints::media_of(link.get("media").value_or("")) == hints::Media::some) return std::nullopt;
    if (const auto set = link.get("imagesrcset")) address = image_choice(address, *set);
  }
  const hints::Resolved resolved = hints::resolve(page, address, origins);
  if (resolved.place != hints::Place::here) return std::nullopt;
  Want want;
  want.target = resolved.target;
  want.kind = *kind;
  want.mode = mode_of(link, module ? Mode::cors : Mode::no_cors);
  const auto said = as ? urgency::Said::as : urgency::Said::nothing;
  const Urgency urgency =
      stage == Stage::early ? urgency::of_hint(*kind, said) : urgency::of_preload(*kind);
  want.urgency = urgency::adjusted(urgency, *kind, link.get("fetchpriority").value_or(""));
  return want;
}

}  // namespace

std::optional<Kind> kind_of_as(std::string_view as) {
  static constexpr std::array<std::pair<std::string_view, Kind>, 5> kinds{{
      {"style", Kind::style},
      {"script", Kind::script},
      {"font", Kind::font},
      {"image", Kind::image},
      {"fetch", Kind::fetch},
  }};
  for (const auto& [word, kind] : kinds) {
    if (http::equal_ignoring_case(word, as)) return kind;
  }
  return std::nullopt;
}

std::vector<Want> told_links(const http::Headers& fields, std::string_view page,
                             const std::vector<std::string>& origins, Stage stage) {
  std::vector<Want> wants;
  for (const http::Field field : fields) {
    if (field.name != "link") continue;
    for (const std::string_view text : http::split_links(field.value)) {
      const auto link = http::parse_link(text);
      if (!link) continue;
      if (auto want = want_of(*link, page, origins, stage)) wants.push_back(std::move(*want));
    }
  }
  return wants;
}

}  // namespace lab
