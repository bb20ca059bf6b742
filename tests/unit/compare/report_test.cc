#include "compare/report.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "compare/conclusion.h"
#include "tests/unit/compare/sample.h"

using namespace lab;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

}  // namespace

TEST_CASE("the HTML report begins with the verdict and needs nothing from outside") {
  const Comparison comparison = sample_comparison();
  const std::string html = html_report(comparison);
  const std::string verdict = conclude(comparison.pages[0]).sentence;
  REQUIRE(html.find(verdict) != std::string::npos);
  CHECK(html.find(verdict) < html.find("<h2>"));
  for (const char* reference :
       {"src=", "href=", "<script", "<link", "url(", "@import", "http:", "https:"}) {
    CAPTURE(reference);
    CHECK(html.find(reference) == std::string::npos);
  }
}

TEST_CASE("the HTML report has a heat map of each arm and a waterfall of each cell and arm") {
  const std::string html = html_report(sample_comparison());
  CHECK(count(html, "<table class=heat>") == 2 * 3);
  CHECK(count(html, "<svg class=waterfall") == 8 * 4);
  CHECK(html.find(">+190 ms</td>") != std::string::npos);
  CHECK(html.find("hinted by 103") != std::string::npos);
  CHECK(html.find("…a-very") == std::string::npos);
  CHECK(html.find("stylesheet-1a2b3c4d.css</text>") != std::string::npos);
  CHECK(html.find("Measurement and arithmetic agree in every cell.") != std::string::npos);
}

TEST_CASE("what a server or a page calls itself cannot break the report") {
  Comparison comparison = sample_comparison();
  comparison.setup.server = "</main><script>alert(1)</script>\x01";
  comparison.pages[0].path = "/<b>&\"";
  comparison.pages[0].cells[0].arms[1].loads[1].resources[1].target = "/<i>\"";
  const std::string html = html_report(comparison);
  CHECK(count(html, "<script") == 0);
  CHECK(count(html, "</main>") == 1);
  CHECK(html.find("/&lt;b&gt;&amp;&quot;") != std::string::npos);
  CHECK(html.find("<i>") == std::string::npos);
}

TEST_CASE("failed loads are told once, each reason, and take no part") {
  PageLoad failed;
  failed.failure = "The server reset it.";
  Comparison comparison = sample_comparison();
  for (Cell& cell : comparison.pages[0].cells) {
    for (PageLoad& load : cell.arms[3].loads) load = failed;
  }
  const std::string html = html_report(comparison);
  CHECK(count(html, "push: The server reset it.") == 1);
  CHECK(count(html, "<table class=heat>") == 2 * 2);
  const std::string text = terminal_report(comparison, Colours::off);
  CHECK(count(text, "push: The server reset it.") == 1);
  CHECK(text.find("failed") != std::string::npos);
}

TEST_CASE("the terminal shows the plain time, the gains, and the verdict") {
  const std::string text = terminal_report(sample_comparison(), Colours::off);
  CHECK(text.find("10 Mbit/s, cold cache, fresh connection") != std::string::npos);
  CHECK(text.find("  100 ms, think 200 ms       661 ms          =      +190 ms    +195 ms\n") !=
        std::string::npos);
  CHECK(text.find("use Early Hints.") != std::string::npos);
  CHECK(text.find('\033') == std::string::npos);
  CHECK(terminal_report(sample_comparison(), Colours::on).find("\033[32m+190 ms\033[0m") !=
        std::string::npos);
}

TEST_CASE("where there are too few loads to tell, every report says so") {
  Comparison comparison = sample_comparison();
  const std::string settled = terminal_report(comparison, Colours::off);
  CHECK(settled.find('?') == std::string::npos);
  for (Cell& cell : comparison.pages[0].cells) {
    cell.arms[3].pairs = 5;
    cell.arms[3].verdict = Verdict::equal;
  }
  const std::string text = terminal_report(comparison, Colours::off);
  CHECK(text.find("      =      +190 ms          ?\n") != std::string::npos);
  CHECK(text.find("? is of fewer than 6 pairs of loads") != std::string::npos);
  const std::string html = html_report(comparison);
  CHECK(html.find("? <small>+195 ms</small></td>") != std::string::npos);
  CHECK(html.find("? is of fewer than 6 pairs of loads") != std::string::npos);
  const auto json = nlohmann::json::parse(json_report(comparison));
  CHECK(json["pages"][0]["cells"][3]["arms"][3]["pairs"] == 5);
}

TEST_CASE("an interrupted run says so in every report") {
  Comparison comparison = sample_comparison();
  comparison.setup.interrupted = true;
  CHECK(html_report(comparison).find("interrupted") != std::string::npos);
  CHECK(terminal_report(comparison, Colours::off).find("Interrupted") != std::string::npos);
  CHECK(nlohmann::json::parse(json_report(comparison))["setup"]["interrupted"] == true);
}

TEST_CASE("the JSON holds every load with every resource") {
  const auto json = nlohmann::json::parse(json_report(sample_comparison()));
  CHECK(json["setup"]["seed"] == 7);
  const auto& page = json["pages"][0];
  CHECK(page["advice"] == "early-hints");
  REQUIRE(page["cells"].size() == 8);
  const auto& cell = page["cells"][3];
  CHECK(cell["round_trip"] == 100);
  CHECK(cell["think"] == 200);
  const auto& arm = cell["arms"][2];
  CHECK(arm["arm"] == "early-hints");
  CHECK(arm["verdict"] == "better");
  CHECK(arm["render_gain"]["median"] == 190);
  REQUIRE(arm["loads"].size() == 3);
  const auto& style = arm["loads"][0]["resources"][1];
  CHECK(style["kind"] == "style");
  CHECK(style["blocking"] == true);
  CHECK(style["hinted"] == 300);
  CHECK(style["promised"].is_null());
}

TEST_CASE("a comparison without pages or cells is reported without fuss") {
  Comparison empty;
  CHECK(html_report(empty).find("</html>") != std::string::npos);
  CHECK(terminal_report(empty, Colours::off).empty());
  empty.pages.push_back({.path = "/", .cells = {}});
  CHECK(html_report(empty).find("</html>") != std::string::npos);
  CHECK(nlohmann::json::parse(json_report(empty))["pages"][0]["cells"].empty());
}
