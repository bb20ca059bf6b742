// What a page itself asks for: read_html and read_css joined, addresses resolved against the page,
// and set aside what must not be told in advance. Whether the files exist is for the planner to
// ask.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "hints/plan.h"
#include "hints/site.h"

namespace hints {

struct PageSourceOptions {
  // Spelled "https://app.test": addresses on these are addresses on this server, in Links as well.
  std::vector<std::string> origins;
  std::size_t html_bytes = 512 * 1024;  // a page longer than that is told of by configuration only
  std::size_t css_bytes = 512 * 1024;   // a stylesheet longer than that is not searched for fonts
};

struct Found {
  std::vector<Item> items;  // most urgent first, else in the page's order; each target once
  std::vector<Withheld> withheld;
  std::vector<std::string> read;  // paths of the stylesheets whose text was read
  bool import_map = false;        // so that modules must not be told of in advance
  bool relative = false;          // the directory in the address bar mattered
};

// `directory` is that of the requested path, which relative addresses start from.
Found read_page(Site& site, const Page& page, std::string_view directory,
                const PageSourceOptions& options);

}  // namespace hints
