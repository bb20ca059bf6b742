#include "cli/config.h"

#include <catch2/catch.hpp>

#include "cli/event_store.h"
#include "cli/parts.h"
#include "tests/unit/certs/folder.h"

using namespace std::chrono_literals;

namespace {

cli::Config read(const std::string& text) {
  const testing::Folder folder;
  return cli::with_file({}, folder.write("herald.toml", text));
}

// The sentence without the folder of the file.
std::string complaint(const std::string& text) {
  const testing::Folder folder;
  const std::string file = folder.write("herald.toml", text);
  try {
    cli::with_file({}, file);
  } catch (const net::Error& error) {
    const std::string what = error.what();
    const std::size_t name = what.find("herald.toml");
    return name == what.npos ? what : what.substr(name);
  }
  return "(none)";
}

}  // namespace

TEST_CASE("an empty file leaves every default") {
  const cli::Config config = read("");
  CHECK(config.serve.listen == std::vector<std::string>{"127.0.0.1:8443"});
  CHECK(config.limits.concurrent_streams == http::Limits{}.concurrent_streams);
  CHECK(config.timeouts.idle == http::Timeouts{}.idle);
}

TEST_CASE("every table is read") {
  const cli::Config config = read(R"(
[serve]
listen = [":443", "[::1]:8443"]
workers = 4
spa = true
think = "250ms"
[hints]
mode = "early-hints"
[[hints.page]]
path = "/"
items = ["/app.css", "/app.js"]
[[hints.page]]
path = "/about"
items = []
only = true
[events]
events_url = "/live"
history = 50
age = "1h"
bytes = "1MiB"
origins = ["https://app.test", "http://localhost:5173"]
anonymous = false
[files]
cache = "16MiB"
immutable = "/assets/*"
[[files.header]]
glob = "*.pdf"
cache_control = "no-cache"
[limits]
header_bytes = "32KiB"
concurrent_streams = 100
backlog = 64
[timeouts]
idle = 5000
stall = "1m"
)");
  CHECK(config.serve.listen == std::vector<std::string>{":443", "[::1]:8443"});
  CHECK(config.serve.workers == 4);
  CHECK(config.serve.spa);
  CHECK(config.serve.think == 250ms);
  CHECK(config.hints.mode == "early-hints");
  REQUIRE(config.hints.pages.size() == 2);
  CHECK(config.hints.pages[0].items == std::vector<std::string>{"/app.css", "/app.js"});
  CHECK(config.hints.pages[1].path == "/about");
  CHECK_FALSE(config.hints.pages[0].only);
  CHECK(config.hints.pages[1].only);
  CHECK(config.events.events_url == "/live");
  CHECK(config.events.age == 1h);
  CHECK(config.events.bytes == 1048576);
  CHECK(config.events.origins.size() == 2);
  CHECK_FALSE(config.events.anonymous);
  CHECK(config.files.immutable == std::vector<std::string>{"/assets/*"});
  REQUIRE(config.files.headers.size() == 1);
  CHECK(config.files.headers[0].cache_control == "no-cache");
  CHECK(config.limits.header_bytes == 32768);
  CHECK(config.limits.concurrent_streams == 100);
  CHECK(config.timeouts.idle == 5s);
  CHECK(config.timeouts.stall == 1min);
}

TEST_CASE("certificates for more names start from the file's folder") {
  const testing::Folder folder;
  const auto config = cli::with_file({}, folder.write("herald.toml", R"(
[[serve.certificate]]
cert = "b.pem"
key = "/etc/b-key.pem"
[[serve.certificate]]
cert = "c.pem"
key = "c-key.pem"
)"));
  REQUIRE(config.serve.certificates.size() == 2);
  CHECK(config.serve.certificates[0].cert == (folder / "b.pem").string());
  CHECK(config.serve.certificates[0].key == "/etc/b-key.pem");
  CHECK(config.serve.certificates[1].key == (folder / "c-key.pem").string());
}

TEST_CASE("classes of topics take from [events] what they do not say") {
  const cli::Config config = read(R"(
[events]
history = 50
age = "1h"
bytes = "1MiB"
[[events.topic]]
pattern = "prices/*"
history = 0
policy = "conflate"
[[events.topic]]
pattern = "*"
age = "5m"
bytes = "2MiB"
)");
  const sse::TopicClasses classes = cli::topic_classes(config.events);
  CHECK(classes.of("prices/a").keep.events == 0);
  CHECK(classes.of("prices/a").keep.age == 1h);
  CHECK(classes.of("prices/a").policy == sse::Policy::conflate);
  CHECK(classes.of("news").keep.events == 50);
  CHECK(classes.of("news").keep.age == 5min);
  CHECK(classes.of("news").keep.bytes == 2 << 20);
  CHECK(classes.of("news").policy == sse::Policy::gap);
}

TEST_CASE("paths in a file start from its folder") {
  const testing::Folder folder;
  const auto config = cli::with_file(
      {}, folder.write("herald.toml",
                       "[serve]\nroot = \"dist\"\ncert = \"/etc/c.pem\"\naccess_log = \"-\"\n"
                       "[events]\nstore = \"events.db\"\n"));
  CHECK(config.events.store == (folder / "events.db").string());
  CHECK(config.serve.root == (folder / "dist").string());
  CHECK(config.serve.cert == "/etc/c.pem");
  CHECK(config.serve.access_log == "-");
}

TEST_CASE("whatever is wrong in a file is one sentence with its place and the remedy") {
  const auto [text, sentence] = GENERATE(table<std::string, std::string>({
      {"[limits]\nconcurrent_streams = \"many\"",
       "herald.toml:2:22: [limits] concurrent_streams must be between 1 and 10000, not \"many\""},
      {"[limits]\nconcurrent_streams = 0",
       "herald.toml:2:22: [limits] concurrent_streams must be between 1 and 10000, not 0"},
      {"[limits]\nconcurrent_streams = -5",
       "herald.toml:2:22: [limits] concurrent_streams must be between 1 and 10000, not -5"},
      {"[limits]\nconcurrent_streams = 1.5",
       "herald.toml:2:22: [limits] concurrent_streams must be between 1 and 10000, not 1.5"},
      {"[limits]\nheader_bytes = \"2GiB\"",
       "herald.toml:2:16: [limits] header_bytes must be a size between 1KiB and 1MiB, not "
       "\"2GiB\""},
      {"[timeouts]\nidle = \"fast\"",
       "herald.toml:2:8: [timeouts] idle must be a duration between 100ms and 1d, not \"fast\""},
      {"[timeouts]\nidle = true",
       "herald.toml:2:8: [timeouts] idle must be a duration between 100ms and 1d, not true"},
      {"[events]\nretry = 0",
       "herald.toml:2:9: [events] retry must be a duration between 250ms and 5m, not 0"},
      {"[serve]\nspa = \"yes\"", "herald.toml:2:7: [serve] spa must be true or false, not \"yes\""},
      {"[serve]\nroot = 7",
       "herald.toml:2:8: [serve] root must be the name of a file or folder, not 7"},
      {"[serve]\nroot = [\"a\"]",
       "herald.toml:2:8: [serve] root must be the name of a file or folder, not a list"},
      {"[serve]\nlisten = [\":443\", \"localhost\"]",
       "herald.toml:2:19: [serve] listen must be HOST:PORT, such as 127.0.0.1:8443, [::1]:8443 or "
       ":8443, not \"localhost\""},
      {"[serve]\nlisten = \"::1:80\"",
       "herald.toml:2:10: [serve] listen must be HOST:PORT, such as 127.0.0.1:8443, [::1]:8443 or "
       ":8443, not \"::1:80\""},
      {"[hints]\nmode = \"103\"",
       "herald.toml:2:8: [hints] mode must be auto, early-hints, push, push+early-hints, link or "
       "off, not \"103\""},
      {"[hints]\nexperiment = \"link\"",
       "herald.toml:2:14: [hints] experiment must be off, or two different modes, such as "
       "early-hints vs link, not \"link\""},
      {"[events]\nevents_url = \"events\"",
       "herald.toml:2:14: [events] events_url must be a path that starts with /, such as /events, "
       "not \"events\""},
      {"[events]\norigins = [\"https://a.test/\"]",
       "herald.toml:2:12: [events] origins must be \"*\" or origins without a path, such as "
       "https://app.test, not \"https://a.test/\""},
      {"[limit]\n", "herald.toml:1:2: unknown table [limit], did you mean \"limits\"?"},
      {"[database]\n", "herald.toml:1:2: unknown table [database]"},
      {"[timeouts]\nping_akc = 1",
       "herald.toml:2:1: [timeouts] has no key \"ping_akc\", did you mean \"ping_ack\"?"},
      {"[[events.topic]]\nhistory = 5",
       "herald.toml:1:1: [[events.topic]] needs the key \"pattern\""},
      {"[[events.topic]]\npattern = \"a\"\npolicy = \"drop\"",
       "herald.toml:3:10: [[events.topic]] policy must be gap, end or conflate, not \"drop\""},
      {"[files]\nzzzzzz = 1", "herald.toml:2:1: [files] has no key \"zzzzzz\""},
      {"workers = 2",
       "herald.toml:1:1: \"workers\" stands outside of a table: put it below [serve]"},
      {"colour = 2", "herald.toml:1:1: unknown key \"colour\" outside of a table"},
      {"serve = 2", "herald.toml:1:1: write [serve] once, and its keys on lines below it"},
      {"[[serve]]\nspa = true",
       "herald.toml:1:3: write [serve] once, and its keys on lines below it"},
      {"[hints.page]\npath = \"/\"",
       "herald.toml:1:8: write [[hints.page]] with two brackets: there can be several"},
      {"[[hints.page]]\npath = \"/\"", "herald.toml:1:1: [[hints.page]] needs the key \"items\""},
      {"[[hints.page]]\npaht = \"/\"",
       "herald.toml:2:1: [[hints.page]] has no key \"paht\", did you mean \"path\"?"},
      {"[[serve.certificate]]\ncert = \"b.pem\"",
       "herald.toml:1:1: [[serve.certificate]] needs the key \"key\""},
      {"[serve.certificate]\ncert = \"b.pem\"",
       "herald.toml:1:8: write [[serve.certificate]] with two brackets: there can be several"},
      {"[[files.header]]\nglob = 1",
       "herald.toml:2:8: [[files.header]] glob must be a text, not 1"},
  }));
  INFO(text);
  CHECK(complaint(text) == sentence);
}

TEST_CASE("a file that is not TOML is told where it breaks") {
  CHECK_THAT(complaint("[serve\n"), Catch::StartsWith("herald.toml:1:7: "));
  CHECK_THAT(complaint("[serve]\nspa = true\nspa = false\n"), Catch::StartsWith("herald.toml:3:"));
  CHECK_THAT(complaint("[serve]\nroot = \"\xFF\"\n"), Catch::StartsWith("herald.toml:2:"));
}

TEST_CASE("a file that cannot be read is named") {
  const testing::Folder folder;
  const std::string none = (folder / "none.toml").string();
  CHECK_THROWS_WITH(cli::with_file({}, none),
                    "cannot read " + none + ": No such file or directory");
  CHECK_THROWS_WITH(cli::with_file({}, folder.path()),
                    "cannot read " + folder.path().string() + ": it is not a file");
}

TEST_CASE("a port may be a number where an address is asked for") {
  const cli::Config config = read("[serve]\nredirect = 80\nmetrics = 9464\n");
  CHECK(config.serve.redirect == "80");
  CHECK(config.serve.metrics == "9464");
  CHECK(complaint("[serve]\nredirect = 80000\n") ==
        "herald.toml:2:12: [serve] redirect must be a port or HOST:PORT, such as 80 or "
        "127.0.0.1:8080, not 80000");
}

TEST_CASE("a host of the development certificate is a name or an address") {
  CHECK(read("[serve]\nhosts = [\"app.test\", \"*.app.test\", \"::1\"]\n").serve.hosts.size() == 3);
  CHECK(complaint("[serve]\nhosts = [\"a b\"]\n") ==
        "herald.toml:2:10: [serve] hosts must be names such as app.test, or numeric addresses, not "
        "\"a b\"");
}

TEST_CASE("settings that do not go together are refused") {
  cli::Config config;
  CHECK_NOTHROW(cli::require_coherent(config));
  config.serve.cert = "c.pem";
  CHECK_THROWS_WITH(cli::require_coherent(config),
                    "--cert needs --key beside it (--key-file is the key of tokens)");
  config = {};
  config.serve.ocsp = "c.ocsp";
  CHECK_THROWS_WITH(cli::require_coherent(config),
                    "[serve] ocsp needs cert and key beside it: it is about that certificate");
  config = {};
  config.events.poll_url = "/events";
  CHECK_THROWS_WITH(
      cli::require_coherent(config),
      "[events] events_url and poll_url are both /events: give each a URL of its own");
  config.events.poll_url = "/poll";
  config.events.state_url = "/send";
  CHECK_THROWS_WITH(cli::require_coherent(config),
                    "[events] send_url and state_url are both /send: give each a URL of its own");
  config.events.state_url = "/state";
  config.events.mercure_url = "/events";
  CHECK_THROWS_WITH(
      cli::require_coherent(config),
      "[events] events_url and mercure_url are both /events: give each a URL of its own");
  config = {};
  config.serve.listen.clear();
  CHECK_THROWS_WITH(cli::require_coherent(config),
                    "there is nothing to listen on: give --listen HOST:PORT");
}

TEST_CASE("what does not go together in a file is told with its line") {
  const auto [text, sentence] = GENERATE(table<std::string, std::string>({
      {"[serve]\ncert = \"c.pem\"",
       "herald.toml:2:1: [serve] cert needs key beside it (key_file in [events] is the key of "
       "tokens)"},
      {"[serve]\nkey = \"k.pem\"",
       "herald.toml:2:1: [serve] key needs cert beside it (key_file in [events] is the key of "
       "tokens)"},
      {"[serve]\nocsp = \"c.ocsp\"",
       "herald.toml:2:1: [serve] ocsp needs cert and key beside it: it is about that certificate"},
      {"[serve]\nlisten = []",
       "herald.toml:2:1: there is nothing to listen on: give --listen HOST:PORT"},
      {"[hsts]\nmax_age = \"1d\"\npreload = true",
       "herald.toml:3:1: [hsts] preload needs include_subdomains = true and a max_age of 365d or "
       "more: browsers' lists take nothing less"},
      {"[events]\nsend_url = \"/x\"\npoll_url = \"/x\"",
       "herald.toml:2:1: [events] poll_url and send_url are both /x: give each a URL of its own"},
      {"[events]\nevents_url = \"/poll\"",
       "herald.toml:2:1: [events] events_url and poll_url are both /poll: give each a URL of its "
       "own"},
      {"[events]\nevents_url = \"/.herald/status\"",
       "herald.toml:2:1: [events] events_url cannot be /.herald/status, which Herald answers "
       "itself: give it another URL"},
      {"[serve]\nlisten = [\":443\", \":443\"]",
       "herald.toml:2:1: [serve] listen has :443 and :443, which cannot be had both: name one of "
       "them"},
      {"[serve]\nlisten = \":443\"\nmetrics = 443",
       "herald.toml:3:1: [serve] metrics 443 and listen :443 cannot be had both: give each a port "
       "of its own"},
  }));
  INFO(text);
  const testing::Folder folder;
  const cli::Config config = cli::with_file({}, folder.write("herald.toml", text));
  CHECK_THROWS_WITH(cli::require_coherent(config), folder.path().string() + "/" + sentence);
}

TEST_CASE("addresses that one machine cannot have both are refused, those that it can are not") {
  const auto both = [](std::vector<std::string> listen, const std::string& metrics = "",
                       const std::string& redirect = "") {
    cli::Config config;
    config.serve.listen = std::move(listen);
    config.serve.metrics = metrics;
    config.serve.redirect = redirect;
    try {
      cli::require_coherent(config);
      return true;
    } catch (const net::Error&) {
      return false;
    }
  };
  CHECK_FALSE(both({"127.0.0.1:443", "127.0.0.1:443"}));
  CHECK_FALSE(both({":443", "127.0.0.1:443"}));
  CHECK_FALSE(both({"127.0.0.1:443", ":443"}));
  CHECK_FALSE(both({":443", "[::]:443"}));
  CHECK_FALSE(both({"0.0.0.0:443", "127.0.0.1:443"}));
  CHECK_FALSE(both({"[::1]:443", "[0:0:0:0:0:0:0:1]:443"}));
  CHECK_FALSE(both({"[::]:443", "[::1]:443"}));
  CHECK_FALSE(both({"app.test:443", "APP.test:443"}));
  CHECK_FALSE(both({"127.0.0.1:443"}, "127.0.0.1:443"));
  CHECK_FALSE(both({"127.0.0.1:443"}, "443"));
  CHECK_FALSE(both({"127.0.0.1:443"}, "", "443"));
  CHECK_FALSE(both({"127.0.0.1:443"}, "80", "80"));
  CHECK(both({"0.0.0.0:443", "[::]:443"}));
  CHECK(both({"127.0.0.1:443", "[::1]:443"}));
  CHECK(both({"0.0.0.0:443", "[::1]:443"}));
  CHECK(both({"[::]:443", "127.0.0.1:443"}));
  CHECK(both({":0", ":0", "127.0.0.1:0"}));
  CHECK(both({":443"}, "9464", "80"));
}

TEST_CASE("URLs that Herald answers itself are refused for [events]") {
  const auto refused = [](const std::string& url) {
    cli::Config config;
    config.events.send_url = url;
    try {
      cli::require_coherent(config);
      return false;
    } catch (const net::Error&) {
      return true;
    }
  };
  CHECK(refused("/.herald/status"));
  CHECK(refused("/.herald"));
  CHECK(refused("/.well-known/mercure/subscriptions"));
  CHECK(refused("/.well-known/mercure/subscriptions/x"));
  CHECK(refused("/.well-known/oauth-protected-resource/.well-known/mercure"));
  CHECK_FALSE(refused("/.heralds"));
  CHECK_FALSE(refused("/.well-known/send"));
}

TEST_CASE("addresses with a name of the server are its pages' own") {
  cli::Config config;
  config.serve.listen = {":8443", "127.0.0.1:0"};
  config.serve.hosts = {"shop.test", "::1"};
  CHECK(cli::plan_options(config).page.origins ==
        std::vector<std::string>{"https://shop.test", "https://shop.test:8443", "https://[::1]",
                                 "https://[::1]:8443"});
  const auto planned = cli::rules_options(config).planned;
  CHECK(planned("<https://shop.test/app.css>; rel=preload; as=style"));
  CHECK_FALSE(planned("<https://cdn.test/app.css>; rel=preload; as=style"));
}
