// Targets: where a reference on a page leads, as a browser would ask for it (RFC 3986 section 5.2,
// with the WHATWG URL rules for what pages really contain). A target is an absolute path with its
// query.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hints {

enum class Place {
  here,       // on this origin: `target` says where
  elsewhere,  // on another origin
  nowhere,    // not fetched over HTTP: empty, only a fragment, data:, blob:, javascript:
};

struct Resolved {
  Place place = Place::nowhere;
  std::string target;     // normalised and percent-encoded; empty unless `here`
  bool relative = false;  // the directory of the base mattered
};

// `base` is a target, or empty if the base is on another origin. `origins` are spelled as in
// "https://app.test" and are one with this origin, however a page spells it.
Resolved resolve(std::string_view base, std::string_view reference,
                 const std::vector<std::string>& origins);

// A target without its query.
std::string_view path_of(std::string_view target);
// Up to and with the last '/' of the path.
std::string_view directory_of(std::string_view target);
// Behind the last '.' of the last segment, in lower case; empty if there is none.
std::string extension_of(std::string_view target);
// Whether the extension is one that pages fetch (style, script, image, ...) and never navigate to.
bool names_asset(std::string_view target);

}  // namespace hints
