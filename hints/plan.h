// Plan: what a page will need, in the order in which it should be told, and what is withheld and
// why. Values only; where the items come from is the sources' business, how they are told the
// handler's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/headers.h"

namespace hints {

enum class As { style, script, font, image, fetch };
enum class Rel { preload, modulepreload };
enum class Cors { none, anonymous, credentials };                     // the crossorigin attribute
enum class Source { config, headers, manifest, html, css, learned };  // in the order of merging
enum class Pushable { no, yes };

// Where a reference was found, for people.
struct Mention {
  Source source = Source::html;
  std::string file;   // path of the page, stylesheet...; empty for the configuration
  unsigned line = 0;  // from 1; 0 = unknown
  bool operator==(const Mention&) const = default;
};

struct Item {
  std::string target;  // absolute path with query, percent-encoded (see resolve())
  As as = As::fetch;
  Rel rel = Rel::preload;
  std::string type;  // media type; empty = not said
  Cors cors = Cors::none;
  std::string integrity;
  std::string fetch_priority;  // "high", "low" or empty
  Pushable push = Pushable::no;
  std::uint8_t urgency = 3;  // RFC 9218; also the rank within the page's own items
  Mention mention = {};
  std::vector<Mention> also = {};  // later sources that name it as well
  // Of the file; empty: it is none of this site's, so perhaps not for everybody.
  std::string version = {};
  std::uint64_t bytes = 0;  // as sent, about; 0: not known
  // Whether the page's own answer may name it: not if only the app server that makes the page knows
  // whether this answer still needs it.
  bool on_answer = true;
};

enum class Reason {
  missing,     // no file answers it
  redirected,  // a rule sends it elsewhere
  no_store,    // would be fetched twice
  stale,       // not fresh once fetched, so fetched or validated again
  wrong_as,    // the file is of another kind
  responsive,  // applies only to some clients: media, imagesrcset
  import_map,  // a module on a page with an import map
  other_origin,
  unsupported,   // an `as` that browsers ignore in hints
  unused_font,   // no rule of the page uses this family, weight or style
  other_script,  // unicode-range without Latin
  old_font,      // no woff2 among its sources
  deep_import,   // an @import inside an imported stylesheet
  not_on_page,   // a stylesheet of the build that the page does not have
  unsure,        // of the build, but nobody knows when it is fetched
  unseen,        // an app server may have it, but it has not been fetched yet
  size,          // the links of this page take too many bytes already
};

// As told in Server-Timing and logs: a few words, no quotes, commas or semicolons.
std::string_view words(Reason reason);
std::string_view words(As as);
std::string_view words(Source source);

struct Withheld {
  std::string target;
  Reason reason;
  Mention mention;
};

// Immutable once built, and shared by all requests for the page.
struct Plan {
  std::string page_version;  // of the page that it was made from; empty: of none
  std::vector<Item> items;
  std::vector<Withheld> withheld;
  http::Headers links;           // one `link` field for each item, in order
  std::string hinted_targets;    // "/a.css /b.js", cut where it gets long
  std::string withheld_targets;  // "/c.css: no-store; /d.js: missing", likewise
};

// Sorts out what is over `link_bytes` in all and renders the rest.
Plan make_plan(std::vector<Item> items, std::vector<Withheld> withheld, std::size_t link_bytes);

// One value of a `link` field (RFC 8288 section 3). Whatever the item holds, it stays one link: the
// target is percent-encoded, and a parameter that has characters it cannot have is left out.
std::string link_value(const Item& item);

// Names, joined by `separator`, until `limit` bytes; then "+N more".
std::string listed(const std::vector<std::string_view>& names, std::string_view separator,
                   std::size_t limit);

}  // namespace hints
