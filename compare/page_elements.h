// The elements of a page that make a browser fetch, wait or paint, in the order in which its parser
// meets them, each with the byte at which it is known. Reads text only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compare/want.h"
#include "hints/css_source.h"

namespace lab {

struct PageElement {
  enum class Kind : std::uint8_t {
    base,
    import_map,
    body,  // begins
    style,
    inline_style,  // `sheet` is what it says
    script,        // a classic one, which the parser waits for
    inline_script,
    async_script,
    deferred_script,
    module,
    inline_module,  // `imports` is what it imports
    modulepreload,
    preload,
    image,
    frame,
  };
  Kind kind = Kind::base;
  std::size_t known = 0;  // bytes of the page that end with it
  bool in_head = false;
  bool blocks_rendering = false;  // by the attribute blocking=render
  Mode mode = Mode::no_cors;
  std::string url;
  std::string as;     // in lower case
  std::string media;  // as written
  std::string fetch_priority;
  std::shared_ptr<const hints::Stylesheet> sheet;
  std::vector<std::string> imports;
};

// In order of `known`. Of a page that is not whole: what of it is. Images with loading=lazy are
// taken to lie outside the first screen and left out, as are the contents of noscript and template.
std::vector<PageElement> read_elements(std::string_view html);

// Whether text behind what has been read may bring an element at all.
bool may_have_elements(std::string_view html);

}  // namespace lab
