#include "static/asset_store.h"

#include <brotli/decode.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <thread>

#include "tests/unit/static/temporary_folder.h"

using namespace std::chrono_literals;
using assets::AcceptedCodings;
using assets::AssetStore;
using assets::Coding;
using assets::Outcome;

namespace {

struct Site {
  testing::TemporaryFolder root;
  net::Loop loop{net::Loop::Time::manual};
  AssetStore::Options options;
  std::unique_ptr<AssetStore> store;

  void open() { store = std::make_unique<AssetStore>(loop, root.path(), options); }
  Outcome outcome(std::string_view path) { return store->find(path).outcome; }
  std::string text(std::string_view path) {
    const auto asset = store->lookup(path);
    return asset && asset->text() ? *asset->text() : "(none)";
  }
  std::shared_ptr<const assets::Variant> select(std::string_view path, std::string_view accepted) {
    return store->select(store->lookup(path), AcceptedCodings({{"accept-encoding", accepted}}));
  }
};

std::string long_text() {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "line " + std::to_string(i) + " of the text\n";
  return text;
}

std::string unpack(const assets::Variant& variant, std::size_t size) {
  const std::string& packed = *variant.content.text;
  std::string text(size, '\0');
  auto* out = reinterpret_cast<std::uint8_t*>(text.data());
  const auto* in = reinterpret_cast<const std::uint8_t*>(packed.data());
  switch (variant.coding) {
    case Coding::br:
      BrotliDecoderDecompress(packed.size(), in, &size, out);
      break;
    case Coding::zstd:
      ZSTD_decompress(out, size, in, packed.size());
      break;
    case Coding::gzip: {
      z_stream stream{};
      inflateInit2(&stream, 15 + 16);
      stream.next_in = const_cast<Bytef*>(in);
      stream.avail_in = static_cast<uInt>(packed.size());
      stream.next_out = out;
      stream.avail_out = static_cast<uInt>(size);
      inflate(&stream, Z_FINISH);
      inflateEnd(&stream);
      break;
    }
    case Coding::identity:
      return packed;
  }
  return text;
}

}  // namespace

TEST_CASE_METHOD(Site, "a path finds the file, its type, its validators and its fields") {
  root.write("docs/a b.css", "body{}");
  root.set_modified("docs/a b.css", 784111777);
  open();
  const auto asset = store->lookup("/docs/a%20b.css");
  REQUIRE(asset);
  CHECK(asset->content_type == "text/css; charset=utf-8");
  CHECK(asset->cache_control == "public, max-age=60");
  CHECK(asset->modified == 784111777);
  CHECK(asset->priority.urgency == 1);
  CHECK(*asset->text() == "body{}");
  const http::Headers& fields = *asset->identity().fields;
  CHECK(fields.get("etag") == asset->version());
  CHECK(fields.get("last-modified") == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(fields.get("content-type") == "text/css; charset=utf-8");
  CHECK(fields.get("accept-ranges") == "bytes");
  CHECK(fields.get("x-content-type-options") == "nosniff");
  CHECK_FALSE(fields.has("vary"));  // six bytes are never compressed
  CHECK_FALSE(fields.has("content-length"));
  CHECK(store->lookup("//docs/a%20b.css") == asset);
}

TEST_CASE_METHOD(Site, "a folder finds its index.html, with its slash only") {
  root.write("index.html", "home");
  root.write("docs/index.html", "docs");
  root.write("bare/a.txt", "a");
  std::filesystem::create_directories(root / "odd/index.html");
  open();
  CHECK(text("/") == "home");
  CHECK(text("/docs/") == "docs");
  CHECK(text("/docs/index.html") == "docs");
  CHECK(store->lookup("/docs/") == store->lookup("/docs/index.html"));
  CHECK(outcome("/docs") == Outcome::directory);
  CHECK(outcome("/bare/") == Outcome::missing);
  CHECK(outcome("/bare/a.txt/") == Outcome::missing);
  CHECK(outcome("/odd/") == Outcome::missing);
  CHECK(outcome("/DOCS/") == Outcome::missing);
}

TEST_CASE_METHOD(Site, "what is held is trusted for a while, then compared with the disk") {
  root.write("a.txt", "one");
  root.set_modified("a.txt", 1000000000);
  open();
  const auto first = store->lookup("/a.txt");
  root.write("a.txt", "two");
  CHECK(text("/a.txt") == "one");
  loop.advance(999ms);
  CHECK(text("/a.txt") == "one");
  loop.advance(1ms);
  CHECK(text("/a.txt") == "two");
  CHECK(store->lookup("/a.txt")->version() != first->version());
  CHECK(*first->text() == "one");
}

TEST_CASE_METHOD(Site, "a change of the same size within the clock's tick is noticed") {
  root.write("a.txt", "one");
  open();
  for (const std::string next : {"two", "six", "ten"}) {
    text("/a.txt");
    root.write("a.txt", next);
    loop.advance(1s);
    CHECK(text("/a.txt") == next);
  }
}

TEST_CASE_METHOD(Site, "a file that is only touched keeps its version and what was compressed") {
  root.write("a.txt", long_text());
  root.set_modified("a.txt", 1000000000);
  open();
  const auto packed = select("/a.txt", "br");
  root.set_modified("a.txt", 1000000000);
  loop.advance(1s);
  CHECK(select("/a.txt", "br") == packed);
}

TEST_CASE_METHOD(Site, "absence is remembered shortly, and a file that comes or goes is noticed") {
  open();
  CHECK(outcome("/a.txt") == Outcome::missing);
  root.write("a.txt", "here");
  CHECK(outcome("/a.txt") == Outcome::missing);
  loop.advance(1s);
  CHECK(text("/a.txt") == "here");
  std::filesystem::remove(root / "a.txt");
  loop.advance(1s);
  CHECK(outcome("/a.txt") == Outcome::missing);
  root.write("a.txt/index.html", "now a folder");
  loop.advance(1s);
  CHECK(outcome("/a.txt") == Outcome::directory);
  CHECK(text("/a.txt/") == "now a folder");
}

TEST_CASE_METHOD(Site, "out of descriptors, what is held is still served and the rest is busy") {
  root.write("held.txt", "held");
  root.write("other.txt", "other");
  open();
  CHECK(text("/held.txt") == "held");
  loop.advance(1s);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const std::string held = text("/held.txt");
  const Outcome other = outcome("/other.txt");
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(held == "held");
  CHECK(other == Outcome::busy);
  CHECK(text("/other.txt") == "other");
}

TEST_CASE_METHOD(Site, "the cache stays within its bounds, and drops what was used longest ago") {
  options.most_bytes = 100 * 1024;
  for (int i = 0; i < 20; ++i) {
    root.write(std::to_string(i) + ".bin", std::string(10 * 1024, 'x'));
  }
  open();
  const auto first = store->lookup("/0.bin");
  for (int i = 0; i < 20; ++i) {
    CHECK(outcome("/" + std::to_string(i) + ".bin") == Outcome::found);
    CHECK(store->lookup("/0.bin") == first);
    CHECK(store->bytes_held() <= options.most_bytes);
  }
  CHECK(store->assets_held() < 10);
}

TEST_CASE_METHOD(Site, "names without end do not fill the memory") {
  options.most_absences = 100;
  options.most_assets = 4;
  root.write("a.txt", "a");
  open();
  for (int i = 0; i < 1000; ++i) CHECK(outcome("/no" + std::to_string(i)) == Outcome::missing);
  const auto asset = store->lookup("/a.txt");
  for (const auto* alias : {"/%61.txt", "/a%2etxt", "///a.txt", "/%61%2e%74%78%74"}) {
    CHECK(store->lookup(alias) == asset);
  }
  CHECK(store->assets_held() == 1);
}

TEST_CASE_METHOD(Site, "a large file is held by its descriptor") {
  options.reader.memory_limit = 1000;
  const std::string large = long_text();
  root.write("large.bin", large);
  open();
  const auto asset = store->lookup("/large.bin");
  REQUIRE(asset);
  CHECK_FALSE(asset->text());
  CHECK(asset->identity().content.length == large.size());
  root.write("new", "replaced");
  std::filesystem::rename(root / "new", root / "large.bin");
  loop.advance(1s);
  CHECK(store->lookup("/large.bin")->version() != asset->version());
  CHECK(text("/large.bin") == "replaced");
}

TEST_CASE_METHOD(Site, "text is compressed once for each coding, with an etag of its own") {
  root.write("a.js", long_text());
  open();
  const auto plain = select("/a.js", "identity");
  CHECK(plain->fields->get("vary") == "accept-encoding");
  std::vector<std::string> tags{plain->etag};
  for (const auto* coding : {"br", "zstd", "gzip"}) {
    const auto packed = select("/a.js", coding);
    REQUIRE(packed);
    CHECK(assets::name_of(packed->coding) == coding);
    CHECK(unpack(*packed, long_text().size()) == long_text());
    CHECK(packed->content.length == packed->content.text->size());
    CHECK(packed->fields->get("content-encoding") == coding);
    CHECK(packed->fields->get("vary") == "accept-encoding");
    CHECK(packed->not_modified->get("etag") == packed->etag);
    CHECK(std::find(tags.begin(), tags.end(), packed->etag) == tags.end());
    tags.push_back(packed->etag);
    CHECK(select("/a.js", coding) == packed);
  }
  CHECK(select("/a.js", "identity") == plain);
  CHECK(select("/a.js", "gzip, br, zstd")->coding == Coding::br);
}

TEST_CASE_METHOD(Site, "large text is compressed from the disk") {
  options.reader.memory_limit = 1000;
  root.write("a.js", long_text());
  open();
  CHECK_FALSE(store->lookup("/a.js")->text());
  CHECK(unpack(*select("/a.js", "zstd"), long_text().size()) == long_text());
}

TEST_CASE_METHOD(Site, "what does not get smaller, or is out of bounds, is sent as it is") {
  options.reader.compress_up_to = 10000;
  std::string noise;
  unsigned seed = 1;
  for (int i = 0; i < 2000; ++i)
    noise += static_cast<char>((seed = seed * 1103515245 + 12345) >> 16);
  root.write("noise.txt", noise);
  root.write("small.txt", std::string(255, 'x'));
  root.write("large.txt", std::string(10001, 'x'));
  root.write("image.png", std::string(5000, 'x'));
  open();
  for (const auto* path : {"/noise.txt", "/small.txt", "/large.txt", "/image.png"}) {
    CAPTURE(path);
    const auto sent = select(path, "br, zstd, gzip");
    CHECK(sent->coding == Coding::identity);
    CHECK(select(path, "br, zstd, gzip") == sent);
    CHECK_FALSE(select(path, "br, identity;q=0"));
  }
}

TEST_CASE_METHOD(Site, "a sibling is sent as it is, unless it is older than the file") {
  root.write("a.js", long_text());
  root.write("a.js.br", "BROTLI");
  root.write("a.js.gz", "GZIP");
  root.write("a.js.zst", "");
  root.set_modified("a.js", 2000);
  root.set_modified("a.js.br", 2000);
  root.set_modified("a.js.gz", 1999);
  open();
  CHECK(*select("/a.js", "br")->content.text == "BROTLI");
  CHECK(*select("/a.js", "gzip")->content.text != "GZIP");
  CHECK(select("/a.js", "zstd")->content.length > 0);
  CHECK(text("/a.js.gz") == "GZIP");
  CHECK(store->lookup("/a.js.gz")->content_type == "application/gzip");
}

TEST_CASE_METHOD(Site, "a sibling that comes, changes or goes is noticed") {
  root.write("a.bin", std::string(1000, 'x'));
  root.set_modified("a.bin", 2000);
  open();
  CHECK(select("/a.bin", "br")->coding == Coding::identity);
  CHECK_FALSE(store->lookup("/a.bin")->varies);
  root.write("a.bin.br", "one");
  loop.advance(1s);
  const auto one = select("/a.bin", "br");
  CHECK(*one->content.text == "one");
  root.write("a.bin.br", "two");
  loop.advance(1s);
  CHECK(*select("/a.bin", "br")->content.text == "two");
  CHECK(select("/a.bin", "br")->etag != one->etag);
  std::filesystem::remove(root / "a.bin.br");
  loop.advance(1s);
  CHECK(select("/a.bin", "br")->coding == Coding::identity);
}

TEST_CASE_METHOD(Site, "a date in the future is told as the present") {
  root.write("a.txt", "a");
  root.set_modified("a.txt", 4102444800);
  open();
  CHECK(store->lookup("/a.txt")->modified <= std::time(nullptr));
}

TEST_CASE_METHOD(Site, "an empty file is an asset of no bytes") {
  root.write("empty.css", "");
  open();
  CHECK(text("/empty.css").empty());
  CHECK(select("/empty.css", "br")->content.length == 0);
}

// ------------------------------------------------------------------------- in the background

namespace {

struct BusySite : Site {
  net::Background background{loop};
  std::vector<std::shared_ptr<const assets::Asset>> made;

  BusySite() {
    options.background = &background;
    options.most_at_once = 1000;
    root.write("a.js", long_text());
    root.write("small.js", std::string(1000, 'x'));
  }
  ~BusySite() { store.reset(); }

  std::optional<Coding> to_make(std::string_view path, std::string_view accepted) {
    return store->to_make(store->lookup(path), AcceptedCodings({{"accept-encoding", accepted}}));
  }
  void make(std::string_view path, Coding coding) {
    store->make(store->lookup(path), coding, [this](const auto& asset) { made.push_back(asset); });
  }
  void wait_for(std::size_t count) {
    for (int tries = 0; made.size() < count && tries < 5000; ++tries) {
      std::this_thread::sleep_for(1ms);
      loop.settle();
    }
    REQUIRE(made.size() == count);
  }
};

}  // namespace

TEST_CASE_METHOD(BusySite,
                 "what takes long to compress is to be made in the background, and is there then") {
  open();
  CHECK(to_make("/small.js", "br") == std::nullopt);
  CHECK(to_make("/a.js", "identity") == std::nullopt);
  CHECK(to_make("/a.js", "br, gzip") == Coding::br);
  make("/a.js", Coding::br);
  CHECK(made.empty());
  CHECK(store->making() == 1);
  wait_for(1);
  CHECK(store->making() == 0);
  CHECK(made.front() == store->lookup("/a.js"));
  CHECK(to_make("/a.js", "br, gzip") == std::nullopt);
  CHECK(unpack(*select("/a.js", "br"), long_text().size()) == long_text());
  CHECK(to_make("/a.js", "gzip") == Coding::gzip);
}

TEST_CASE_METHOD(BusySite, "all who ask for a coding while it is made get the same") {
  open();
  for (int i = 0; i < 3; ++i) make("/a.js", Coding::zstd);
  CHECK(store->making() == 1);
  wait_for(3);
  CHECK(made[0] == made[2]);
}

TEST_CASE_METHOD(BusySite, "codings that are made at one time do not drive each other out") {
  open();
  make("/a.js", Coding::br);
  make("/a.js", Coding::gzip);
  CHECK(store->making() == 2);
  wait_for(2);
  const auto asset = store->lookup("/a.js");
  CHECK(asset->variants[index_of(Coding::br)]);
  CHECK(asset->variants[index_of(Coding::gzip)]);
}

TEST_CASE_METHOD(BusySite, "what does not get smaller is known after one try") {
  std::string noise;
  unsigned seed = 1;
  for (int i = 0; i < 20000; ++i)
    noise += static_cast<char>((seed = seed * 1103515245 + 12345) >> 16);
  root.write("noise.txt", noise);
  open();
  make("/noise.txt", Coding::br);
  wait_for(1);
  CHECK(to_make("/noise.txt", "br") == std::nullopt);
  CHECK(select("/noise.txt", "br")->coding == Coding::identity);
}

TEST_CASE_METHOD(BusySite,
                 "a file that changes while it is compressed is not mixed up with what it was") {
  open();
  const auto before = store->lookup("/a.js");
  make("/a.js", Coding::br);
  root.write("a.js", "changed");
  loop.advance(2s);
  CHECK(text("/a.js") == "changed");
  wait_for(1);
  CHECK(made.front()->version() == before->version());
  CHECK(unpack(*made.front()->variants[index_of(Coding::br)], long_text().size()) == long_text());
  CHECK(text("/a.js") == "changed");
  CHECK_FALSE(store->lookup("/a.js")->variants[index_of(Coding::br)]);
}

TEST_CASE_METHOD(BusySite, "a store that goes while something is made for it tells nobody") {
  open();
  make("/a.js", Coding::br);
  store.reset();
  std::this_thread::sleep_for(20ms);
  loop.settle();
  CHECK(made.empty());
}

TEST_CASE("a file that may not be read is told of once a minute") {
  if (geteuid() != 0) return;
  const testing::TemporaryFolder folder;
  for (const char* name : {"a.txt", "b.txt"}) {
    folder.write(name, "x");
    std::filesystem::permissions(folder / name, std::filesystem::perms(0600));
  }
  std::filesystem::permissions(folder / ".", std::filesystem::perms(0755));
  const pid_t child = fork();
  if (child == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(200);
    net::Loop loop(net::Loop::Time::manual);
    std::vector<std::string> told;
    assets::AssetStore::Options options;
    options.complain = [&](const std::string& what) { told.push_back(what); };
    assets::AssetStore store(loop, folder.path(), options);
    const auto forbidden = [&](const char* path) {
      return store.find(path).outcome == assets::Outcome::forbidden;
    };
    bool good = forbidden("/a.txt") && forbidden("/a.txt") && forbidden("/b.txt");
    good = good && told == std::vector<std::string>{
                               "a.txt in ROOT may not be read by the user who "
                               "serves it: it is answered 403"};
    loop.advance(std::chrono::seconds(61));
    good = good && forbidden("/b.txt") && told.size() == 2 && told[1].starts_with("b.txt in ROOT");
    _exit(good ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
