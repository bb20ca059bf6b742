#include "hints/link_source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "hints/target.h"
#include "server/http/headers.h"
#include "server/http/link.h"

namespace hints {
namespace {

std::optional<As> as_of(std::string_view word) {
  for (const As as : {As::style, As::script, As::font, As::image, As::fetch}) {
    if (http::equal_ignoring_case(words(as), word)) return as;
  }
  return std::nullopt;
}

std::uint8_t urgency_of(As as) {
  switch (as) {
    case As::style:
      return 1;
    case As::script:
    case As::font:
      return 2;
    case As::fetch:
      return 3;
    case As::image:
      return 4;
  }
  return 3;
}

Cors cors_of(const http::Link& link) {
  const auto value = link.get("crossorigin");
  if (!value) return Cors::none;
  return http::equal_ignoring_case(*value, "use-credentials") ? Cors::credentials : Cors::anonymous;
}

std::string shown(std::string_view url) {
  std::string text(url.substr(0, 120));
  std::ranges::replace_if(
      text, [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\' || c == ','; }, '_');
  return text;
}

// Of a preload whose target is on this origin.
LinkOutcome outcome_of(const http::Link& link, std::string target) {
  const bool module = link.has_relation("modulepreload");
  const auto as = as_of(link.get("as").value_or(module ? "script" : ""));
  if (!as || (module && *as != As::script)) {
    return LinkWithheld{std::move(target), Reason::unsupported};
  }
  if (link.get("media") || link.get("imagesrcset")) {
    return LinkWithheld{std::move(target), Reason::responsive};
  }
  Item item;
  item.target = std::move(target);
  item.as = *as;
  item.rel = module ? Rel::modulepreload : Rel::preload;
  item.type = http::to_lower(link.get("type").value_or(""));
  item.cors = cors_of(link);
  item.integrity = link.get("integrity").value_or("");
  item.fetch_priority = http::to_lower(link.get("fetchpriority").value_or(""));
  const bool worth = *as != As::image && *as != As::fetch && !link.get("nopush");
  item.push = worth ? Pushable::yes : Pushable::no;
  item.urgency = urgency_of(*as);
  return item;
}

}  // namespace

ReadLink read_link(std::string_view text, std::string_view page,
                   const std::vector<std::string>& origins) {
  const auto link = http::parse_link(text);
  if (!link || link->get("anchor")) return {};
  if (!link->has_relation("modulepreload") && !link->has_relation("preload")) return {};
  Resolved resolved = resolve(page, link->target, origins);
  switch (resolved.place) {
    case Place::nowhere:
      return {};
    case Place::elsewhere:
      return {LinkWithheld{shown(link->target), Reason::other_origin}};
    case Place::here:
      break;
  }
  return {outcome_of(*link, std::move(resolved.target)), resolved.relative};
}

bool planned(std::string_view link, const std::vector<std::string>& origins) {
  const LinkOutcome outcome = read_link(link, "/", origins).outcome;
  const auto* withheld = std::get_if<LinkWithheld>(&outcome);
  return std::holds_alternative<Item>(outcome) ||
         (withheld != nullptr && withheld->reason != Reason::other_origin);
}

}  // namespace hints
