#include "compare/waterfall.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "compare/figures.h"
#include "compare/html.h"

namespace lab {
namespace {

// In the units of the viewBox.
constexpr double width = 640;
constexpr double names = 150;  // the column with the targets
constexpr double row = 17;
constexpr double bar = 9;
constexpr double head = 30;
constexpr std::size_t name_letters = 24;

class Drawing {
 public:
  Drawing(const PageLoad& load, Milliseconds until)
      : load_(load),
        until_(until),
        bottom_(head + row * static_cast<double>(load.resources.size())) {}

  std::string draw() {
    out_ = fmt::format(
        "<svg class=waterfall viewBox=\"0 0 {:.0f} {:.0f}\" role=img aria-label=\"{}\">", width,
        bottom_ + 6, escaped(summary()));
    axis();
    for (std::size_t i = 0; i < load_.resources.size(); ++i) resource(load_.resources[i], i);
    moment("hint", load_.early_hints, "103 received");
    moment("headers", load_.final_headers, "headers of the page");
    moment("ready", load_.render_ready, "render-ready");
    moment("load", load_.load, "load");
    return out_ + "</svg>";
  }

 private:
  double x(Milliseconds time) const { return names + (width - names - 4) * time / until_; }

  std::string summary() const {
    std::string text = fmt::format("{} resources", load_.resources.size());
    if (load_.render_ready) text += ", render-ready at " + time_text(*load_.render_ready);
    if (load_.load) text += ", loaded at " + time_text(*load_.load);
    return text;
  }

  void axis() {
    // A step of 1, 2 or 5 times a power of ten, about five of them.
    const double rough = until_ / 5;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double factor = rough / power;
    const double step = power * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10);
    const auto steps = static_cast<int>(std::floor(until_ / step - 1.0 / 3));
    for (int i = 0; i <= steps; ++i) {
      const double time = i * step;
      out_ += fmt::format(
          "<path class=grid d=\"M{0:.1f} {1:.0f}V{2:.0f}\"/><text class=tick x=\"{0:.1f}\" "
          "y=10>{3}</text>",
          x(time), head - 8, bottom_, time_text(time));
    }
  }

  void moment(std::string_view kind, std::optional<Milliseconds> time, std::string_view what) {
    if (!time) return;
    out_ += fmt::format(
        "<path class=\"moment {0}\" d=\"M{1:.1f} 14V{2:.0f}\"><title>{3}: {4}</title></path>", kind,
        x(*time), bottom_, what, time_text(*time));
  }

  void span(std::string_view kind, double middle, Milliseconds from, Milliseconds to,
            double height) {
    out_ += fmt::format(
        "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.0f}\"/>", kind,
        x(from), middle - height / 2, std::max(x(to) - x(from), 1.0), height);
  }

  void resource(const Resource& resource, std::size_t index) {
    const double middle = head + row * (static_cast<double>(index) + 0.5);
    out_ += fmt::format("<g class=\"row {}\"><title>{}</title>", name_of(resource.fate),
                        escaped(phases(resource)));
    // The whole row can be pointed at.
    out_ += fmt::format("<rect class=field x=0 y=\"{:.1f}\" width=\"{:.0f}\" height=\"{:.0f}\"/>",
                        middle - row / 2, width, row);
    out_ += fmt::format("<text class=name x=0 y=\"{:.1f}\"{}>{}</text>", middle + 3.5,
                        resource.blocking ? " font-weight=600" : "",
                        escaped(short_name(resource.target)));
    bars(resource, middle);
    out_ += "</g>";
  }

  void bars(const Resource& resource, double middle) {
    if (resource.from == From::cache && resource.discovered) {
      out_ += fmt::format("<circle class=cached cx=\"{:.1f}\" cy=\"{:.1f}\" r=3 />",
                          x(*resource.discovered), middle);
      return;
    }
    const auto asked = resource.requested ? resource.requested : resource.promised;
    if (resource.discovered && asked && *resource.discovered < *asked) {
      span("queued", middle, *resource.discovered, *asked, 2);
    }
    if (asked && resource.first_byte) span("waiting", middle, *asked, *resource.first_byte, 5);
    if (resource.first_byte && resource.complete) {
      span(fmt::format("content {}", name_of(resource.kind)), middle, *resource.first_byte,
           *resource.complete, bar);
    }
    if (resource.hinted) mark("hinted", middle, *resource.hinted);
    if (resource.promised) mark("promised", middle, *resource.promised);
  }

  // A diamond for what a 103 named, a triangle for what was promised.
  void mark(std::string_view kind, double middle, Milliseconds time) {
    const std::string_view shape = kind == "hinted" ? "l4 -4l4 4l-4 4z" : "l8 -4v8z";
    out_ += fmt::format("<path class=\"mark {}\" d=\"M{:.1f} {:.1f}{}\"/>", kind, x(time) - 4,
                        middle, shape);
  }

  static std::string short_name(std::string_view target) {
    if (target.size() <= name_letters) return std::string(target);
    const std::size_t slash = target.rfind('/', target.size() - 2);
    std::string_view last = slash == std::string_view::npos ? target : target.substr(slash + 1);
    if (last.size() >= name_letters) last = last.substr(last.size() - name_letters + 1);
    // Not inside a character of several bytes.
    while (!last.empty() && (static_cast<unsigned char>(last.front()) & 0xc0) == 0x80)
      last.remove_prefix(1);
    return fmt::format("…{}", last);
  }

  static std::string phases(const Resource& resource) {
    std::string text = fmt::format("{} ({}, urgency {}{})", resource.target, name_of(resource.kind),
                                   resource.urgency, resource.blocking ? ", blocks rendering" : "");
    const auto add = [&text](std::string_view what, std::optional<Milliseconds> time) {
      if (time) text += fmt::format("\n{} {}", what, time_text(*time));
    };
    add("hinted by 103", resource.hinted);
    add("promised", resource.promised);
    add("discovered", resource.discovered);
    add("requested", resource.requested);
    add("first byte", resource.first_byte);
    add("complete", resource.complete);
    text += fmt::format("\n{} from {}", bytes_text(static_cast<double>(resource.content)),
                        name_of(resource.from));
    if (resource.fate != Fate::used) text += fmt::format("\n{}", name_of(resource.fate));
    return text;
  }

  const PageLoad& load_;
  const Milliseconds until_;
  const double bottom_;
  std::string out_;
};

}  // namespace

Milliseconds last_time(const PageLoad& load) {
  if (!load.failure.empty()) return 0;
  Milliseconds last = std::max(load.load.value_or(0), load.render_ready.value_or(0));
  for (const Resource& resource : load.resources)
    last = std::max(last, resource.complete.value_or(0));
  return last;
}

std::string waterfall(const PageLoad& load, Milliseconds until) {
  return Drawing(load, std::max(until, 1.0)).draw();
}

}  // namespace lab
