#include "compare/heat_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compare/conclusion.h"
#include "compare/figures.h"
#include "compare/html.h"

namespace lab {
namespace {

std::string cell_html(const Cell* cell, Arm arm, Milliseconds scale) {
  if (!cell) return "<td class=absent>not measured</td>";
  const ArmResult* result = find_arm(*cell, arm);
  if (!result) return "<td class=absent>failed</td>";
  const std::string title = escaped(fmt::format(
      "{}: {}; render-ready at {}", result->too_few() ? "too few loads" : name_of(result->verdict),
      estimate_text(result->render_gain), time_text(result->render_ready.median)));
  if (result->verdict == Verdict::equal) {
    return fmt::format("<td class=equal title=\"{}\">{} <small>{}</small></td>", title,
                       result->too_few() ? '?' : '=', gain_text(result->render_gain.median));
  }
  const double depth = std::clamp(std::abs(result->render_gain.median) / scale, 0.08, 1.0);
  return fmt::format("<td class={} style=\"--depth:{:.0f}%\" title=\"{}\">{}</td>",
                     name_of(result->verdict), depth * 60, title,
                     gain_text(result->render_gain.median));
}

}  // namespace

std::string heat_map(const CellGroup& group, Arm arm, Milliseconds scale) {
  std::string html =
      fmt::format("<table class=heat><caption>{}</caption><thead><tr><th scope=col>think</th>",
                  escaped(name_of(arm)));
  for (const Milliseconds round_trip : group.round_trips) {
    html += fmt::format("<th scope=col>{}</th>", time_text(round_trip));
  }
  html += "</tr></thead><tbody>";
  for (const Milliseconds think : group.thinks) {
    html += fmt::format("<tr><th scope=row>{}</th>", time_text(think));
    for (const Milliseconds round_trip : group.round_trips) {
      html += cell_html(group.at(round_trip, think), arm, scale);
    }
    html += "</tr>";
  }
  return html + "</tbody></table>\n";
}

}  // namespace lab
