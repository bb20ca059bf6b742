#include "compare/model_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "compare/conclusion.h"
#include "compare/figures.h"
#include "compare/html.h"

namespace lab {
namespace {

constexpr double side = 300;
constexpr double margin = 44;

struct Point {
  double model;
  const ArmResult* result;
  const Conditions* conditions;
};

std::vector<Point> points_of(const PageResult& page) {
  std::vector<Point> points;
  for (const Cell& cell : page.cells) {
    for (const ArmResult& arm : cell.arms) {
      const ArmResult* result = arm.arm == Arm::none ? nullptr : find_arm(cell, arm.arm);
      if (result && result->model_gain)
        points.push_back({*result->model_gain, result, &cell.conditions});
    }
  }
  return points;
}

}  // namespace

std::string model_chart(const PageResult& page) {
  const std::vector<Point> points = points_of(page);
  if (points.empty()) return "";
  double low = 0;
  double high = 1;
  for (const Point& point : points) {
    low = std::min({low, point.model, point.result->render_gain.median});
    high = std::max({high, point.model, point.result->render_gain.median});
  }
  const double reach = (high - low) * 1.05;
  const auto place = [&](double gain) { return (gain - low) / reach * (side - margin); };
  std::string svg = fmt::format(
      "<svg class=model viewBox=\"0 0 {0:.0f} {0:.0f}\" role=img aria-label=\"measured gain over "
      "modelled gain, {1} points\">",
      side, points.size());
  svg += fmt::format("<path class=grid d=\"M{0:.0f} {1:.0f}L{2:.0f} 0\"/>", margin, side - margin,
                     side);
  svg += fmt::format("<path class=axis d=\"M{0:.0f} 0V{1:.0f}H{2:.0f}\"/>", margin, side - margin,
                     side);
  svg += fmt::format(
      "<text class=tick x={0:.0f} y={1:.0f}>{2}</text><text class=tick x={3:.0f} y={1:.0f} "
      "text-anchor=end>{4}</text>",
      margin, side - margin + 16, gain_text(low), side - 2, gain_text(high));
  svg += fmt::format(
      "<text class=tick x={:.0f} y={:.0f} text-anchor=middle>the arithmetic says</text>",
      (side + margin) / 2, side - 8);
  svg += fmt::format(
      "<text class=tick transform=\"translate(14 {:.0f}) rotate(-90)\" "
      "text-anchor=middle>measured</text>",
      (side - margin) / 2);
  for (const Point& point : points) {
    svg += fmt::format(
        "<circle class=\"point {}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=4><title>{}</title></circle>",
        point.result->departs_from_model ? "apart" : "close", margin + place(point.model),
        side - margin - place(point.result->render_gain.median),
        escaped(fmt::format("{}, {}: the arithmetic says {}, measured {}",
                            name_of(point.result->arm), conditions_text(*point.conditions),
                            gain_text(point.model), estimate_text(point.result->render_gain))));
  }
  return svg + "</svg>";
}

}  // namespace lab
