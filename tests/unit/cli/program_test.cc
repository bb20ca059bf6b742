#include "cli/program.h"

#include <stdlib.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "certs/development.h"
#include "certs/x509.h"
#include "cli/lint.h"
#include "cli/parts.h"
#include "tests/unit/certs/folder.h"

namespace {

// One run of the whole program, but for serving.
struct Run {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  std::optional<cli::Config> served;
  int code = -1;

  explicit Run(std::vector<std::string> arguments, const std::string& input = "",
               std::vector<cli::Check> checks = {})
      : in(input) {
    const cli::Streams streams{in, out, err};
    const auto program = cli::make_program();
    std::vector<std::unique_ptr<cli::Command>> commands;
    commands.push_back(cli::serve_command(*program, [&](const cli::Config& config, const auto&) {
      served = config;
      return 0;
    }));
    commands.push_back(cli::publish_command(*program, streams));
    commands.push_back(cli::certs_command(*program, streams));
    commands.push_back(cli::check_command(*program, streams, std::move(checks)));
    commands.push_back(cli::explain_command(*program, streams));
    commands.push_back(cli::token_command(*program, streams));
    code = cli::run(*program, commands, std::move(arguments), streams);
  }
};

class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("serve without flags is the defaults") {
  const Run run({"serve"});
  REQUIRE(run.served);
  CHECK(run.code == 0);
  CHECK(run.served->serve.root == ".");
  CHECK(run.served->hints.mode == "auto");
}

TEST_CASE("flags are read") {
  const Run run({"serve",        "dist",    "--listen", ":0",      "--listen", "[::1]:443", "--spa",
                 "--dev",        "--think", "20",       "--hints", "push",     "--workers", "3",
                 "--access-log", "-",       "--host",   "a.test",  "--drain",  "2s"});
  INFO(run.err.str());
  REQUIRE(run.served);
  const auto& serve = run.served->serve;
  CHECK(serve.root == "dist");
  CHECK(serve.listen == std::vector<std::string>{":0", "[::1]:443"});
  CHECK(serve.spa);
  CHECK(serve.dev);
  CHECK(serve.think == std::chrono::milliseconds(20));
  CHECK(run.served->hints.mode == "push");
  CHECK(serve.workers == 3);
  CHECK(serve.access_log == "-");
  CHECK(serve.drain == std::chrono::seconds(2));
}

TEST_CASE("a repeatable flag leaves ROOT alone") {
  const Run run({"serve", "--listen", ":0", "dist"});
  REQUIRE(run.served);
  CHECK(run.served->serve.root == "dist");
}

TEST_CASE("a flag wins over its variable, that over the file") {
  const testing::Folder folder;
  const std::string file = folder.write(
      "h.toml",
      "[serve]\nroot = \"dist\"\nworkers = 1\nspa = true\nthink = 5\nlisten = [\":1\"]\n");
  const Variable workers("HERALD_WORKERS", "2");
  const Variable think("HERALD_THINK", "6ms");
  const Variable listen("HERALD_LISTEN", ":2,:3");
  const Variable nothing("HERALD_HINTS", "");
  const Run run({"serve", "--config", file, "--workers", "3", "--spa=false"});
  INFO(run.err.str());
  REQUIRE(run.served);
  CHECK(run.served->serve.workers == 3);
  CHECK_FALSE(run.served->serve.spa);
  CHECK(run.served->serve.think == std::chrono::milliseconds(6));
  CHECK(run.served->serve.listen == std::vector<std::string>{":2", ":3"});
  CHECK(run.served->hints.mode == "auto");
}

TEST_CASE("the file may be named by a variable") {
  const testing::Folder folder;
  const Variable config("HERALD_CONFIG", folder.write("h.toml", "[serve]\nspa = true\n"));
  const Run run({"serve", "dist"});
  REQUIRE(run.served);
  CHECK(run.served->serve.spa);
}

TEST_CASE("a wrong command line is exit code 2 and one sentence") {
  const auto [arguments, sentence] = GENERATE(table<std::vector<std::string>, std::string>({
      {{"serve", "--workers", "many"},
       "herald: --workers must be between 0 and 1024, not \"many\"\nTry: herald serve --help\n"},
      {{"serve", "--listen", "nowhere"},
       "herald: --listen must be HOST:PORT, such as 127.0.0.1:8443, [::1]:8443 or :8443, not "
       "\"nowhere\"\nTry: herald serve --help\n"},
      {{"serve", "--cert", "c.pem"},
       "herald: --cert needs --key beside it (--key-file is the key of tokens)\nTry: herald "
       "serve --help\n"},
      {{"serve", "--lisen", ":1"},
       "herald: unknown flag \"--lisen\", did you mean \"--listen\"?\nTry: herald serve "
       "--help\n"},
      {{"sevre"},
       "herald: unknown command \"sevre\", did you mean \"serve\"?\nTry: herald --help\n"},
      {{"token", "--key-file", "k"},
       "herald: a token without rights is of no use: give --publish or --subscribe\nTry: herald "
       "token --help\n"},
      {{"token", "--key-file", "k", "--publish", "a", "--ttl", "never"},
       "herald: --ttl must be between 1s and 3650d, not \"never\"\nTry: herald token --help\n"},
      {{"publish", "localhost:1", "--topic", "t"},
       "herald: there is nothing to send: give --data TEXT, --data - or --lines\nTry: herald "
       "publish --help\n"},
      {{"publish", "localhost:1", "--topic", "t", "--lines", "--data", "y"},
       "herald: --data (HERALD_DATA) is one event, --lines reads many from standard input\nTry: "
       "herald publish "
       "--help\n"},
      {{"publish", "localhost:1", "--topic", "t", "--data", "y", "--token", "x", "--key-file", "f"},
       "herald: --token excludes --key-file\nTry: herald publish --help\n"},
      {{"publish", "localhost:1", "--topic", "t", "--lines", "--id", "7"},
       "herald: --id is for one event, --lines is for many\nTry: herald publish --help\n"},
  }));
  const Run run(arguments);
  CHECK(run.code == 2);
  CHECK(run.err.str() == sentence);
  CHECK_FALSE(run.served);
}

TEST_CASE("a flag wins over the variable of one that it excludes") {
  const auto publish = [](std::vector<std::string> more) {
    std::vector<std::string> all{"publish", "localhost:1", "--topic",   "t",
                                 "--data",  "x",           "--retries", "0"};
    all.insert(all.end(), more.begin(), more.end());
    const Run run(all);
    return std::pair(run.code, run.err.str());
  };
  const Variable key("HERALD_KEY_FILE", "/no/key");
  CHECK(publish({}).second.find("/no/key") != std::string::npos);
  CHECK(publish({"--token", "x"}).first == 1);
  CHECK(publish({"--token", "x"}).second.find("/no/key") == std::string::npos);
  const Variable token("HERALD_TOKEN", "x");
  CHECK(publish({"--token", "x"}).first == 1);
  CHECK(publish({"--key-file", "/no/other"}).second.find("/no/other") != std::string::npos);
  CHECK(publish({}) ==
        std::pair(2, std::string("herald: HERALD_TOKEN and HERALD_KEY_FILE exclude each other: "
                                 "unset one, or say which by --token or --key-file\nTry: herald "
                                 "publish --help\n")));
  const Variable ca("HERALD_CA", "/no/ca");
  CHECK(publish({"--token", "x", "--insecure"}).first == 1);
}

TEST_CASE("a wrong variable is named as such") {
  const Variable workers("HERALD_WORKERS", "lots");
  CHECK(Run({"serve"}).err.str() ==
        "herald: HERALD_WORKERS must be between 0 and 1024, not \"lots\"\nTry: herald serve "
        "--help\n");
}

TEST_CASE("a wrong file is exit code 1") {
  const testing::Folder folder;
  const std::string file = folder.write("h.toml", "[serve]\nspa = 3\n");
  const Run run({"serve", "--config", file});
  CHECK(run.code == 1);
  CHECK(run.err.str() == "herald: " + file + ":2:7: [serve] spa must be true or false, not 3\n");
}

TEST_CASE(
    "a file without root serves nothing: what is served does not depend on where it is started") {
  const testing::Folder folder;
  const std::string file = folder.write("h.toml", "[serve]\nspa = true\n");
  for (const char* command : {"serve", "check", "explain"}) {
    const Run run({command, "--config", file});
    CHECK(run.code == 1);
    CHECK_FALSE(run.served);
    CHECK(run.err.str() == "herald: " + file +
                               ": [serve] needs the key root: name the folder to serve there, or "
                               "give ROOT on the command line\n");
  }
  const Variable root("HERALD_ROOT", "dist");
  CHECK(Run({"serve", "--config", file}).served->serve.root == "dist");
}

TEST_CASE(
    "what a file says that does not go together is told with its line, what a flag says by its "
    "name") {
  const testing::Folder folder;
  const auto told = [&](const std::string& text, std::vector<std::string> flags) {
    const std::string file = folder.write("h.toml", text);
    std::vector<std::string> arguments{"serve", "dist", "--config", file};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const Run run(arguments);
    CHECK(run.code == 1);
    return run.err.str().substr(0, run.err.str().find(" needs") + 6);
  };
  const std::string here = "herald: " + (folder / "h.toml").string();
  CHECK(told("[serve]\ncert = \"c.pem\"\n", {}) == here + ":2:1: [serve] cert needs");
  CHECK(told("[serve]\ncert = \"c.pem\"\n", {"--cert", "d.pem"}) == "herald: --cert needs");
}

TEST_CASE("check tells of what the user who will serve may not read") {
  if (geteuid() != 0) return;
  const testing::Folder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  for (const char* name : {"index.html", "secret.html", ".hidden"}) folder.write(name, "x");
  std::filesystem::create_directory(folder / "closed");
  std::filesystem::permissions(folder / "secret.html", std::filesystem::perms(0600));
  std::filesystem::permissions(folder / ".hidden", std::filesystem::perms(0600));
  std::filesystem::permissions(folder / "closed", std::filesystem::perms(0700));
  const std::string here = folder.path().string();
  cli::Config config;
  config.serve.root = here;
  CHECK(cli::unreadable_files(config).empty());
  config.serve.user = "nobody";
  std::vector<std::string> told;
  for (const cli::Fault& fault : cli::unreadable_files(config)) told.push_back(fault.text);
  std::sort(told.begin(), told.end());
  const std::string rest =
      " cannot be read by the user nobody: visitors would get 403; let that user read it, or take "
      "it away";
  CHECK(told == std::vector<std::string>{here + "/closed" + rest, here + "/secret.html" + rest});
  CHECK(geteuid() == 0);
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0700));
  testing::Folder outside;  // for the configuration
  const std::string file = outside.write("h.toml", "[serve]\nuser = \"nobody\"\n");
  const Run run({"check", here, "--config", file});
  CHECK(run.err.str() == "herald: " + here + " cannot be read by the user nobody\n");
}

TEST_CASE("help and version go to standard output, with exit code 0") {
  for (const char* command : {"serve", "publish", "certs", "check", "explain", "token"}) {
    const Run run({command, "--help"});
    CHECK(run.code == 0);
    CHECK_THAT(run.out.str(), Catch::Contains("Examples:\n  "));
    CHECK(run.err.str().empty());
  }
  const Run version({"--version"});
  CHECK(version.code == 0);
  CHECK_THAT(version.out.str(), Catch::StartsWith("herald ") && Catch::Contains("nghttp2 1.") &&
                                    Catch::Contains("OpenSSL 3."));
  const Run nothing({});
  CHECK(nothing.code == 2);
  CHECK_THAT(nothing.err.str(), Catch::Contains("serve"));
}

TEST_CASE("check says everything that is wrong, and what the parts found") {
  const testing::Folder folder;
  const auto lint = [](const cli::Config&) {
    return std::vector<cli::Fault>{std::string("/a.css is missing")};
  };
  const std::string root = (folder / "none").string();
  const Run run({"check", root, "--cert", "/no/c", "--key", "/no/k", "--key-file", "/no/s"}, "",
                {lint});
  CHECK(run.code == 1);
  CHECK(run.err.str() ==
        "herald: " + root +
            " does not exist: name the folder to serve\n"
            "herald: cannot read the certificate /no/c: No such file or directory\n"
            "herald: cannot read the private key /no/k: No such file or "
            "directory\n"
            "herald: cannot read /no/s: No such file or directory\n"
            "herald: /a.css is missing\n");
  const Run file({"check", folder.write("file", "")});
  CHECK(file.code == 1);
  CHECK_THAT(file.err.str(), Catch::EndsWith("file is not a folder\n"));
}

TEST_CASE("check says what serve would refuse, each once") {
  const testing::Folder folder;
  const auto checked = [&](const std::string& settings) {
    const std::string config = folder.write("herald.toml", settings);
    const std::string site = (folder / "site").string();
    std::filesystem::create_directories(site);
    const Run run({"check", site, "--config", config}, "",
                  {cli::unusable_options, cli::hidden_files});
    CHECK(run.code == 1);
    return run.err.str();
  };
  const std::string here = folder.path().string();
  const std::string second_line = "herald: " + here + "/herald.toml:2:1: ";
  CHECK(checked("[events]\nkey_file = \"none\"\n") ==
        second_line + "cannot read " + here + "/none: No such file or directory\n");
  CHECK(checked("[events]\npublisher_key_file = \"none\"\njwks_file = \"none too\"\n") ==
        second_line + "cannot read " + here + "/none: No such file or directory\nherald: " + here +
            "/herald.toml:3:1: cannot read " + here + "/none too: No such file or directory\n");
  folder.write("short", "secret");
  CHECK_THAT(checked("[events]\nkey_file = \"short\"\n"),
             Catch::StartsWith(second_line + "the secret of [events] key_file has 6 bytes"));
  CHECK_THAT(checked("[events]\nstore = \"mysql://x\"\n"),
             Catch::StartsWith(second_line + "[events] store cannot be \"mysql://x\""));
  CHECK_THAT(checked("[events]\nstore = \"redis://:x:y:z\"\n"), Catch::Contains("redis"));
  CHECK(checked("[events]\nstore = \"none/events.db\"\n") ==
        second_line + "[events] store: there is no folder " + here + "/none\n");
  CHECK(checked("[serve]\naccess_log = \"none/access.log\"\n") ==
        second_line + "[serve] access_log: there is no folder " + here + "/none\n");
  CHECK(checked("[serve]\nuser = \"no such user\"\n") ==
        second_line + "[serve] user: there is no user \"no such user\" on this machine\n");
  CHECK(checked("[serve]\nreads = [\"/no/such/folder\"]\n") ==
        second_line + "[serve] reads: there is no folder /no/such/folder\n");
  CHECK(checked("[proxy]\nca = \"none\"\n") ==
        second_line + "cannot read " + here + "/none: No such file or directory\n");
  folder.write("ca.pem", "no certificate");
  CHECK(checked("[proxy]\nca = \"ca.pem\"\n") ==
        second_line + "[proxy] ca: " + here +
            "/ca.pem holds no certificate in PEM: name that of the authority of the app servers\n");
  CHECK(
      checked("[[files.header]]\nglob = \"*.pdf\"\ncache_control = \"a\\nb\"\n") ==
      "herald: " + here +
          "/herald.toml:1:1: [[files.header]]: the cache rule for \"*.pdf\" needs a pattern and a "
          "value without control characters\n");
  folder.write("tokens", "# of nobody\n");
  CHECK(checked("[events]\ntoken_file = \"tokens\"\n") ==
        second_line + here + "/tokens holds no token: write one on each line\n");
  folder.write("tokens", "0123456789abcdef\nx\n");
  CHECK(checked("[events]\ntoken_file = \"tokens\"\n") ==
        second_line + here +
            "/tokens holds a token that can be guessed: make it 16 characters or more\n");
  CHECK(checked("[events]\nanonymous = false\n") ==
        second_line +
            "[events] anonymous = false keeps everybody out: name the keys of "
            "subscribers' tokens (key_file, subscriber_key_file, jwks_file) or a token_file beside "
            "it\n");
  CHECK(checked("[[hints.page]]\npath = \"/\"\nitems = [\"/a.unknown\"]\n")
            .starts_with("herald: " + here +
                         "/herald.toml:1:1: [[hints.page]] /: \"/a.unknown\" cannot be hinted"));
}

TEST_CASE("a token file lets subscribers in where nobody is anonymous") {
  const testing::Folder folder;
  cli::Config config;
  config.events.anonymous = false;
  config.events.token_file = folder.write("tokens", "0123456789abcdef\n");
  CHECK(cli::authorizer_options(config).tokens.size() == 1);
  config.events.token_file.clear();
  config.events.publisher_key_file =
      folder.write("secret", "0123456789abcdef0123456789abcdef");  // of no subscriber
  CHECK_THROWS_WITH(cli::authorizer_options(config), Catch::Contains("keeps everybody out"));
  config.events.subscriber_key_file = config.events.publisher_key_file;
  CHECK_NOTHROW(cli::authorizer_options(config));
}

TEST_CASE("check tells of files that URLs hide, of every URL") {
  const testing::Folder folder;
  folder.write("state", "");
  std::filesystem::create_directories(folder / ".well-known");
  folder.write(".well-known/mercure", "");
  const Run run({"check", folder.path().string()}, "", {cli::hidden_files});
  CHECK(run.code == 1);
  CHECK_THAT(run.err.str(), Catch::Contains("state cannot be reached: Herald answers /state") &&
                                Catch::Contains("Herald answers /.well-known/mercure itself"));
}

TEST_CASE("check is content with a folder and a good certificate") {
  const testing::Folder folder;
  const auto made = certs::development_credentials(folder / "state", {});
  const Run run({"check", folder.path().string(), "--cert", made.certificate_file.string(), "--key",
                 made.key_file.string()});
  CHECK(run.err.str().empty());
  CHECK(run.code == 0);
}

TEST_CASE("check looks at every certificate, and refuses one that is for no host's name") {
  const testing::Folder folder;
  const auto made = certs::development_credentials(folder / "state", {});
  const auto now = std::chrono::system_clock::now();
  const certs::Identity authority = certs::make_authority(now);
  const certs::Identity nameless = certs::make_leaf(authority, {"127.0.0.1"}, now);
  const std::string cert = folder.write("n.pem", certs::to_pem(*nameless.certificate));
  const std::string key = folder.write("n-key.pem", certs::to_pem(*nameless.key));
  const auto table = [](const std::string& chain, const std::string& secret) {
    return "[[serve.certificate]]\ncert = \"" + chain + "\"\nkey = \"" + secret + "\"\n";
  };
  const std::string config = folder.write(
      "herald.toml", table(made.certificate_file, made.key_file) + table("/no/c", "/no/k") +
                         table(made.certificate_file, key) + table(cert, key));
  const Run run({"check", folder.path().string(), "--config", config});
  CHECK(run.code == 1);
  CHECK(run.err.str() ==
        "herald: " + config +
            ":4:1: cannot read the certificate /no/c: No such file or directory\n"
            "herald: " +
            config +
            ":4:1: cannot read the private key /no/k: No such file or directory\n"
            "herald: " +
            config + ":7:1: the private key " + key + " does not belong to the certificate " +
            made.certificate_file.string() +
            ": name the pair that was made together\n"
            "herald: " +
            config + ":10:1: the certificate in " + cert +
            " is for no host's name (subjectAltName), so no client would get it: have it made for "
            "one, or name it as cert of [serve]\n");
}

TEST_CASE("certs makes a certificate once and says how to trust it") {
  const testing::Folder folder;
  const std::string state = (folder / "state").string();
  const Run first({"certs", "--dir", state, "--host", "app.test"});
  CHECK(first.code == 0);
  CHECK_THAT(first.out.str(), Catch::StartsWith("Made a new CA and a certificate.\n") &&
                                  Catch::Contains("update-ca-certificates"));
  const Run second({"certs", "--dir", state, "--host", "app.test"});
  CHECK_THAT(second.out.str(), Catch::StartsWith("The certificate is good.\n"));
  CHECK(Run({"certs", "--dir", state, "--host", "app.test", "--print", "ca"}).out.str() ==
        state + "/ca.pem\n");
  CHECK(Run({"certs", "--dir", state, "--host", "app.test", "--print", "spki"}).out.str() ==
        certs::spki_sha256(state + "/leaf.pem") + "\n");
  CHECK(Run({"certs", "--dir", state, "--host", "not a host"}).code == 1);
}
