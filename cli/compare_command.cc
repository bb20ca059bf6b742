// `herald compare`: loads a page by every way of telling of its assets, over links of any delay and
// rate, and says which is worth it. What it does is compare/'s; this reads flags and writes
// reports.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>
#include <ostream>
#include <random>

#include "cli/command.h"
#include "cli/compare_flags.h"
#include "cli/compare_hints.h"
#include "cli/compare_matrix.h"
#include "cli/compare_setup.h"
#include "cli/compare_subject.h"
#include "cli/hint_files.h"
#include "cli/interrupt.h"
#include "cli/parts.h"
#include "cli/program.h"
#include "cli/progress_bar.h"
#include "cli/version.h"
#include "cli/whole_file.h"
#include "compare/report.h"

namespace cli {
namespace {

constexpr int interrupted = 130;

// Everything that was asked for, checked.
struct Request {
  Config config;
  std::optional<lab::Url> url;
  lab::Runner::Options run;
  lab::VirtualBench::Options bench;
  CompareSubject subject;
};

class CompareCommand final : public Command {
 public:
  CompareCommand(CLI::App& program, Streams streams)
      : app_(*program.add_subcommand(
            "compare", "Show whether push, 103 Early Hints or Link is worth it for a page")),
        streams_(streams),
        flags_(app_) {}

  bool chosen() const override { return app_.parsed(); }

  int run() override {
    Request request;
    ask(request);
    const auto began = std::chrono::steady_clock::now();
    Interrupt interrupt;
    lab::Comparison comparison;
    comparison.pages = measure(request, interrupt);
    comparison.setup = setup_of(request);
    comparison.setup.interrupted = interrupt.requested();
    comparison.setup.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    require_results(comparison);
    report(comparison);
    if (!flags_.hint_files.empty() && !interrupt.requested()) write_hints(request, comparison);
    return comparison.setup.interrupted ? interrupted : done;
  }

 private:
  void ask(Request& request) {
    flags_.require_coherent();
    if (!flags_.config_file.empty()) request.config = with_file(request.config, flags_.config_file);
    if (!flags_.target.empty()) request.config.serve.root = flags_.target;
    request.config.serve.spa |= flags_.spa;
    request.bench.plan = plan_options(request.config);
    request.bench.loss = flags_.loss / 100;
    request.bench.jitter_share = flags_.jitter / 100;
    request.bench.initial_window = flags_.window;

    lab::Runner::Options& run = request.run;
    run.cells = flags_.cells();
    run.runs = flags_.run_count();
    if (flags_.seed == 0) flags_.seed = std::random_device()() % 1'000'000 + 1;
    run.seed = flags_.seed;
    run.arms = arms_of(flags_.lists);
    if (lab::is_url(flags_.target)) request.url = lab::Url::parse(flags_.target);
    run.pages = flags_.pages;
    if (run.pages.empty()) run.pages = {request.url ? request.url->target : "/"};
    choose_subject(request);
    if (flags_.out.empty() && flags_.json.empty() && flags_.hint_files.empty()) {
      flags_.out = default_report;
    }
    require_writable_outputs();
  }

  void choose_subject(Request& request) const {
    lab::Runner::Options& run = request.run;
    const lab::VirtualBench::Options& bench = request.bench;
    if (request.url) {
      lab::UrlBench::Options options;
      options.tls.verify =
          flags_.insecure ? lab::TlsClient::Verify::off : lab::TlsClient::Verify::on;
      options.tls.ca_file = flags_.ca_file;
      options.loss = bench.loss;
      options.initial_window = bench.initial_window;
      request.subject = url_subject(*request.url, options, run.pages);
    } else {
      require_pages(request.config, bench.plan, run.pages);
      request.subject =
          flags_.browser.empty()
              ? virtual_subject(request.config, bench)
              : browser_subject(request.config, {.plan = bench.plan,
                                                 .program = flags_.browser,
                                                 .loss = bench.loss,
                                                 .initial_window = bench.initial_window});
    }
    run.threads = request.subject.threads;
    run.warm_up = request.subject.warm_up;
    const std::vector<lab::Arm>& there = request.subject.arms;
    std::erase_if(run.arms, [&there](lab::Arm arm) {
      return std::find(there.begin(), there.end(), arm) == there.end();
    });
    if (run.arms.size() < 2) {
      throw UsageError(
          "none of these arms can be measured there: leave --arms out to see which can");
    }
  }

  void require_writable_outputs() const {
    if (!flags_.out.empty()) {
      std::error_code error;
      std::filesystem::create_directories(flags_.out, error);
      if (error) throw net::Error("cannot make the folder " + flags_.out + ": " + error.message());
      require_writable(std::filesystem::path(flags_.out) / page_name);
    }
    if (!flags_.json.empty()) require_writable(flags_.json);
    for (const std::string& file : flags_.hint_files) {
      require_own_hint_file(file);
      require_writable(file);
    }
  }

  std::vector<lab::PageResult> measure(const Request& request, const Interrupt& interrupt) const {
    ProgressBar bar(streams_.err, isatty(STDERR_FILENO) != 0 ? ProgressBar::Terminal::yes
                                                             : ProgressBar::Terminal::no);
    return lab::Runner(request.run)
        .run(
            request.subject.make_bench,
            [&bar](const lab::Progress& now) { bar.show(now.done, now.total, now.left); },
            interrupt.token());
  }

  lab::Setup setup_of(const Request& request) const {
    return {.version = std::string(version),
            .target = request.config.serve.root,
            .server = request.subject.server,
            .loader = request.subject.loader(),
            .offered = request.subject.offered,
            .command = repeating(app_, flags_.seed),
            .seed = flags_.seed,
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
    if (!flags_.out.empty()) {
      const std::filesystem::path folder(flags_.out);
      write_whole(folder / page_name, lab::html_report(comparison));
      write_whole(folder / "comparison.json", lab::json_report(comparison));
      streams_.out << "  report: " << (folder / page_name).string() << "\n";
    }
    if (!flags_.json.empty()) write_whole(flags_.json, lab::json_report(comparison));
    streams_.out.flush();
  }

  void write_hints(const Request& request, const lab::Comparison& comparison) const {
    const std::vector<RecommendedPage> pages =
        recommended(request.config, request.bench, request.run.cells, comparison);
    const std::string& command = comparison.setup.command;
    for (const std::string& file : flags_.hint_files) {
      write_whole(file, names_headers_file(file) ? hints_as_headers(pages, command)
                                                 : hints_as_toml(pages, command));
      streams_.out << "  hints: " << file << "\n";
    }
    streams_.out.flush();
  }

  static constexpr const char* page_name = "index.html";
  static constexpr const char* default_report = "herald-report";

  CLI::App& app_;
  Streams streams_;
  CompareFlags flags_;
};

}  // namespace

std::unique_ptr<Command> compare_command(CLI::App& program, Streams streams) {
  return std::make_unique<CompareCommand>(program, streams);
}

}  // namespace cli
