#include "compare/page_elements.h"

#include <catch2/catch.hpp>

#include "compare/page_scanner.h"

namespace lab {
namespace {

using Element = PageElement::Kind;

std::vector<std::string> urls(const std::vector<PageElement>& elements) {
  std::vector<std::string> all;
  for (const PageElement& element : elements) all.push_back(element.url);
  return all;
}

constexpr const char* page = R"(<!doctype html><html><head><title>a < b <img src=no.png></title>
<!-- <script src=no.js></script> --><link rel=stylesheet href=a.css>
<style>@import 'b.css';</style><script>document.write('<img src=no.png>')</script></head>
<body><p>text<table><tr><td><img src=1.png></td></tr><img src=fostered.png></table>
<noscript><img src=no.png></noscript><template><img src=no.png></template>
<svg><image href=no.svg /><style>no</style></svg>
<script type=module>import './m.js'</script><img src=2.png>)";

}  // namespace

TEST_CASE("elements are found where a browser's parser finds them, in the order of the text") {
  const std::vector<PageElement> found = read_elements(page);
  CHECK(urls(found) ==
        std::vector<std::string>{"a.css", "", "", "", "1.png", "fostered.png", "", "2.png"});
  CHECK(found[0].in_head);
  CHECK(found[1].kind == Element::inline_style);
  CHECK(found[1].sheet->imports.front().url == "b.css");
  CHECK(found[2].kind == Element::inline_script);
  CHECK(found[3].kind == Element::body);
  CHECK_FALSE(found[4].in_head);
  CHECK(found[6].kind == Element::inline_module);
  CHECK(found[6].imports == std::vector<std::string>{"./m.js"});
}

TEST_CASE("a page without tags for head and body has both") {
  const auto found = read_elements("<title>t</title><link rel=stylesheet href=a.css><p>x");
  REQUIRE(found.size() == 2);
  CHECK(found[0].in_head);
  CHECK(found[1].kind == Element::body);
  CHECK(read_elements("<title>t</title>").empty());
}

TEST_CASE("an element is known with the byte that ends it, however the page is cut") {
  const std::string html = page;
  const std::vector<PageElement> whole = read_elements(html);
  for (std::size_t size = 0; size <= html.size(); ++size) {
    const std::vector<PageElement> some = read_elements(std::string_view(html).substr(0, size));
    std::size_t due = 0;
    while (due < whole.size() && whole[due].known <= size) ++due;
    INFO("of the first " << size << " bytes");
    REQUIRE(some.size() == due);
    for (std::size_t i = 0; i < due; ++i) {
      REQUIRE(some[i].url == whole[i].url);
      REQUIRE(some[i].known == whole[i].known);
    }
  }
}

TEST_CASE("a tag may be cut anywhere, whatever is in its values") {
  for (const std::string_view html : {
           R"(<p>x<img alt="1 < 2" src=a.png> and)",
           R"(<p>x<img alt = 'a > b <i' src=a.png> and)",
           R"(<p>1 < 2 <img onload="if (x<y) z('>');" src=a.png> and)",
           R"(<p>x<img it's src=a.png> and)",
           R"(<p>x<imgs="a><img src="b> 1.png" alt=z> and)",   // in a name no value begins
           R"(<p>x<i a=b="c><img src="b> 1.png" alt=z> and)",  // nor in a value
           R"(<p>x<i ="c><img src="b> 1.png" alt=z> and)",     // nor with a name
           R"(<p>x<i a/="c><img src="b> 1.png" alt=z> and)",
           R"(<!-- <a b=" --><img src="b> 1.png" alt=z> and)",  // nor in a comment
           R"(<script>if (a<b && c=="d")</script><img src="b> 1.png" alt="z"> and)",
       }) {
    for (std::size_t cut = 1; cut < html.size(); ++cut) {
      INFO(html.substr(0, cut) << " | " << html.substr(cut));
      Texts texts;
      PageScanner scanner(texts, "/");
      scanner.read(html.substr(0, cut));
      scanner.read(html.substr(cut));
      CHECK(urls({scanner.elements().begin(), scanner.elements().end()}) ==
            urls(read_elements(html)));
    }
  }
}

TEST_CASE("a scanner gives each element once, with the piece that completes it") {
  const std::string html = page;
  for (const std::size_t piece : {1, 7, 64, 4096}) {
    Texts texts;
    for (const char* const time : {"first", "again, from what is known", "again, but another"}) {
      const std::string text =
          std::string_view(time).ends_with("another") ? "<img src=new.png>" + html : html;
      const std::vector<PageElement> whole = read_elements(text);
      PageScanner scanner(texts, "/");
      std::vector<std::string> given;
      for (std::size_t at = 0; at < text.size(); at += piece) {
        for (const PageElement& element : scanner.read(std::string_view(text).substr(at, piece))) {
          CHECK(element.known <= at + piece);
          CHECK(element.known > at);
          given.push_back(element.url);
        }
      }
      scanner.finish();
      INFO(time << " in pieces of " << piece);
      CHECK(given == urls(whole));
      CHECK(scanner.elements().size() == whole.size());
    }
  }
}

TEST_CASE("of the images that an element offers, one pixel for each and 1280 across is taken") {
  const auto choice = [](const std::string& attributes) {
    return read_elements("<body><img " + attributes + ">").back().url;
  };
  CHECK(choice("src=a.png") == "a.png");
  CHECK(choice("src=a.png srcset='b.png 2x'") == "a.png");
  CHECK(choice("srcset='b.png 2x, c.png 1.5x'") == "c.png");
  CHECK(choice("src=a.png srcset='s.png 640w, m.png 1280w, l.png 2560w'") == "m.png");
  CHECK(choice("srcset='s.png 320w,m.png 640w'") == "m.png");
  CHECK(choice("srcset=' a,b.png 1x'") == "a,b.png");
  CHECK(choice("srcset='b.png,'") == "b.png");
}

TEST_CASE("a picture takes its first source that fits") {
  const auto choice = [](const std::string& sources) {
    return read_elements("<body><picture>" + sources + "<img src=a.png></picture>").back().url;
  };
  CHECK(choice("") == "a.png");
  CHECK(choice("<source type=image/jxl srcset=x.jxl><source type=image/webp srcset=b.webp>") ==
        "b.webp");
  CHECK(choice("<source media='(max-width: 600px)' srcset=small.png>") == "a.png");
}

}  // namespace lab
