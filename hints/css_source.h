// What a stylesheet makes a browser fetch early: its imports, and the fonts that its rules use.
// Reads text only; where an address leads is for page_source to say.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hints {

struct Stylesheet {
  struct Import {
    std::string url;
    std::string media;
    unsigned line = 0;
  };
  struct Font {
    std::string family;     // in lower case
    std::string url;        // of its first woff2 source; empty if it has none
    std::string first_url;  // of its first source of any format
    std::string weight;     // as written; empty = normal
    std::string style;
    std::string unicode_range;
    unsigned line = 0;
  };
  // What the rules ask for. Families and the rest in lower case.
  struct Uses {
    std::set<std::string, std::less<>> families;
    std::set<std::string, std::less<>> weights;
    std::set<std::string, std::less<>> styles;
    void add(const Uses& others);
  };
  std::vector<Import> imports;
  std::vector<Font> fonts;
  Uses uses;
};

// Never fails: what cannot be understood is passed over, as browsers do.
Stylesheet read_css(std::string_view css);

}  // namespace hints
