#include "hints/opinion.h"

#include <algorithm>
#include <cstdio>

namespace hints {
namespace {

std::string milliseconds(ThinkTime::Duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, duration.count() < 10'000 ? "%.1f ms" : "%.0f ms",
                static_cast<double>(duration.count()) / 1000);
  return text;
}

std::string part(const Share& share) {
  return std::to_string(share.hits()) + " of " + std::to_string(share.tries());
}

}  // namespace

std::string opinion(const RouteHistory& route) {
  std::string text = std::to_string(route.visits) + (route.visits == 1 ? " visit" : " visits");
  const auto& anonymous = route.answers(RouteHistory::Visitor::anonymous);
  const auto& known = route.answers(RouteHistory::Visitor::known);
  const auto& answers = anonymous.think.usual() ? anonymous : known;
  if (const auto usual = answers.think.usual()) {
    text += "; three of four answers within " + milliseconds(*usual);
    text += ", so a 103 goes to clients whose round trip is below " + milliseconds(*usual * 4);
  } else {
    text += "; too few answers to judge the time they take, so a 103 goes to all";
  }
  if (answers.not_page > 0) {
    text += "; the latest answers were not the page (" + std::to_string(answers.not_page) + ")";
  }
  return text;
}

std::string opinion(const Item& item, const AssetHistory* asset) {
  if (asset == nullptr) return "nothing is known yet";
  const Usage& usage = asset->usage;
  std::string text;
  if (asset->told > 0) {
    text = "taken in " + std::to_string(asset->taken) + " of " + std::to_string(asset->told) +
           " visits that were told of it; ";
  }
  if (named_by_page(item)) {
    text += "named by the page, so fetched anyway";
  } else if (usage.untold().tries() > 0) {
    text += "asked for in " + part(usage.untold()) + " visits that were not";
    text += usage.demoted() ? ": not needed, no longer told of" : "";
  } else {
    text += "not left out yet";
  }
  if (!usage.worth_a_push()) {
    text += "; cancelled in " + part(usage.cancelled()) + " pushes, so not pushed";
  }
  return text;
}

bool named_by_page(const Item& item) {
  const auto names = [&](const Mention& mention) {
    return mention.source == Source::html ||
           (mention.source == Source::css && item.as == As::style);
  };
  return names(item.mention) || std::ranges::any_of(item.also, names);
}

}  // namespace hints
