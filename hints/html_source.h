// What a page names that a browser will fetch early, read with a real HTML parser (gumbo), in
// document order. Reads text only; where an address leads is for page_source to say.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hints {

struct HtmlReference {
  enum class Kind {
    stylesheet,
    inline_style,  // `text` is its CSS
    script,        // a classic one, which the parser waits for
    late_script,   // classic, async or defer
    module_script,
    modulepreload,
    preload,  // `as` says of what
  };
  Kind kind = Kind::script;
  std::string url;
  std::string text;
  std::string as;  // in lower case
  std::string type;
  std::string media;
  std::optional<std::string> crossorigin;  // none: no such attribute
  std::string integrity;
  std::string fetch_priority;  // in lower case
  bool image_set = false;      // imagesrcset is there
  unsigned line = 0;
};

struct HtmlPage {
  std::string base;         // href of the first <base>; empty if there is none
  bool import_map = false;  // so that modules must not be told of in advance
  std::vector<HtmlReference> references;
};

// Never fails, as HTML does not. Text whose tags nest absurdly deep is read up to there only.
HtmlPage read_html(std::string_view html);

}  // namespace hints
