// Explain: the plan of a page for a person and for a program: each asset, where it comes from, and
// how a browser, a client that takes pushes and a plain one would be told of it, or why not.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hints/decision.h"
#include "hints/plan.h"
#include "hints/route_history.h"

namespace hints {

// A kind of client, by what it says of itself when it asks for a page.
struct Client {
  std::string_view name;
  std::string_view about;
  bool navigates;  // sends sec-fetch-mode and sec-fetch-dest, as browsers do
  bool takes_pushes;
};
inline constexpr std::array<Client, 3> clients{
    {{"browser", "a navigation; no browser takes pushes any more", true, false},
     {"nghttp", "takes pushes, and says nothing of what it asks for", false, true},
     {"curl", "takes no pushes, and says nothing of what it asks for", false, false}}};

struct Explanation {
  std::string page;  // path as asked for
  Mode mode = Mode::automatic;
  std::shared_ptr<const Plan> plan;
  const RouteHistory* history = nullptr;  // what this worker remembers; null: nothing
};

// What visits have shown of an item; empty if nothing is remembered of the route.
std::string judged(const Explanation& explanation, const Item& item);
// "push", "103 if the page takes time, and link", "nothing: not in this mode".
std::string way(const Item& item, const Client& client, Mode mode);
// "/index.html:12", "configuration".
std::string place(const Mention& mention);

std::string explain_text(const Explanation& explanation);
// {"page","mode","history","items":[{"target","as","link","push","source","file","line","also":
// [{"source","file","line"}],"told":{"browser","nghttp","curl"},"judged"}],"withheld":[{"target","reason","remedy",
// "source","file","line"}]}
std::string explain_json(const Explanation& explanation);
// A page of its own: nothing on it is fetched from anywhere.
std::string explain_html(const Explanation& explanation);

}  // namespace hints
