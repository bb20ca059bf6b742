#include "cli/access_log.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "cli/access_line.h"
#include "cli/log.h"
#include "server/net/error.h"
#include "tests/unit/certs/folder.h"

using nlohmann::json;
using namespace std::chrono_literals;
using testing::content;

namespace {

const http::Peer peer{.address = "192.0.2.7",
                      .port = 4711,
                      .connection = 12,
                      .tls = "TLSv1.3",
                      .cipher = "TLS_AES_128_GCM_SHA256",
                      .resumed = true};
const std::vector<http::Note> no_notes;

http::Access access(std::string_view target = "/a",
                    const std::vector<http::Note>& notes = no_notes) {
  return {.peer = peer,
          .method = "GET",
          .authority = "app.test",
          .target = target,
          .user_agent = "test",
          .referer = "",
          .traceparent = "",
          .stream = 3,
          .status = 200,
          .bytes = 1234,
          .took = 12345us,
          .first_byte = 1002us,
          .pushed = false,
          .error_code = 0,
          .notes = notes};
}

std::vector<json> lines(const std::string& text) {
  std::vector<json> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.push_back(json::parse(line));
  return all;
}

}  // namespace

TEST_CASE("a line of the access log is one JSON object with every field") {
  const std::vector<http::Note> notes{
      {"hinted", "/a.css"}, {"withheld", "/b.js: no-store"}, {"hinted", "/c.js"}};
  std::string text;
  cli::append_access_line(text, access("/a?b=c", notes),
                          std::chrono::system_clock::time_point(1'800'000'000'007ms));
  CHECK(text.back() == '\n');
  CHECK(json::parse(text) == json::parse(R"({
    "time": "2027-01-15T08:00:00.007Z", "remote": "192.0.2.7", "connection": 12, "stream": 3,
    "method": "GET", "authority": "app.test", "target": "/a?b=c", "status": 200, "bytes": 1234,
    "duration_ms": 12.345, "first_byte_ms": 1.002, "protocol": "h2", "tls": "TLSv1.3",
    "cipher": "TLS_AES_128_GCM_SHA256", "resumed": true, "user_agent": "test",
    "hinted": ["/a.css", "/c.js"], "withheld": "/b.js: no-store"})"));
}

TEST_CASE("whatever a client sends stays inside its JSON string") {
  std::string text;
  cli::append_access_line(text, access("/\"},{\"\\\n\x01\xFF\xC3\xA9"), {});
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(json::parse(text)["target"] == "/\"},{\"\\\n\x01\xEF\xBF\xBD\xC3\xA9");
}

TEST_CASE("a token in a query is not written down") {
  std::string text;
  cli::append_access_line(text, access("/hub?topic=a&authorization=ey.J.x&b=1&authorization=y"),
                          {});
  CHECK(json::parse(text)["target"] == "/hub?topic=a&authorization=...&b=1&authorization=...");
  text.clear();
  cli::append_access_line(text, access("/x?no_authorization=1"), {});
  CHECK(json::parse(text)["target"] == "/x?no_authorization=1");
}

TEST_CASE("an exchange cut short has the error's name and no first byte") {
  http::Access cut = access();
  cut.status = 0;
  cut.error_code = 8;
  std::string text;
  cli::append_access_line(text, cut, {});
  const json line = json::parse(text);
  CHECK(line["error"] == "CANCEL");
  CHECK_FALSE(line.contains("first_byte_ms"));
}

TEST_CASE("lines of many threads all arrive whole") {
  const testing::Folder folder;
  const std::string file = (folder / "access.log").string();
  {
    cli::AccessLog log({.file = file});
    std::vector<std::thread> workers;
    for (int i = 0; i < 4; ++i) {
      workers.emplace_back([&] {
        for (int j = 0; j < 2000; ++j) log.completed(access());
      });
    }
    for (std::thread& worker : workers) worker.join();
    log.flush();
    CHECK(log.dropped() == 0);
    CHECK(lines(content(file)).size() == 8000);
    log.completed(access("/last"));
  }
  const auto all = lines(content(file));
  REQUIRE(all.size() == 8001);
  CHECK(all.back()["target"] == "/last");
}

TEST_CASE("after a rotation new lines go to a new file") {
  const testing::Folder folder;
  const std::string file = (folder / "access.log").string();
  cli::AccessLog log({.file = file});
  log.completed(access("/before"));
  std::filesystem::rename(file, folder / "old.log");
  log.reopen();
  log.flush();
  log.completed(access("/after"));
  log.flush();
  CHECK(lines(content(folder / "old.log")).at(0)["target"] == "/before");
  REQUIRE(lines(content(file)).size() == 1);
  CHECK(lines(content(file)).at(0)["target"] == "/after");
}

TEST_CASE("a rotation into a folder that has gone keeps the old file") {
  const testing::Folder folder;
  std::filesystem::create_directory(folder / "logs");
  const std::string file = (folder / "logs/access.log").string();
  cli::AccessLog log({.file = file});
  std::filesystem::rename(folder / "logs", folder / "moved");
  log.reopen();
  log.completed(access());
  log.flush();
  CHECK(lines(content(folder / "moved/access.log")).size() == 1);
}

TEST_CASE("a full disk drops and counts lines, and nothing else") {
  cli::AccessLog log({.file = "/dev/full"});
  for (int i = 0; i < 10; ++i) log.completed(access());
  log.flush();
  CHECK(log.dropped() == 10);
  log.completed(access());
  log.flush();
  CHECK(log.dropped() == 11);
}

// No file of this process may be longer, while this lives.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST_CASE("a disk that is full in the middle of a line spoils that line alone, and it is counted") {
  const testing::Folder folder;
  const std::string file = (folder / "access.log").string();
  std::string line;
  cli::append_access_line(line, access(), {});
  cli::AccessLog log({.file = file});
  {
    const SizeLimit limit(line.size() * 5 / 2);
    for (int i = 0; i < 10; ++i) log.completed(access());
    log.flush();
    CHECK(log.dropped() == 8);
    log.completed(access());
    log.flush();
    CHECK(log.dropped() == 9);
  }
  log.completed(access("/after"));
  log.flush();
  CHECK(log.dropped() == 9);
  std::istringstream in(content(file));
  std::vector<std::string> all;
  for (std::string one; std::getline(in, one);) all.push_back(one);
  REQUIRE(all.size() == 4);
  CHECK_FALSE(json::accept(all[2]));
  for (const int whole : {0, 1, 3}) CHECK(json::accept(all[whole]));
  CHECK(json::parse(all[3])["target"] == "/after");
}

TEST_CASE("lines beyond what may wait are dropped and counted") {
  const testing::Folder folder;
  cli::AccessLog log({.file = (folder / "log").string(), .linger = 10s, .most = 1000});
  for (int i = 0; i < 10; ++i) log.completed(access());
  log.flush();
  const auto written = lines(content(folder / "log")).size();
  CHECK(written >= 1);
  CHECK(written + log.dropped() == 10);
}

TEST_CASE("a pipe that nobody reads blocks neither the workers nor the end") {
  std::signal(SIGPIPE, SIG_IGN);
  const testing::Folder folder;
  const std::string fifo = (folder / "fifo").string();
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  const net::Fd reader(open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  REQUIRE(reader);
  cli::AccessLog log({.file = fifo, .most = 200'000, .farewell = 0ms});
  for (int i = 0; i < 5000; ++i) log.completed(access());
  SUCCEED("and the destructor returns");
}

TEST_CASE("a reader that goes away costs lines, not the server") {
  std::signal(SIGPIPE, SIG_IGN);
  const testing::Folder folder;
  const std::string fifo = (folder / "fifo").string();
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  net::Fd reader(open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  cli::AccessLog log({.file = fifo});
  reader.reset();
  log.completed(access());
  log.flush();
  CHECK(log.dropped() == 1);
}

TEST_CASE("an access log that cannot be opened is an error at the start") {
  CHECK_THROWS_WITH(cli::AccessLog({.file = "/no/such/log"}),
                    "cannot open the access log /no/such/log: No such file or directory");
}
