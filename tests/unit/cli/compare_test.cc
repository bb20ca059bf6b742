#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/compare_flags.h"
#include "cli/compare_matrix.h"
#include "cli/program.h"
#include "cli/progress_bar.h"
#include "cli/whole_file.h"
#include "tests/unit/static/temporary_folder.h"

using namespace std::chrono_literals;
using cli::CompareLists;

namespace {

// A page with a style and an image, and one without anything.
struct Folder : testing::TemporaryFolder {
  Folder() {
    write("index.html", "<!doctype html><link rel=stylesheet href=/a.css><img src=/b.png>");
    write("a.css", std::string(3000, ' '));
    write("b.png", std::string(9000, 'x'));
    write("bare.html", "<!doctype html><p>nothing</p>");
    write("far.html", "<!doctype html><link rel=stylesheet href=https://cdn.test/a.css>");
  }
};

struct Run {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  int code = -1;

  explicit Run(std::vector<std::string> arguments) {
    const cli::Streams streams{in, out, err};
    const auto program = cli::make_program();
    std::vector<std::unique_ptr<cli::Command>> commands;
    commands.push_back(cli::compare_command(*program, streams));
    arguments.insert(arguments.begin(), "compare");
    code = cli::run(*program, commands, std::move(arguments), streams);
  }
  // Without "herald: " and what follows the first line.
  std::string complaint() const {
    const std::string text = err.str();
    return text.substr(0, text.find('\n'));
  }
};

std::vector<std::string> small(const std::string& root, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{root,   "--rtt",  "100", "--think", "200", "--cache",
                                     "cold", "--runs", "6",   "--seed",  "7"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::string slurp(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a folder is compared: a table, and on demand a report and every load as JSON") {
  const Folder folder;
  const Run run(small(folder.path(), {"--out", (folder / "out").string(), "--json",
                                      (folder / "all.json").string()}));
  INFO(run.err.str());
  REQUIRE(run.code == cli::done);
  CHECK_THAT(run.out.str(), Catch::Contains("100 ms, think 200 ms"));
  CHECK_THAT(run.out.str(), Catch::Contains("--seed 7"));
  const auto json = nlohmann::json::parse(slurp(folder / "all.json"));
  const auto& arms = json["pages"][0]["cells"][0]["arms"];
  REQUIRE(arms.size() == 5);
  CHECK(arms[0]["arm"] == "none");
  CHECK(arms[2]["verdict"] == "better");
  CHECK(arms[2]["render_gain"]["median"].get<double>() == Approx(103).margin(15));
  CHECK(arms[2]["loads"].size() == 6);
  CHECK(slurp(folder / "out/index.html").starts_with("<!doctype html>"));
  CHECK(slurp(folder / "out/comparison.json") == slurp(folder / "all.json"));
}

TEST_CASE("lists are separated by commas, wherever the folder stands") {
  const Folder folder;
  const Run run(
      {"--rtt", "20,100", "--think", "0,50", folder.path(), "--cache", "cold", "--runs", "2"});
  INFO(run.err.str());
  REQUIRE(run.code == cli::done);
  CHECK_THAT(run.out.str(), Catch::Contains("20 ms, think 0 ms"));
  CHECK_THAT(run.out.str(), Catch::Contains("100 ms, think 50 ms"));
  CHECK_THAT(run.out.str(), Catch::Contains("--rtt 20,100 --think 0,50"));
}

TEST_CASE("the same seed gives the same figures") {
  const Folder folder;
  const auto figures = [&] {
    const Run run(small(folder.path(), {"--json", (folder / "all.json").string(), "--loss", "2"}));
    auto json = nlohmann::json::parse(slurp(folder / "all.json"));
    return json["pages"].dump();
  };
  CHECK(figures() == figures());
}

TEST_CASE("the hints that did best are written, in a form that herald reads") {
  const Folder folder;
  const std::string toml = (folder / "hints.toml").string();
  const Run run(small(folder.path(),
                      {"--write-hints", toml, "--write-hints", (folder / "_headers").string()}));
  INFO(run.err.str());
  REQUIRE(run.code == cli::done);
  CHECK_THAT(slurp(toml), Catch::Contains("items = [\n  \"/a.css\",\n]"));
  CHECK_THAT(slurp(folder / "_headers"),
             Catch::Contains("  Link: </a.css>; rel=preload; as=style"));
}

TEST_CASE("hints that are written into the folder are found again by the next comparison") {
  const Folder folder;
  const auto written = [&] {
    const Run run(small(folder.path(), {"--write-hints", (folder / "_headers").string()}));
    INFO(run.err.str());
    REQUIRE(run.code == cli::done);
    return slurp(folder / "_headers");
  };
  const std::string first = written();
  CHECK_THAT(first, Catch::Contains("  Link: </a.css>; rel=preload; as=style"));
  CHECK(written() == first);
}

TEST_CASE("what cannot be compared is refused in a sentence, and nothing is written") {
  const Folder folder;
  const std::string root = folder.path();
  struct Case {
    std::vector<std::string> arguments;
    int code;
    std::string complaint;
  };
  const std::vector<Case> cases{
      {{root + "/nowhere"},
       1,
       "herald: " + root +
           "/nowhere is no folder: name the folder with the files to compare, or an address such "
           "as "
           "https://localhost:8443/"},
      {{root, "--page", "/missing"}, 1, "herald: there is no page at /missing in " + root},
      {{root, "--page", "/bare.html"},
       1,
       "herald: the page /bare.html names no style, script or font of its own, so there is nothing "
       "to compare"},
      {{root, "--page", "/far.html"},
       1,
       "herald: nothing of the page /far.html can be told in advance: herald explain " + root +
           " /far.html says why"},
      {{root, "--page", "index.html"},
       2,
       "herald: --page must be a path such as /docs/, not \"index.html\""},
      {{root, "--rtt", "fast"},
       2,
       "herald: --rtt must be milliseconds between 0 and 10000, separated by commas, not \"fast\""},
      {{root, "--bandwidth", "0"},
       2,
       "herald: --bandwidth must be megabits per second between 0.05 and 100000, separated by "
       "commas, not \"0\""},
      {{root, "--arms", "psuh"},
       2,
       "herald: --arms must be of none, link, early-hints, push, push+early-hints, separated by "
       "commas, not \"psuh\", did you mean \"push\"?"},
      {{"https://127.0.0.1:1/", "--think", "5"},
       2,
       "herald: a running server thinks as long as it does and has its own streams: leave --think, "
       "--body-think and --live out"},
      {{root, "--runs", "5", "--write-hints", root + "/hints.toml"},
       2,
       "herald: of fewer than 6 loads of each arm nothing follows that --write-hints could write: "
       "give more --runs"},
      {{root, "--insecure"}, 2, "herald: --insecure and --ca are for running servers"},
      {{root, "--browser", "/usr/bin/chromium", "--cache", "warm"},
       2,
       "herald: --browser loads with an empty cache over a fresh connection: leave --cache, "
       "--connection and --live out"},
      {{root, "--browser", "/usr/bin/chromium", "--arms", "push"},
       2,
       "herald: none of these arms can be measured there: leave --arms out to see which can"},
      {{root, "--cache", "hot"},
       2,
       "herald: --cache must be of cold, warm, partly, stale, separated by commas, not \"hot\""},
      {{root, "--json", root}, 1, "herald: cannot write " + root + ": it is a folder"},
      {{root, "--json", root + "/no/such.json"},
       1,
       "herald: cannot write " + root + "/no/such.json: No such file or directory"},
  };
  for (const Case& one : cases) {
    const Run run(one.arguments);
    CHECK(run.complaint() == one.complaint);
    CHECK(run.code == one.code);
    CHECK(run.out.str().empty());
  }
}

TEST_CASE("a matrix is every combination of its lists") {
  CompareLists lists;
  lists.round_trips = {"20", "100", "20"};
  lists.bandwidths = {"1.5"};
  lists.thinks = {"0", "300"};
  lists.caches = {"cold", "stale"};
  lists.connections = {"reused"};
  const auto cells = cli::cells_of(lists, {}, cli::Thinking::before_body, cli::Live::yes);
  REQUIRE(cells.size() == 8);
  CHECK(cells[1].round_trip == 20);
  CHECK(cells[1].think == 0);
  CHECK(cells[1].body_think == 300);
  CHECK(cells[1].down == 1.5);
  CHECK(cells[1].up == 0.75);
  CHECK(cells[7].cache == lab::Cache::stale);
  CHECK(cells[7].connection == lab::Connection::reused);
  CHECK(cells[7].live);
}

TEST_CASE("there are enough loads for a verdict, unless fewer are asked for") {
  const auto runs = [](const std::string& arguments) {
    CLI::App app;
    const cli::CompareFlags flags(app);
    app.parse(arguments);
    return flags.run_count();
  };
  CHECK(runs("dist") == 30);
  CHECK(runs("dist --quick") == 10);
  CHECK(runs("https://app.test") == 10);
  CHECK(runs("https://app.test --quick") == 6);
  CHECK(runs("dist --browser chromium --quick") == 6);
  CHECK(runs("dist --runs 2") == 2);
}

TEST_CASE("arms are always compared with none") {
  CompareLists lists;
  lists.arms = {"push", "early-hints"};
  CHECK(cli::arms_of(lists) ==
        std::vector<lab::Arm>{lab::Arm::none, lab::Arm::early_hints, lab::Arm::push});
  CHECK(cli::arms_of({}).size() == 5);
}

TEST_CASE("progress is a bar, a share and the time left") {
  CHECK(cli::progress_text(40, 100, 12s) == "  [############------------------]  40 %, 12 s left");
  CHECK(cli::progress_text(0, 0, 0s).ends_with("0 %, 0 s left"));
  CHECK(cli::progress_text(1, 3, 125s).ends_with(" 33 %, 2 min 05 s left"));
}

TEST_CASE("where there is no terminal there is no progress") {
  std::ostringstream out;
  { cli::ProgressBar(out, cli::ProgressBar::Terminal::no).show(1, 2, 1s); }
  CHECK(out.str().empty());
  { cli::ProgressBar(out, cli::ProgressBar::Terminal::yes).show(1, 2, 1s); }
  CHECK_THAT(out.str(), Catch::Contains(" 50 %"));
  CHECK(out.str().ends_with("\r\033[K"));
}

TEST_CASE("a file is written whole, or stays as it was") {
  const testing::TemporaryFolder folder;
  cli::write_whole(folder / "a", "first");
  cli::write_whole(folder / "a", "second");
  CHECK(slurp(folder / "a") == "second");
  CHECK_THROWS(cli::write_whole(folder / "no/such", "x"));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path()))
    ++files;
  CHECK(files == 1);
}
