#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "compare/cell_group.h"
#include "compare/conclusion.h"
#include "compare/figures.h"
#include "compare/heat_map.h"
#include "compare/html.h"
#include "compare/model_chart.h"
#include "compare/report.h"
#include "compare/report_style.h"
#include "compare/waterfall.h"

namespace lab {
namespace {

const PageLoad* median_load(const ArmResult& result) {
  if (result.representative >= result.loads.size()) return nullptr;
  const PageLoad& load = result.loads[result.representative];
  return load.failure.empty() ? &load : nullptr;
}

class Document {
 public:
  explicit Document(const Comparison& comparison) : comparison_(comparison) {}

  std::string write() {
    head();
    for (const PageResult& page : comparison_.pages) verdict(page);
    for (const PageResult& page : comparison_.pages) {
      if (!page.cells.empty()) results(page);
    }
    setup();
    return out_ + "</main></body></html>\n";
  }

 private:
  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  void head() {
    const Setup& setup = comparison_.setup;
    add("<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        "<meta name=viewport content=\"width=device-width, initial-scale=1\">"
        "<title>Push, Early Hints or Link for {0}</title><style>{1}</style></head><body><main>"
        "<h1>Push, Early Hints or Link for {0}?</h1>"
        "<p class=soft>{2} loads of each arm in each cell, in random order, by {3}; server: {4}; "
        "{5}</p>",
        escaped(setup.target), report_style, setup.runs, escaped(setup.loader),
        escaped(setup.server), escaped(setup.date));
    if (setup.interrupted) {
      add("<p class=warning>The run was interrupted: this is of the rounds that were done.</p>");
    }
  }

  void verdict(const PageResult& page) {
    if (page.cells.empty()) return;
    const Conclusion conclusion = conclude(page);
    add("<p class=\"verdict {}\"><strong>{}</strong>: {}</p>", name_of(conclusion.advice),
        escaped(page.path), escaped(conclusion.sentence));
  }

  void results(const PageResult& page) {
    const Conclusion conclusion = conclude(page);
    add("<section><h2>{}</h2>", escaped(page.path));
    failures(page);
    if (const std::string doubt = reservation(page); !doubt.empty()) {
      add("<p class=warning>{}</p>", escaped(doubt));
    }
    maps(page);
    falls(page, conclusion);
    waste(page);
    model(page);
    add("</section>");
  }

  void failures(const PageResult& page) {
    std::vector<std::string> told;
    for (const Cell& cell : page.cells) {
      for (const ArmResult& arm : cell.arms) {
        for (const PageLoad& load : arm.loads) {
          if (load.failure.empty()) continue;
          std::string text = fmt::format("{}: {}", name_of(arm.arm), load.failure);
          if (std::find(told.begin(), told.end(), text) == told.end())
            told.push_back(std::move(text));
        }
      }
    }
    for (const std::string& text : told) add("<p class=warning>{}</p>", escaped(text));
  }

  void maps(const PageResult& page) {
    double scale = 1;
    for (const Cell& cell : page.cells) {
      for (const ArmResult& arm : cell.arms) {
        if (arm.arm != Arm::none) scale = std::max(scale, std::abs(arm.render_gain.median));
      }
    }
    add("<h3>How much earlier the page is render-ready</h3><p class=soft>Than without hints, in "
        "the median; "
        "round trip across, think time down. + and blue is earlier, &minus; and orange later; = "
        "where the 95 % interval "
        "of the paired difference holds zero, or that it is under 1 ms.</p>");
    for (const CellGroup& group : groups_of(page)) {
      add("<h4>{}</h4><div class=maps>", escaped(group.title));
      for (const Arm arm : all_arms) {
        const bool measured =
            std::any_of(group.cells.begin(), group.cells.end(),
                        [arm](const Cell* cell) { return find_arm(*cell, arm) != nullptr; });
        if (arm != Arm::none && measured) out_ += heat_map(group, arm, scale);
      }
      add("</div>");
    }
  }

  void legend() {
    struct Sign {
      std::string_view drawing;
      std::string_view words;
    };
    static constexpr Sign signs[] = {
        {"<rect class=queued y=4 width=24 height=2 />", "known, not asked for"},
        {"<rect class=waiting y=2.5 width=24 height=5 />", "asked for or promised"},
        {"<rect class=\"content document\" y=1 width=24 height=9 />", "document"},
        {"<rect class=\"content style\" y=1 width=24 height=9 />", "style"},
        {"<rect class=\"content script\" y=1 width=24 height=9 />", "script"},
        {"<rect class=\"content font\" y=1 width=24 height=9 />", "font"},
        {"<rect class=\"content image\" y=1 width=24 height=9 />", "image"},
        {"<path class=\"mark hinted\" d=\"M8 5l4 -4l4 4l-4 4z\"/>", "named by 103"},
        {"<path class=\"mark promised\" d=\"M8 5l8 -4v8z\"/>", "promised"},
        {"<circle class=cached cx=12 cy=5 r=3 />", "from the cache"},
        {"<path class=\"moment hint\" d=\"M12 0V10\"/>", "103"},
        {"<path class=\"moment headers\" d=\"M12 0V10\"/>", "headers of the page"},
        {"<path class=\"moment ready\" d=\"M12 0V10\"/>", "render-ready"},
        {"<path class=\"moment load\" d=\"M12 0V10\"/>", "load"},
    };
    add("<ul class=legend>");
    for (const Sign& sign : signs) {
      add("<li><svg viewBox=\"0 0 24 10\" aria-hidden=true>{}</svg>{}</li>", sign.drawing,
          sign.words);
    }
    add("</ul>");
  }

  void falls(const PageResult& page, const Conclusion& conclusion) {
    add("<h3>What happened when</h3><p class=soft>The median load of each arm, on the same axis. "
        "Bold: the page does not render "
        "without it. Point at a row for its phases.</p>");
    legend();
    falls_of(page.cells[conclusion.headline], "open");
    for (std::size_t i = 0; i < page.cells.size(); ++i) {
      if (i != conclusion.headline) falls_of(page.cells[i], "");
    }
  }

  void falls_of(const Cell& cell, std::string_view open) {
    Milliseconds until = 0;
    for (const ArmResult& arm : cell.arms) {
      if (const PageLoad* load = median_load(arm)) until = std::max(until, last_time(*load));
    }
    add("<details {}><summary>{}</summary><div class=falls>", open,
        escaped(conditions_text(cell.conditions)));
    for (const ArmResult& arm : cell.arms) {
      const PageLoad* load = median_load(arm);
      if (!load) continue;
      add("<div><h4>{} <small>render-ready at {}</small></h4>{}</div>", name_of(arm.arm),
          load->render_ready ? time_text(*load->render_ready) : "no time seen",
          waterfall(*load, until * 1.03));
    }
    add("</div></details>");
  }

  void waste(const PageResult& page) {
    add("<h3>What it costs</h3><p class=soft>Bytes of content that were pushed though cached, "
        "cancelled or unused, or hinted "
        "and not used: the median of a load. Then bytes on the wire, both ways.</p><div "
        "class=scroll><table class=plain><thead><tr><th scope=col>conditions</th>");
    const std::vector<ArmResult>& first = page.cells.front().arms;
    for (const ArmResult& arm : first) add("<th scope=col>{}</th>", name_of(arm.arm));
    add("</tr></thead><tbody>");
    for (const Cell& cell : page.cells) {
      add("<tr><th scope=row>{}</th>", escaped(conditions_text(cell.conditions)));
      for (const ArmResult& arm : first) {
        const ArmResult* result = find_arm(cell, arm.arm);
        const PageLoad* load = result ? median_load(*result) : nullptr;
        if (!load) {
          add("<td class=absent>failed</td>");
          continue;
        }
        add("<td>{} <small>of {}</small>", bytes_text(result->wasted.median),
            bytes_text(static_cast<double>(load->sent + load->received)));
        if (result->event_delay)
          add("<br><small>events {}</small>", time_text(result->event_delay->median));
        add("</td>");
      }
      add("</tr>");
    }
    add("</tbody></table></div>");
  }

  void model(const PageResult& page) {
    const std::string chart = model_chart(page);
    if (chart.empty()) return;
    add("<h3>The arithmetic beside the measurement</h3><p class=soft>With round trip R, think time "
        "T, S bytes of assets that block and "
        "rate B, a 103 saves about min(T, R + S/B), and a push one R more while T is small. A "
        "point on the line: "
        "measured as foreseen; orange: they part by more than the tolerance.</p>{}",
        chart);
    std::string rows;
    for (const Cell& cell : page.cells) {
      for (const ArmResult& arm : cell.arms) {
        if (!arm.departs_from_model || !arm.model_gain) continue;
        rows += fmt::format("<li>{}, {}: the arithmetic says {}, measured {}.</li>",
                            name_of(arm.arm), escaped(conditions_text(cell.conditions)),
                            gain_text(*arm.model_gain), estimate_text(arm.render_gain));
      }
    }
    if (rows.empty()) {
      add("<p>Measurement and arithmetic agree in every cell.</p>");
    } else {
      add("<details><summary>Where they part</summary><ul>{}</ul></details>", rows);
    }
  }

  void setup() {
    const Setup& setup = comparison_.setup;
    std::string offered;
    for (const std::string& one : setup.offered) offered += (offered.empty() ? "" : "; ") + one;
    add("<section><h2>How this was measured</h2><dl>");
    const auto entry = [this](std::string_view name, std::string_view value) {
      if (!value.empty()) add("<dt>{}</dt><dd>{}</dd>", name, escaped(value));
    };
    entry("Program", "herald " + setup.version);
    entry("Target", setup.target);
    entry("Server", setup.server);
    entry("It offered", offered);
    entry("Loader", setup.loader);
    entry("Machine", setup.machine);
    entry(
        "Loads",
        fmt::format("{} of each arm in each cell, interleaved in random order, the warm-up dropped",
                    setup.runs));
    entry("Seed", std::to_string(setup.seed));
    entry("Took", fmt::format("{:.0f} s", setup.seconds));
    add("<dt>Again</dt><dd><code>{}</code></dd></dl><p class=soft>The link between loader and "
        "server is made in this "
        "program: delay, rate, queue, slow start from ten segments. Medians with 95 % bootstrap "
        "intervals; an arm is called "
        "earlier or later only where the interval of its paired difference with no hints excludes "
        "zero, and there are {} pairs or more.</p></section>",
        escaped(setup.command), least_pairs);
  }

  const Comparison& comparison_;
  std::string out_;
};

}  // namespace

std::string html_report(const Comparison& comparison) { return Document(comparison).write(); }

}  // namespace lab
