#include "certs/development.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "certs/x509.h"
#include "server/net/error.h"
#include "tests/unit/certs/folder.h"

using namespace std::chrono_literals;
using certs::development_credentials;
using testing::content;
using testing::Folder;

namespace {
const certs::Time now = std::chrono::system_clock::now();
constexpr auto day = 24h;

unsigned mode(const std::filesystem::path& file) {
  struct stat status {};
  REQUIRE(stat(file.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

bool consistent(const certs::Development& made) {
  const auto leaf = certs::parse_certificate(content(made.certificate_file));
  const auto key = certs::parse_key(content(made.key_file));
  const auto ca = certs::parse_certificate(content(made.ca_file));
  return leaf && key && ca && certs::fits(*leaf, *key) && certs::signed_by(*leaf, *ca);
}
}  // namespace

TEST_CASE("the first call makes a CA and a leaf that only their owner can read") {
  const Folder folder;
  const auto made = development_credentials(folder / "deep/state", {}, now);
  CHECK(made.created);
  CHECK(made.ca_created);
  CHECK(consistent(made));
  CHECK(mode(folder / "deep/state") == 0700);
  CHECK(mode(folder / "deep") == 0700);
  for (const auto& entry : std::filesystem::directory_iterator(folder / "deep/state")) {
    CHECK(mode(entry.path()) == 0600);
  }
  CHECK(certs::faults_of(made.certificate_file, made.key_file, now).empty());
}

TEST_CASE("the second call changes nothing") {
  const Folder folder;
  const auto first = development_credentials(folder.path(), {"app.test"}, now);
  const std::string leaf = content(first.certificate_file);
  const auto second =
      development_credentials(folder.path(), {"APP.test", "localhost"}, now + 30 * day);
  CHECK_FALSE(second.created);
  CHECK_FALSE(second.ca_created);
  CHECK(content(second.certificate_file) == leaf);
}

TEST_CASE("the leaf is for localhost, both loopback addresses and the hosts asked for") {
  const Folder folder;
  const auto made = development_credentials(folder.path(), {"App.Test", "192.168.1.2"}, now);
  const auto leaf = certs::parse_certificate(content(made.certificate_file));
  CHECK(certs::hosts_of(*leaf) ==
        std::vector<std::string>{"127.0.0.1", "192.168.1.2", "::1", "app.test", "localhost"});
}

TEST_CASE("with less than a third of its life left the leaf is renewed under the same CA") {
  const Folder folder;
  const auto first = development_credentials(folder.path(), {}, now);
  const std::string ca = content(first.ca_file);
  CHECK_FALSE(development_credentials(folder.path(), {}, now + 59 * day).created);
  const auto renewed = development_credentials(folder.path(), {}, now + 61 * day);
  CHECK(renewed.created);
  CHECK_FALSE(renewed.ca_created);
  CHECK(content(renewed.ca_file) == ca);
  CHECK(consistent(renewed));
}

TEST_CASE("a change of hosts makes a new leaf under the same CA") {
  const Folder folder;
  development_credentials(folder.path(), {"a.test"}, now);
  const auto changed = development_credentials(folder.path(), {"b.test"}, now);
  CHECK(changed.created);
  CHECK_FALSE(changed.ca_created);
  CHECK(consistent(changed));
}

TEST_CASE("hosts that were asked for before stay: another server may be known by them") {
  const Folder folder;
  const auto first = development_credentials(folder.path(), {"app.test", "*.app.test"}, now);
  const std::string leaf = content(first.certificate_file);
  CHECK_FALSE(development_credentials(folder.path(), {}, now).created);
  CHECK_FALSE(development_credentials(folder.path(), {"app.test"}, now).created);
  CHECK(content(first.certificate_file) == leaf);
  const auto more = development_credentials(folder.path(), {"b.test"}, now);
  CHECK(more.created);
  const auto hosts = certs::hosts_of(*certs::parse_certificate(content(more.certificate_file)));
  for (const char* host : {"app.test", "*.app.test", "b.test", "localhost", "::1"}) {
    CHECK(std::count(hosts.begin(), hosts.end(), host) == 1);
  }
  const auto renewed = development_credentials(folder.path(), {"b.test"}, now + 61 * day);
  CHECK(renewed.created);
  CHECK(certs::hosts_of(*certs::parse_certificate(content(renewed.certificate_file))) == hosts);
}

TEST_CASE(
    "given to another user, the certificate is theirs to renew, also after root has written "
    "there") {
  if (geteuid() != 0) return;
  const Folder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const auto state = folder / "state";
  development_credentials(state, {}, now);
  certs::give(state, 65534, 65534);
  development_credentials(state, {"by-root.test"}, now);
  const pid_t child = fork();
  if (child == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(2);
    try {
      _exit(development_credentials(state, {}, now + 61 * day).created ? 0 : 1);
    } catch (const std::exception&) {
      _exit(3);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a folder that cannot be entered is one sentence") {
  if (geteuid() != 0) return;
  const Folder folder;  // root's alone
  development_credentials(folder / "state", {}, now);
  const pid_t child = fork();
  if (child == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(2);
    try {
      development_credentials(folder / "state", {}, now);
      _exit(1);
    } catch (const net::Error& error) {
      _exit(std::string(error.what()).find("Permission denied") != std::string::npos ? 0 : 3);
    } catch (const std::exception&) {
      _exit(4);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a clock that was set back makes a new leaf") {
  const Folder folder;
  development_credentials(folder.path(), {}, now);
  CHECK(development_credentials(folder.path(), {}, now - 2 * day).created);
}

TEST_CASE("a CA near its end is replaced, and that is said") {
  const Folder folder;
  development_credentials(folder.path(), {}, now);
  const auto late = development_credentials(folder.path(), {}, now + 3600 * day);
  CHECK(late.ca_created);
  CHECK(consistent(late));
}

TEST_CASE("a damaged or mismatched leaf is mended") {
  const Folder folder;
  const auto made = development_credentials(folder.path(), {}, now);
  const Folder other;
  const auto foreign = development_credentials(other.path(), {}, now);

  folder.write("leaf.pem", "garbage");
  CHECK(development_credentials(folder.path(), {}, now).created);
  folder.write("leaf-key.pem", content(foreign.key_file));
  CHECK(development_credentials(folder.path(), {}, now).created);
  folder.write("leaf-key.pem", content(foreign.key_file));
  folder.write("leaf.pem", content(foreign.certificate_file));
  CHECK(development_credentials(folder.path(), {}, now).created);
  std::filesystem::remove(folder / "leaf.pem");
  CHECK(development_credentials(folder.path(), {}, now).created);
  CHECK(consistent(made));
}

TEST_CASE("a damaged CA is never replaced silently") {
  const Folder folder;
  development_credentials(folder.path(), {}, now);
  const std::string file = folder.write("ca.pem", "garbage");
  CHECK_THROWS_WITH(
      development_credentials(folder.path(), {}, now),
      file + " is not a certificate: delete " + file + " to start with a new development CA");
  CHECK(content(file) == "garbage");
}

TEST_CASE("a CA without its key serves as long as the leaf is good, then says so") {
  const Folder folder;
  development_credentials(folder.path(), {}, now);
  std::filesystem::remove(folder / "ca-key.pem");
  CHECK_FALSE(development_credentials(folder.path(), {}, now).created);
  CHECK_THROWS_WITH(development_credentials(folder.path(), {"new.test"}, now),
                    Catch::Contains("ca-key.pem is not the key of "));
}

TEST_CASE("a key left by a crash before its CA was written is replaced") {
  const Folder folder;
  folder.write("ca-key.pem", "half");
  CHECK(consistent(development_credentials(folder.path(), {}, now)));
}

TEST_CASE("a folder that others may write into is refused, a file in its place too") {
  const Folder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  CHECK_THROWS_WITH(development_credentials(folder.path(), {}, now),
                    Catch::StartsWith("others may write into "));
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
  CHECK_THROWS_AS(development_credentials(folder.write("file", ""), {}, now), net::Error);
}

TEST_CASE("threads and processes that start at once agree on one CA and one leaf") {
  const Folder folder;
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      try {
        _exit(consistent(development_credentials(folder / "s", {}, now)) ? 0 : 1);
      } catch (...) {
        _exit(2);
      }
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  CHECK_FALSE(development_credentials(folder / "s", {}, now).created);

  std::array<int, 4> created{};
  std::vector<std::thread> threads;
  for (int& mine : created) {
    threads.emplace_back([&] { mine = development_credentials(folder / "t", {}, now).created; });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(created[0] + created[1] + created[2] + created[3] == 1);
}

TEST_CASE("the faults of a pair of files are named") {
  const Folder folder;
  const auto made = development_credentials(folder / "a", {}, now);
  const auto other = development_credentials(folder / "b", {}, now);
  const auto faults = [&](const std::filesystem::path& certificate,
                          const std::filesystem::path& key, certs::Time when) {
    const auto all = certs::faults_of(certificate, key, when);
    return all.empty() ? "" : all.front();
  };
  const std::string leaf = made.certificate_file.string();
  CHECK(faults("/no/such", made.key_file, now) ==
        "cannot read the certificate /no/such: No such file or directory");
  CHECK(faults(leaf, other.key_file, now) == "the private key " + other.key_file.string() +
                                                 " does not belong to the certificate " + leaf +
                                                 ": name the pair that was made together");
  CHECK(faults(leaf, made.key_file, now + 91 * day)
            .starts_with("the certificate in " + leaf + " expired on "));
  CHECK(faults(leaf, made.key_file, now - 2 * day)
            .starts_with("the certificate in " + leaf + " is not valid before "));
  CHECK(faults(made.key_file, made.key_file, now) ==
        "the certificate in " + made.key_file.string() + " is not in PEM form");
  CHECK(faults(leaf, leaf, now) == "the private key " + leaf + " holds no private key in PEM form");
}

TEST_CASE("state is kept where the environment says") {
  for (const char* name : {"STATE_DIRECTORY", "XDG_STATE_HOME", "HOME"}) unsetenv(name);
  if (geteuid() == 0) CHECK(certs::state_folder() == "/var/lib/herald");
  setenv("HOME", "/home/ann", 1);
  CHECK(certs::state_folder() == "/home/ann/.local/state/herald");
  setenv("XDG_STATE_HOME", "relative", 1);
  CHECK(certs::state_folder() == "/home/ann/.local/state/herald");
  setenv("XDG_STATE_HOME", "/state", 1);
  CHECK(certs::state_folder() == "/state/herald");
  setenv("STATE_DIRECTORY", "/var/lib/private/herald:/other", 1);
  CHECK(certs::state_folder() == "/var/lib/private/herald");
}
