#include "hints/css_source.h"

#include <catch2/catch.hpp>
#include <string>

#include "hints/css_choice.h"

using namespace hints;

namespace {

// "import-urls | font-urls", in order.
std::string found(std::string_view css) {
  const Stylesheet sheet = read_css(css);
  std::string text;
  for (const auto& import : sheet.imports) {
    text += import.url + (import.media.empty() ? "" : " (" + import.media + ")") + " ";
  }
  text += "|";
  for (const auto& font : sheet.fonts) text += " " + font.family + "=" + font.url;
  return text;
}

}  // namespace

TEST_CASE("imports and fonts are found in CSS as browsers read it") {
  struct Case {
    std::string_view css, expected;
  };
  const auto [css, expected] = GENERATE(values<Case>({
      {"@import 'a.css';", "a.css |"},
      {"@import\"a.css\"screen;", "a.css (screen) |"},
      {"@IMPORT url(a.css) ;", "a.css |"},
      {"@import url( \"a b.css\" ) print;", "a b.css (print) |"},
      {"@import url(a.css) layer(base) screen;", "a.css (screen) |"},
      {"@import url(a.css) layer;", "a.css |"},
      {"/* @import 'no.css'; */ @import 'a.css';", "a.css |"},
      {"a{content:\"@import 'no.css';\"}", "|"},
      {"@charset 'utf-8';@layer a, b;@import 'a.css';@import 'b.css';", "a.css b.css |"},
      {"@import 'a.css';a{b:c}@import 'late.css';", "a.css |"},
      {"a{b:c;@import 'in.css';}", "|"},
      {"font:hover{b:c} @import 'late.css';", "|"},
      {"@media print{a{b:c}}@import 'late.css';", "|"},
      {"@media screen{@import 'in.css';}", "|"},
      {"@layer a{b{c:d}}@import 'late.css';", "|"},
      {"@import 'a.css';@layer b;@import 'late.css';", "a.css |"},
      {"@namespace url(http://www.w3.org/1999/xhtml);@import 'late.css';", "|"},
      {"@font-face{font-family:x;src:url(a.woff2)}@import 'late.css';", "| x=a.woff2"},
      {"@unknown;<!-- @import 'a.css'; -->", "a.css |"},
      {"@import 'a\\62 c.css';", "abc.css |"},
      {"@import 'a.css", "a.css |"},
      {"@import", "|"},
      {"/* never closed", "|"},
      {"a{b:url(x", "|"},
      {"@font-face{font-family:Inter;src:url(i.woff2)}", "| inter=i.woff2"},
      {"@font-face{font-family:\"My Font\";src:local(\"X\"),url(\"a.woff\") format(\"woff\"),"
       "url('a.bin')format('woff2')}",
       "| my font=a.bin"},
      {"@font-face{src:url(a.woff2) format(woff2);font-family: My   Font ;}", "| my font=a.woff2"},
      {"@font-face{font-family:x;src:url(a.woff)}", "| x="},
      {"@font-face{font-family:x;src:url(a.woff2?v=1#iefix)}", "| x=a.woff2?v=1#iefix"},
      {"@font-face{font-family:x}", "|"},
      {"@media print{@font-face{font-family:x;src:url(a.woff2)}}"
       "@font-face{font-family:y;src:url(b.woff2)}",
       "| y=b.woff2"},
      {"@media screen{@font-face{font-family:x;src:url(a.woff2)}}", "| x=a.woff2"},
      {"@font-face{font-family:x;src:url(data:font/woff2;base64,AA==)}", "| x="},
      {"a{b:c)}@font-face{font-family:x;src:url(a.woff2)}", "| x=a.woff2"},
      {"}}}@font-face{font-family:x;;src:url(a.woff2)", "| x=a.woff2"},
  }));
  CAPTURE(css);
  CHECK(found(css) == expected);
}

TEST_CASE("families used by rules are known, however they are written") {
  const Stylesheet::Uses uses = read_css(
                                    "body{font-family:Inter,'Open Sans',serif}"
                                    "h1{font:bold 16px/1.5 Big  Title, sans-serif}"
                                    ":root{--mono: \"Fira Code\", monospace}"
                                    "h2{font-family:Lora!important}"
                                    "h3{font-family:Bitter !IMPORTANT}"
                                    "h4{font-family:var(--none, Public Sans)}"
                                    "a:hover{color:font}"
                                    "@font-face{font-family:Unused;src:url(u.woff2)}")
                                    .uses;
  for (const char* family :
       {"inter", "open sans", "big title", "fira code", "lora", "bitter", "public sans"}) {
    CAPTURE(family);
    CHECK(uses.families.contains(family));
  }
  CHECK_FALSE(uses.families.contains("unused"));
  CHECK_FALSE(uses.families.contains("important"));
  CHECK(uses.weights.contains("700"));
}

TEST_CASE("a face is used if its family, weight and style are") {
  Stylesheet::Font font;
  font.family = "x";
  Stylesheet::Uses uses;
  CHECK_FALSE(used(font, uses));
  uses.families.insert("x");
  CHECK(used(font, uses));
  font.weight = "700";
  CHECK_FALSE(used(font, uses));
  font.weight = "100 900";
  CHECK(used(font, uses));
  font.weight = "bold";
  uses.weights.insert("700");
  CHECK(used(font, uses));
  font.style = "italic";
  CHECK_FALSE(used(font, uses));
  uses.styles.insert("italic");
  CHECK(used(font, uses));
}

TEST_CASE("a face for other scripts is told from one for Latin") {
  Stylesheet::Font font;
  CHECK(covers_latin(font));
  font.unicode_range = "u+0000-00ff, u+0131";
  CHECK(covers_latin(font));
  font.unicode_range = "u+0400-045f, u+0490-0491";
  CHECK_FALSE(covers_latin(font));
  font.unicode_range = "u+00??";
  CHECK(covers_latin(font));
  font.unicode_range = "u+4??";
  CHECK_FALSE(covers_latin(font));
}

TEST_CASE("media that not every screen has are told from those that it has") {
  for (const char* media : {"", "all", " Screen ", "only screen", "print, screen"}) {
    CAPTURE(media);
    CHECK(media_of(media) == Media::every_screen);
  }
  for (const char* media : {"print", "(min-width: 600px)", "screen and (color)", "not all"}) {
    CAPTURE(media);
    CHECK(media_of(media) == Media::some);
  }
}
