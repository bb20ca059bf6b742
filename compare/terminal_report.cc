#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "compare/cell_group.h"
#include "compare/conclusion.h"
#include "compare/figures.h"
#include "compare/report.h"

namespace lab {
namespace {

constexpr std::string_view bold = "\033[1m";
constexpr std::string_view green = "\033[32m";
constexpr std::string_view red = "\033[31m";
constexpr std::string_view dim = "\033[2m";
constexpr std::string_view plain = "\033[0m";

class Terminal {
 public:
  explicit Terminal(Colours colours) : colours_(colours) {}

  void line(std::string_view text = "") { text_.append(text) += '\n'; }
  // Right-aligned, so that colours do not count as width.
  std::string cell(std::string_view text, std::size_t width, std::string_view colour) const {
    return std::string(width > text.size() ? width - text.size() : 1, ' ') + in(colour, text);
  }
  std::string in(std::string_view colour, std::string_view text) const {
    if (colours_ == Colours::off || colour.empty()) return std::string(text);
    return fmt::format("{}{}{}", colour, text, plain);
  }
  std::string take() { return std::move(text_); }

 private:
  Colours colours_;
  std::string text_;
};

std::string_view colour_of(Verdict verdict) {
  if (verdict == Verdict::better) return green;
  return verdict == Verdict::worse ? red : dim;
}

std::string gain_of(const ArmResult& result) {
  if (result.too_few()) return "?";
  return result.verdict == Verdict::equal ? "=" : gain_text(result.render_gain.median);
}

constexpr std::size_t label_width = 24;

void group_table(Terminal& out, const CellGroup& group, const std::vector<Arm>& arms) {
  out.line();
  out.line("  " + out.in(bold, group.title));
  std::string head(label_width, ' ');
  for (const Arm arm : arms) {
    head += out.cell(name_of(arm), std::max<std::size_t>(name_of(arm).size() + 2, 11), "");
  }
  out.line(head);
  for (const Cell* cell : group.cells) {
    std::string row = fmt::format("  {:<{}}", link_text(cell->conditions), label_width - 2);
    for (const Arm arm : arms) {
      const std::size_t width = std::max<std::size_t>(name_of(arm).size() + 2, 11);
      const ArmResult* result = find_arm(*cell, arm);
      if (!result) {
        row += out.cell("failed", width, red);
      } else if (arm == Arm::none) {
        row += out.cell(time_text(result->render_ready.median), width, "");
      } else {
        row += out.cell(gain_of(*result), width, colour_of(result->verdict));
      }
    }
    out.line(row);
  }
}

std::vector<Arm> arms_of(const PageResult& page) {
  std::vector<Arm> arms;
  for (const Cell& cell : page.cells) {
    for (const ArmResult& result : cell.arms) {
      if (std::find(arms.begin(), arms.end(), result.arm) == arms.end()) arms.push_back(result.arm);
    }
  }
  return arms;
}

void failures(Terminal& out, const PageResult& page) {
  std::vector<std::string> told;
  for (const Cell& cell : page.cells) {
    for (const ArmResult& result : cell.arms) {
      for (const PageLoad& load : result.loads) {
        if (load.failure.empty() || std::find(told.begin(), told.end(), load.failure) != told.end())
          continue;
        told.push_back(load.failure);
        out.line("  " + out.in(red, fmt::format("{}: {}", name_of(result.arm), load.failure)));
      }
    }
  }
}

}  // namespace

std::string terminal_report(const Comparison& comparison, Colours colours) {
  Terminal out(colours);
  for (const PageResult& page : comparison.pages) {
    if (page.cells.empty()) continue;
    out.line();
    out.line(out.in(bold, page.path) +
             "  render-ready without hints, and how much earlier (+) with them; = says the 95 % "
             "interval holds zero, or that it is under 1 ms");
    for (const CellGroup& group : groups_of(page)) group_table(out, group, arms_of(page));
    failures(out, page);
    if (const std::string doubt = reservation(page); !doubt.empty()) out.line("\n  " + doubt);
    out.line();
    out.line("  " + conclude(page).sentence);
  }
  if (comparison.setup.interrupted) {
    out.line();
    out.line("  Interrupted: this is of the rounds that were done.");
  }
  return out.take();
}

}  // namespace lab
