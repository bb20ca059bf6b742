// `herald compare`: loads a page by every way of telling of its assets, over links of any delay and
// rate, and says which is worth it. What it does is compare/'s; this reads flags and writes
// reports.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <ostream>
#include <random>
#include <thread>

#include "cli/command.h"
#include "cli/compare_matrix.h"
#include "cli/compare_setup.h"
#include "cli/folder_site.h"
#include "cli/hint_files.h"
#include "cli/interrupt.h"
#include "cli/offline_site.h"
#include "cli/program.h"
#include "cli/progress_bar.h"
#include "cli/version.h"
#include "cli/whole_file.h"
#include "compare/conclusion.h"
#include "compare/hint_choice.h"
#include "compare/identity.h"
#include "compare/report.h"
#include "compare/runner.h"
#include "compare/virtual_bench.h"

namespace cli {
namespace {

constexpr const char* examples =
    R"help(ROOT is loaded in virtual time: Herald's engine, a small browser and a link between them, with real
TLS and HTTP/2 bytes, but no waiting; so thousands of loads take seconds, and the same seed gives the
same figures. What either side computes counts as no time.

Each load is made without hints (none), with `link` on the answer, with 103 Early Hints, with push,
and with both; everything else alike. The table says when the page is render-ready without hints, and
how much earlier (+) or later (-) it is with them; = is no difference that could be told from chance.

Examples:
  herald compare dist                            the default matrix, in well under a minute
  herald compare dist --quick                    a first look
  herald compare dist --page / --page /shop/ --out report
  herald compare dist --rtt 40 --bandwidth 1.5,10 --think 0,100,300 --cache cold,warm,partly,stale
  herald compare dist --think 200 --body-think   the server thinks between headers and content
  herald compare dist --connection reused --live with an event stream on the same connection
  herald compare dist --write-hints hints.toml   the hints that did best, for herald.toml

Exit codes: 0 done, 1 failed, 2 usage, 130 interrupted (what was done by then is reported).)help";

constexpr int interrupted = 130;
constexpr std::size_t usual_runs = 30;
constexpr std::size_t quick_runs = 10;

// Everything that was asked for, checked.
struct Request {
  Config config;
  lab::Runner::Options run;
  lab::VirtualBench::Options bench;
};

lab::VirtualBench::MakeSite site_maker(const Config& config) {
  return [&config](net::Loop& loop) { return std::make_unique<FolderSite>(loop, config); };
}

void require_page(hints::Planner& planner, const std::string& path, const std::string& root) {
  if (!path.starts_with('/')) {
    throw UsageError("--page must be a path such as /docs/, not \"" + path + "\"");
  }
  const auto plan = planner.plan(path.substr(0, path.find_first_of("?#")));
  if (!plan) throw net::Error("there is no page at " + path + " in " + root);
  if (!plan->items.empty()) return;
  if (plan->withheld.empty()) {
    throw net::Error("the page " + path +
                     " names no style, script or font of its own, so there is nothing to compare");
  }
  throw net::Error("nothing of the page " + path + " can be told in advance: herald explain " +
                   root + " " + path + " says why");
}

// The cells that hints are for: with a cold cache, or all if there are none.
std::vector<lab::Conditions> cold_cells(const std::vector<lab::Conditions>& cells) {
  std::vector<lab::Conditions> cold = cells;
  std::erase_if(cold, [](const lab::Conditions& cell) { return cell.cache != lab::Cache::cold; });
  return cold.empty() ? cells : cold;
}

// For each page the arm that did best, and of its plan what is worth telling.
std::vector<RecommendedPage> recommended(const Request& request,
                                         const lab::Comparison& comparison) {
  const auto credentials = lab::make_identity();
  const std::vector<lab::Conditions> cells = cold_cells(request.run.cells);
  OfflineSite offline(request.config);
  hints::Planner planner(offline.site, offline.loop, {.build = request.bench.plan});
  std::vector<RecommendedPage> pages;
  for (const lab::PageResult& page : comparison.pages) {
    const std::string path = page.path.substr(0, page.path.find_first_of("?#"));
    pages.push_back({.path = path, .arm = lab::Arm::none, .items = {}, .dropped = {}});
    RecommendedPage& found = pages.back();
    if (!page.cells.empty()) found.arm = conclude(page).advice;
    const auto plan = planner.plan(path);
    if (found.arm == lab::Arm::none || !plan) continue;
    auto choice = lab::choose_hints(plan->items, [&](const std::vector<hints::Item>& items) {
      lab::VirtualBench::Options options = request.bench;
      options.plan.configured = {{path, items, true}};
      lab::VirtualBench bench(site_maker(request.config), *credentials, options);
      return lab::hint_cost(bench, page.path, found.arm, cells, request.run.seed);
    });
    found.items = std::move(choice.kept);
    found.dropped = std::move(choice.dropped);
  }
  return pages;
}

class CompareCommand final : public Command {
 public:
  CompareCommand(CLI::App& program, Streams streams)
      : app_(*program.add_subcommand(
            "compare", "Show whether push, 103 Early Hints or Link is worth it for a page")),
        streams_(streams) {
    app_.add_option("root", target_, "The folder to compare")->option_text("[ROOT]");
    app_.add_option("--page", pages_,
                    "A page, as a path such as /docs/; may be given several times")
        ->type_name("PATH")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->expected(1)
        ->allow_extra_args(false);
    list("--rtt", lists_.round_trips, "MS,...", "Round-trip times (20,50,100,200)");
    list("--bandwidth", lists_.bandwidths, "MBIT,...", "Down; half of it up (10,50)");
    list("--think", lists_.thinks, "MS,...", "How long the server thinks (0,50,200,500)");
    app_.add_flag("--body-think", body_think_, "It thinks after the headers, not before");
    list("--cache", lists_.caches, "STATE,...", "cold, warm, partly, stale (cold,warm)");
    list("--connection", lists_.connections, "STATE,...", "fresh, resumed, reused (fresh)");
    app_.add_flag("--live", live_, "An event stream is open on the same connection");
    list("--arms", lists_.arms, "ARM,...", "none, link, early-hints, push, push+early-hints (all)");
    number("--loss", loss_, "PERCENT", "Packets lost at random (0)")->check(CLI::Range(0.0, 50.0));
    number("--jitter", jitter_, "PERCENT", "Of the round trip: how late a packet may be (5)")
        ->check(CLI::Range(0.0, 100.0));
    number("--window", window_, "N", "Segments that a server may send at first (10)")
        ->check(CLI::Range(1, 1000));
    number("--runs", runs_, "N", "Loads of each arm in each cell (30)")
        ->check(CLI::Range(1, 100'000));
    number("--seed", seed_, "N", "Repeats a run");
    app_.add_flag("--quick", quick_, "Fewer cells and runs, for a first look");
    option("--out", out_, "DIR", "Writes index.html and comparison.json there");
    option("--json", json_, "FILE", "Writes every load with every resource");
    app_.add_option("--write-hints", hint_files_,
                    "Writes the hints that did best: as _headers if it is named so, else as TOML")
        ->type_name("FILE")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->expected(1)
        ->allow_extra_args(false);
    option("--config", config_file_, "FILE", "TOML file with [[hints.page]] and [files]");
    app_.add_flag("--spa", spa_, "Answer unknown pages with index.html");
    app_.footer(examples);
  }

  bool chosen() const override { return app_.parsed(); }

  int run() override {
    const Request request = asked();
    require_writable_outputs();
    const auto began = std::chrono::steady_clock::now();
    Interrupt interrupt;
    lab::Comparison comparison{.setup = setup_of(request), .pages = measure(request, interrupt)};
    comparison.setup.interrupted = interrupt.requested();
    comparison.setup.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    require_results(comparison);
    report(comparison);
    if (!hint_files_.empty() && !interrupt.requested()) write_hints(request, comparison);
    return comparison.setup.interrupted ? interrupted : done;
  }

 private:
  CLI::Option* option(const char* flag, std::string& into, const char* argument, const char* help) {
    return app_.add_option(flag, into, help)->type_name(argument);
  }
  template <typename Number>
  CLI::Option* number(const char* flag, Number& into, const char* argument, const char* help) {
    return app_.add_option(flag, into, help)->type_name(argument);
  }
  void list(const char* flag, std::vector<std::string>& into, const char* argument,
            const char* help) {
    app_.add_option(flag, into, help)
        ->type_name(argument)
        ->delimiter(',')
        ->expected(1)
        ->allow_extra_args(false);
  }

  Request asked() {
    Request request;
    if (!config_file_.empty()) request.config = with_file(request.config, config_file_);
    if (!target_.empty()) request.config.serve.root = target_;
    request.config.serve.spa |= spa_;
    request.bench.plan = plan_options(request.config);
    request.bench.loss = loss_ / 100;
    request.bench.jitter_share = jitter_ / 100;
    request.bench.initial_window = window_;

    lab::Runner::Options& run = request.run;
    run.pages = pages_.empty() ? std::vector<std::string>{"/"} : pages_;
    run.cells = cells_of(lists_, body_think_ ? Thinking::before_body : Thinking::before_headers,
                         live_ ? Live::yes : Live::no, quick_ ? Extent::quick : Extent::whole);
    run.arms = arms_of(lists_);
    run.runs = runs_ > 0 ? runs_ : quick_ ? quick_runs : usual_runs;
    if (seed_ == 0) seed_ = std::random_device()() % 1'000'000 + 1;
    run.seed = seed_;
    run.threads = std::max(1U, std::thread::hardware_concurrency());
    require_pages(request);
    return request;
  }

  static void require_pages(const Request& request) {
    const std::string& root = request.config.serve.root;
    std::error_code ignored;
    if (!std::filesystem::is_directory(root, ignored)) {
      throw net::Error(root + " is no folder: name the folder with the files to compare");
    }
    OfflineSite offline(request.config);
    hints::Planner planner(offline.site, offline.loop, {.build = request.bench.plan});
    for (const std::string& page : request.run.pages) require_page(planner, page, root);
  }

  void require_writable_outputs() const {
    if (!out_.empty()) {
      std::error_code error;
      std::filesystem::create_directories(out_, error);
      if (error) throw net::Error("cannot make the folder " + out_ + ": " + error.message());
      require_writable(std::filesystem::path(out_) / page_name);
    }
    if (!json_.empty()) require_writable(json_);
    for (const std::string& file : hint_files_) {
      require_own_hint_file(file);
      require_writable(file);
    }
  }

  std::vector<lab::PageResult> measure(const Request& request, const Interrupt& interrupt) const {
    const auto credentials = lab::make_identity();
    const auto make_bench = [&] {
      return std::make_unique<lab::VirtualBench>(site_maker(request.config), *credentials,
                                                 request.bench);
    };
    ProgressBar bar(streams_.err, isatty(STDERR_FILENO) != 0 ? ProgressBar::Terminal::yes
                                                             : ProgressBar::Terminal::no);
    return lab::Runner(request.run)
        .run(
            make_bench,
            [&bar](const lab::Progress& now) { bar.show(now.done, now.total, now.left); },
            interrupt.token());
  }

  lab::Setup setup_of(const Request& request) const {
    return {.version = std::string(version),
            .target = request.config.serve.root,
            .server = "herald, in this process, in virtual time",
            .loader = "herald's loader",
            .offered = {},
            .command = repeating(app_, seed_),
            .seed = seed_,
            .runs = request.run.runs,
            .machine = machine_text(),
            .date = now_text(),
            .seconds = 0,
            .interrupted = false};
  }

  // Whether there is anything to report; a failure that all loads share is the sentence to say.
  static void require_results(const lab::Comparison& comparison) {
    std::string failure;
    bool any = false;
    for (const lab::PageResult& page : comparison.pages) {
      for (const lab::Cell& cell : page.cells) {
        for (const lab::ArmResult& arm : cell.arms) {
          for (const lab::PageLoad& load : arm.loads) {
            any |= load.failure.empty();
            if (failure.empty()) failure = load.failure;
          }
        }
      }
    }
    if (any) return;
    if (!failure.empty()) throw net::Error("no load succeeded: " + failure);
    throw net::Error("interrupted before every arm was loaded once: there is nothing to report");
  }

  void report(const lab::Comparison& comparison) const {
    const bool colours = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    streams_.out << lab::terminal_report(comparison,
                                         colours ? lab::Colours::on : lab::Colours::off);
    streams_.out << "\n  " << comparison.setup.command << "\n";
    if (!out_.empty()) {
      const std::filesystem::path folder(out_);
      write_whole(folder / page_name, lab::html_report(comparison));
      write_whole(folder / "comparison.json", lab::json_report(comparison));
      streams_.out << "  report: " << (folder / page_name).string() << "\n";
    }
    if (!json_.empty()) write_whole(json_, lab::json_report(comparison));
    streams_.out.flush();
  }

  void write_hints(const Request& request, const lab::Comparison& comparison) const {
    const std::vector<RecommendedPage> pages = recommended(request, comparison);
    const std::string& command = comparison.setup.command;
    for (const std::string& file : hint_files_) {
      write_whole(file, names_headers_file(file) ? hints_as_headers(pages, command)
                                                 : hints_as_toml(pages, command));
      streams_.out << "  hints: " << file << "\n";
    }
    streams_.out.flush();
  }

  static constexpr const char* page_name = "index.html";

  CLI::App& app_;
  Streams streams_;
  std::string target_;
  std::vector<std::string> pages_;
  CompareLists lists_;
  bool body_think_ = false;
  bool live_ = false;
  bool quick_ = false;
  bool spa_ = false;
  double loss_ = 0;
  double jitter_ = 5;
  std::size_t window_ = 10;
  std::size_t runs_ = 0;
  std::uint64_t seed_ = 0;
  std::string out_;
  std::string json_;
  std::vector<std::string> hint_files_;
  std::string config_file_;
};

}  // namespace

std::unique_ptr<Command> compare_command(CLI::App& program, Streams streams) {
  return std::make_unique<CompareCommand>(program, streams);
}

}  // namespace cli
