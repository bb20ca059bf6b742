#include "compare/hint_choice.h"

#include <catch2/catch.hpp>

using namespace lab;

namespace {

std::vector<hints::Item> items_of(std::initializer_list<const char*> targets) {
  std::vector<hints::Item> items;
  for (const char* target : targets) {
    items.emplace_back();
    items.back().target = target;
  }
  return items;
}

bool holds(const std::vector<hints::Item>& items, std::string_view target) {
  for (const hints::Item& item : items) {
    if (item.target == target) return true;
  }
  return false;
}

std::string names(const std::vector<hints::Item>& items) {
  std::string text;
  for (const hints::Item& item : items) text += item.target;
  return text;
}

}  // namespace

TEST_CASE("what can be left out for nothing is, and what costs either time stays") {
  const HintChoice choice =
      choose_hints(items_of({"/a", "/b", "/c", "/d"}), [](const std::vector<hints::Item>& told) {
        HintCost cost{.render_ready = 300, .load = 500};
        if (!holds(told, "/a")) cost.render_ready += 100;
        if (!holds(told, "/c")) cost.load += 50;
        return cost;
      });
  CHECK(names(choice.kept) == "/a/c");
  CHECK(names(choice.dropped) == "/b/d");
}

TEST_CASE("of two of which one is needed, the one that comes first stays") {
  const HintChoice choice =
      choose_hints(items_of({"/a", "/b"}), [](const std::vector<hints::Item>& told) {
        const bool any = holds(told, "/a") || holds(told, "/b");
        return HintCost{.render_ready = any ? 300.0 : 400.0, .load = 500};
      });
  CHECK(names(choice.kept) == "/a");
}

TEST_CASE("small losses do not add up") {
  const HintChoice choice = choose_hints(
      items_of({"/1", "/2", "/3", "/4", "/5", "/6"}), [](const std::vector<hints::Item>& told) {
        return HintCost{.render_ready = 300 - 0.4 * static_cast<double>(told.size()), .load = 500};
      });
  CHECK(choice.kept.size() == 5);
}
