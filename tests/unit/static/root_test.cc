#include "static/root.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "server/net/error.h"
#include "tests/unit/static/temporary_folder.h"

using assets::Root;
using Outcome = assets::Root::Outcome;

namespace {

// A root with a secret beside it.
struct Site {
  testing::TemporaryFolder folder;
  Site() {
    folder.write("secret.txt", "secret");
    folder.write("outside/secret.txt", "secret");
    folder.write("root/file.txt", "hello");
    folder.write("root/deep/er/file.txt", "deep");
  }
  std::string root() const { return (folder / "root").string(); }
};

std::string text_of(const Root::Opened& opened) {
  std::string text(100, '\0');
  const auto got = ::read(opened.fd.get(), text.data(), text.size());
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

}  // namespace

TEST_CASE("a root that is no folder is refused with a sentence") {
  CHECK_THROWS_WITH(Root("/does/not/exist"),
                    Catch::Contains("cannot serve the folder /does/not/exist"));
  CHECK_THROWS_AS(Root("/dev/null"), net::SystemError);
}

TEST_CASE("files and links that stay inside are opened, others are missing") {
  const Site site;
  const auto resolution = GENERATE(Root::Resolution::kernel, Root::Resolution::walk);
  const Root root(site.root(), resolution);

  CHECK(text_of(root.open("file.txt")) == "hello");
  CHECK(text_of(root.open("deep/er/file.txt")) == "deep");
  CHECK(root.open("deep").outcome == Outcome::directory);
  CHECK(root.open("nothing").outcome == Outcome::missing);
  CHECK(root.open("file.txt/x").outcome == Outcome::missing);

  site.folder.link("root/in", "file.txt");
  site.folder.link("root/in-folder", "deep/er");
  site.folder.link("root/deep/up", "../file.txt");
  site.folder.link("root/in-absolute", site.root() + "/file.txt");
  site.folder.link("root/to-root", ".");
  CHECK(text_of(root.open("in")) == "hello");
  CHECK(text_of(root.open("in-folder/file.txt")) == "deep");
  CHECK(text_of(root.open("deep/up")) == "hello");
  CHECK(text_of(root.open("in-absolute")) == "hello");
  CHECK(text_of(root.open("to-root/to-root/file.txt")) == "hello");

  site.folder.link("root/out", "../secret.txt");
  site.folder.link("root/out-absolute", (site.folder / "secret.txt").string());
  site.folder.link("root/out-folder", "../outside");
  site.folder.link("root/etc", "/etc");
  site.folder.link("root/out-and-in", "../root/file.txt");
  site.folder.link("root/dangling", "nowhere");
  site.folder.link("root/loop", "loop");
  site.folder.link("root/self", "/proc/self/fd/0");
  for (const auto* name : {"out", "out-absolute", "out-folder/secret.txt", "etc/passwd", "dangling",
                           "loop", "loop/x", "self", "etc"}) {
    CAPTURE(name);
    const auto opened = root.open(name);
    CHECK(opened.outcome == Outcome::missing);
    CHECK_FALSE(opened.fd);
  }
  // Leaves on its way, but leads back: what it names is inside.
  CHECK(text_of(root.open("out-and-in")) == "hello");
}

TEST_CASE("what is no regular file is missing, and waits for nobody") {
  const Site site;
  const auto resolution = GENERATE(Root::Resolution::kernel, Root::Resolution::walk);
  const Root root(site.root(), resolution);
  REQUIRE(::mkfifo((site.folder / "root/fifo").c_str(), 0600) == 0);
  CHECK(root.open("fifo").outcome == Outcome::missing);

  const net::Fd listener(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (site.folder / "root/socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  CHECK(root.open("socket").outcome == Outcome::missing);
}

TEST_CASE("names too long for the file system are missing") {
  const Site site;
  const Root root(site.root());
  const std::string longest(255, 'n');
  site.folder.write("root/" + longest, "long");
  CHECK(text_of(root.open(longest)) == "long");
  CHECK(root.open(longest + "n").outcome == Outcome::missing);
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "d/";
  CHECK(root.open(deep + "x").outcome == Outcome::missing);
  std::string too_deep;
  while (too_deep.size() < 6000) too_deep += "segment/";
  CHECK(root.open(too_deep + "x").outcome == Outcome::missing);
}

TEST_CASE("what may not be read is forbidden, and a root that may not be read is none") {
  if (geteuid() != 0) return;
  const Site site;
  const auto resolution = GENERATE(Root::Resolution::kernel, Root::Resolution::walk);
  namespace fs = std::filesystem;
  fs::permissions(site.folder / ".", fs::perms(0755));
  fs::permissions(site.folder / "root", fs::perms(0755));
  fs::permissions(site.folder / "root/file.txt", fs::perms(0600));
  fs::permissions(site.folder / "root/deep", fs::perms(0700));
  const auto as_nobody = [](const auto& act) {
    const pid_t child = fork();
    if (child == 0) _exit(setgid(65534) == 0 && setuid(65534) == 0 ? act() : 200);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
  };
  const auto outcome = [&](const char* name) {
    return static_cast<Outcome>(as_nobody(
        [&] { return static_cast<int>(Root(site.root(), resolution).open(name).outcome); }));
  };
  CHECK(outcome("file.txt") == Outcome::forbidden);
  CHECK(outcome("deep/er/file.txt") == Outcome::forbidden);
  CHECK(outcome("deep/none") == Outcome::forbidden);
  CHECK(outcome("none") == Outcome::missing);
  fs::permissions(site.folder / "root", fs::perms(0700));
  CHECK(as_nobody([&] {
          try {
            (void)Root(site.root(), resolution);
            return 1;
          } catch (const net::Error& error) {
            const std::string expected =
                "cannot serve the folder " + site.root() +
                ", which the user who serves it must be able to read and enter: Permission denied";
            return error.what() == expected ? 0 : 2;
          }
        }) == 0);
}

TEST_CASE("out of descriptors is not the same as missing") {
  const Site site;
  const Root root(site.root());
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const auto outcome = root.open("file.txt").outcome;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(outcome == Outcome::busy);
  CHECK(root.open("file.txt").outcome == Outcome::file);
}

TEST_CASE("a folder put in the root's place is served after a refresh") {
  const Site site;
  Root root(site.root());
  site.folder.write("next/file.txt", "new");
  std::filesystem::rename(site.folder / "root", site.folder / "old");
  root.refresh();
  CHECK(text_of(root.open("file.txt")) == "hello");
  std::filesystem::rename(site.folder / "next", site.folder / "root");
  root.refresh();
  CHECK(text_of(root.open("file.txt")) == "new");
}

TEST_CASE("a link swapped while it is opened never leads outside") {
  const Site site;
  const auto resolution = GENERATE(Root::Resolution::kernel, Root::Resolution::walk);
  const Root root(site.root(), resolution);
  site.folder.link("root/swapped", "file.txt");
  std::atomic<bool> done = false;
  std::thread swapper([&] {
    for (int i = 0; !done; ++i) {
      site.folder.link("root/new", i % 2 == 0 ? "../secret.txt" : "file.txt");
      std::filesystem::rename(site.folder / "root/new", site.folder / "root/swapped");
    }
  });
  int leaks = 0;
  for (int i = 0; i < 5000; ++i) {
    const auto opened = root.open("swapped");
    if (opened.fd && text_of(opened) != "hello") ++leaks;
  }
  done = true;
  swapper.join();
  CHECK(leaks == 0);
}
