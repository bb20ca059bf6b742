// What each odd path is answered with, end to end: decoding, links, kinds of files, lengths.
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "static/handler.h"
#include "tests/support/fake_exchange.h"
#include "tests/unit/static/temporary_folder.h"

namespace {

struct Site {
  testing::TemporaryFolder folder;
  net::Loop loop{net::Loop::Time::manual};

  Site() {
    folder.write("secret.txt", "secret");
    folder.write("root/index.html", "home");
    folder.write("root/.env", "KEY=1");
    folder.write("root/.git/config", "x");
    folder.write("root/.well-known/security.txt", "contact");
    folder.write("root/page.bak", "backup");
    folder.write("root/a?b.txt", "question");
    folder.write("root/a#b.txt", "hash");
    folder.write("root/a%b.txt", "percent");
    folder.write("root/a\"b.txt", "quote");
    folder.write("root/" + std::string(255, 'n'), "long");
    folder.write("root/\xc3\xa9.txt", "accent");
    folder.link("root/in.txt", "index.html");
    folder.link("root/out.txt", "../secret.txt");
    folder.link("root/etc", "/etc");
    folder.link("root/dangling", "nowhere");
    folder.link("root/loop", "loop");
    ::mkfifo((folder / "root/fifo").c_str(), 0644);
    std::filesystem::create_directories(folder / "root/folder/index.html");
  }
};

}  // namespace

TEST_CASE("odd paths") {
  struct Row {
    std::string target;
    int status;
    std::string text = "";
  };
  const Row rows[] = {
      {"/", 200, "home"},
      {"/index.html", 200, "home"},
      {"/index.html/", 404},
      {"/INDEX.html", 404},
      {"/.env", 404},
      {"/%2eenv", 404},
      {"/.git/config", 404},
      {"/.well-known/security.txt", 200, "contact"},
      {"/page.bak", 200, "backup"},
      {"/page~", 404},
      {"/../secret.txt", 400},
      {"/%2e%2e/secret.txt", 400},
      {"/%2E%2E/secret.txt", 400},
      {"/..%2fsecret.txt", 400},
      {"/%252e%252e/secret.txt", 404},
      {"/....//secret.txt", 404},
      {"/..;/secret.txt", 404},
      {"/..\\secret.txt", 400},
      {"/a%5cb", 400},
      {"/a%2fb", 400},
      {"/%c0%ae%c0%ae/secret.txt", 404},
      {"/%c0%afsecret.txt", 404},
      {"/index.html%00.png", 400},
      {"/index.html%0d%0a", 400},
      {"/%7f", 400},
      {"/%zz", 400},
      {"/%", 400},
      {"/in.txt", 200, "home"},
      {"/out.txt", 404},
      {"/etc", 404},
      {"/etc/passwd", 404},
      {"/dangling", 404},
      {"/loop", 404},
      {"/fifo", 404},
      {"/folder/", 404},
      {"/folder/index.html", 308},
      {"/a%3fb.txt", 200, "question"},
      {"/a?b.txt", 404},
      {"/a%23b.txt", 200, "hash"},
      {"/a%25b.txt", 200, "percent"},
      {"/a%22b.txt", 200, "quote"},
      {"/%c3%a9.txt", 200, "accent"},
      {"//index.html", 200, "home"},
      {"/" + std::string(255, 'n'), 200, "long"},
      {"/" + std::string(256, 'n'), 404},
      {"/" + std::string(300, 'n'), 404},
      {"/" + std::string(6000, 'n'), 414},
      {"https://app.test/", 400},
      {"index.html", 400},
  };
  Site site;
  assets::AssetStore::Options options;
  options.resolution = GENERATE(assets::Root::Resolution::kernel, assets::Root::Resolution::walk);
  assets::AssetStore store(site.loop, (site.folder / "root").string(), options);
  assets::FileHandler handler(store, {});
  for (const Row& row : rows) {
    CAPTURE(row.target);
    // Twice: the second answer comes from the cache.
    for (int times = 0; times < 2; ++times) {
      testing::FakeExchange fake;
      handler.handle(testing::get(row.target), fake.exchange());
      CHECK(fake.status() == row.status);
      if (row.status == 200) CHECK(fake.read() == row.text);
    }
  }
}

TEST_CASE("a path of three hundred segments is missing") {
  const Site site;
  net::Loop loop(net::Loop::Time::manual);
  assets::AssetStore store(loop, (site.folder / "root").string(), {});
  std::string path;
  for (int i = 0; i < 300; ++i) path += "/d";
  CHECK(store.find(path).outcome == assets::Outcome::missing);
}
