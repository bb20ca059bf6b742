#include "cli/compare_flags.h"

#include <CLI/CLI.hpp>

#include "cli/config.h"
#include "compare/address.h"
#include "compare/result.h"

namespace cli {
namespace {

constexpr const char* examples =
    R"help(A folder is loaded in virtual time: Herald's engine, a small browser and a link between them, with real
TLS and HTTP/2 bytes, but no waiting; so thousands of loads take seconds, and the same seed gives the
same figures. What either side computes counts as no time. A running server (URL) is loaded in real
time over sockets behind the same link, by those arms that it offers; so is a folder with --browser,
by those arms that browsers have.

Each load is made without hints (none), with `link` on the answer, with 103 Early Hints, with push,
and with both; everything else alike. The table says when the page is render-ready without hints, and
how much earlier (+) or later (-) it is with them; = is no difference that could be told from chance,
? too few loads to tell.

Examples:
  herald compare dist                            the default matrix, in well under a minute
  herald compare dist --quick                    a first look
  herald compare dist --page / --page /shop/ --out report
  herald compare dist --rtt 40 --bandwidth 1.5,10 --think 0,100,300 --cache cold,warm,partly,stale
  herald compare dist --think 200 --body-think   the server thinks between headers and content
  herald compare dist --connection reused --live with an event stream on the same connection
  herald compare https://localhost:8443/shop/ --insecure
  herald compare dist --browser /usr/bin/chromium
  herald compare dist --write-hints hints.toml   the hints that did best, for herald.toml

Exit codes: 0 done, 1 failed, 2 usage, 130 interrupted (what was done by then is reported).)help";

}  // namespace

CompareFlags::CompareFlags(CLI::App& command) {
  const auto option = [&command](const char* flag, auto& into, const char* argument,
                                 const char* help) {
    return command.add_option(flag, into, help)->type_name(argument);
  };
  const auto list = [&option](const char* flag, std::vector<std::string>& into,
                              const char* argument, const char* help) {
    option(flag, into, argument, help)->delimiter(',')->allow_extra_args(false);
  };
  const auto several = [&option](const char* flag, std::vector<std::string>& into,
                                 const char* argument, const char* help) {
    option(flag, into, argument, help)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->expected(1)
        ->allow_extra_args(false);
  };
  command.add_option("root", target, "The folder to compare, or the address of a running server")
      ->option_text("[ROOT|URL]");
  several("--page", pages, "PATH", "A page, as a path such as /docs/; may be given several times");
  list("--rtt", lists.round_trips, "MS,...", "Round-trip times (20,50,100,200)");
  list("--bandwidth", lists.bandwidths, "MBIT,...", "Down; half of it up (10)");
  list("--think", lists.thinks, "MS,...", "How long the server thinks (0,50,200,500)");
  command.add_flag("--body-think", body_think, "It thinks after the headers, not before");
  list("--cache", lists.caches, "STATE,...", "cold, warm, partly, stale (cold,warm)");
  list("--connection", lists.connections, "STATE,...", "fresh, resumed, reused (fresh)");
  command.add_flag("--live", live, "An event stream is open on the same connection");
  list("--arms", lists.arms, "ARM,...", "none, link, early-hints, push, push+early-hints (all)");
  option("--loss", loss, "PERCENT", "Packets lost at random (0)")->check(CLI::Range(0.0, 50.0));
  option("--jitter", jitter, "PERCENT", "Of the round trip: how late a packet may be (5)")
      ->check(CLI::Range(0.0, 100.0));
  option("--window", window, "N", "Segments that a server may send at first (10)")
      ->check(CLI::Range(1, 1000));
  option("--runs", runs, "N", "Loads of each arm in each cell (30); fewer than 6 give no verdict")
      ->check(CLI::Range(1, 100'000));
  option("--seed", seed, "N", "Repeats a run");
  command.add_flag("--quick", quick, "Fewer cells and runs, for a first look");
  option("--out", out, "DIR",
         "Writes index.html and comparison.json there (herald-report, unless --json or "
         "--write-hints is given)");
  option("--json", json, "FILE", "Writes every load with every resource");
  several("--write-hints", hint_files, "FILE",
          "Writes the hints that did best: as _headers if it is named so, else as TOML");
  option("--config", config_file, "FILE", "TOML file with [[hints.page]] and [files]");
  command.add_flag("--spa", spa, "Answer unknown pages with index.html");
  option("--browser", browser, "PATH", "Loads in this Chromium, in real time");
  command.add_flag("--insecure", insecure, "Trust any certificate of a running server");
  option("--ca", ca_file, "FILE", "CA to trust, in PEM");
  command.footer(examples);
}

bool CompareFlags::real_time() const { return !browser.empty() || lab::is_url(target); }

std::size_t CompareFlags::run_count() const {
  if (runs > 0) return runs;
  if (real_time()) return quick ? lab::least_pairs : 10;
  return quick ? 10 : 30;
}

std::vector<lab::Conditions> CompareFlags::cells() const {
  CompareDefaults defaults;
  if (quick || real_time()) defaults.round_trips = {20, 100};
  if (quick || real_time()) defaults.thinks = {0, 200};
  if (real_time()) defaults.caches = {lab::Cache::cold};
  if (lab::is_url(target)) defaults.thinks = {0};
  return cells_of(lists, defaults, body_think ? Thinking::before_body : Thinking::before_headers,
                  live ? Live::yes : Live::no);
}

void CompareFlags::require_coherent() const {
  const bool url = lab::is_url(target);
  if (url && !browser.empty()) {
    throw UsageError("--browser loads folders: name the folder of the site instead of its address");
  }
  if (url && (!lists.thinks.empty() || body_think || live)) {
    throw UsageError(
        "a running server thinks as long as it does and has its own streams: leave --think, "
        "--body-think and --live out");
  }
  if (real_time() && !hint_files.empty()) {
    throw UsageError(
        "--write-hints weighs each asset in virtual time: give a folder, without --browser");
  }
  if (!hint_files.empty() && run_count() < lab::least_pairs) {
    throw UsageError("of fewer than " + std::to_string(lab::least_pairs) +
                     " loads of each arm nothing follows that --write-hints could write: give "
                     "more --runs");
  }
  if (!browser.empty() && (!lists.caches.empty() || !lists.connections.empty() || live)) {
    throw UsageError(
        "--browser loads with an empty cache over a fresh connection: leave --cache, "
        "--connection and --live out");
  }
  if (!url && (insecure || !ca_file.empty())) {
    throw UsageError("--insecure and --ca are for running servers");
  }
  for (const std::string& page : pages) {
    if (page.starts_with('/')) continue;
    throw UsageError("--page must be a path such as /docs/, not \"" + page + "\"");
  }
}

}  // namespace cli
