#include "hints/telling.h"

#include <algorithm>
#include <utility>

namespace hints {
namespace {

constexpr std::size_t list_bytes = 512;
// What an asset of unknown size is taken for.
constexpr std::uint64_t usual_bytes = std::uint64_t{16} * 1024;

std::string_view words(http::Push outcome) {
  switch (outcome) {
    case http::Push::promised:
      return "";
    case http::Push::refused:
      return push_refused;
    case http::Push::repeated:
      return "known to this connection";
    case http::Push::nested:
      return "pushed request";
    case http::Push::exhausted:
      return "enough was pushed";
    case http::Push::unwanted:
      return "client cancels pushes";
    case http::Push::gone:
      return "client has gone";
  }
  return "";
}

// ` name;desc="text"`: an entry of Server-Timing. Quotes and backslashes are escaped (RFC 9110
// section 5.6.4), all else that could end the string has been percent-encoded long before.
void append_entry(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  if (!out.empty()) out += ", ";
  out.append(name).append(";desc=\"");
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

// So that no name is both in `prepared` and in `fields`.
void make_room(http::Response& response) {
  if (!response.prepared) return;
  if (!response.prepared->has("link") && !response.prepared->has("server-timing")) return;
  http::Headers all = *response.prepared;
  all.append(response.fields);
  response.fields = std::move(all);
  response.prepared = nullptr;
}

}  // namespace

bool shows_page(const http::Response& response) {
  if (response.status != 200) return false;
  const auto type = response.field("content-type");
  return type && http::equal_ignoring_case(type->substr(0, 9), "text/html");
}

Telling::Telling(std::shared_ptr<const Plan> plan, Verdict verdict)
    : plan_(std::move(plan)), verdict_(std::move(verdict)), told_(plan_->items.size()) {
  if (!verdict_.lots.empty()) part();
}

void Telling::push(http::Exchange& exchange) {
  if (!verdict_.decision.no_push.empty()) return;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < plan_->items.size(); ++i) {
    const Lot lot = verdict_.lot(i);
    const bool open = lot.withheld.empty() && lot.no_push.empty();
    if (open && plan_->items[i].push == Pushable::yes) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return plan_->items[i].urgency; });
  std::uint64_t budget = verdict_.push_bytes;
  for (const std::size_t i : order) {
    const Item& item = plan_->items[i];
    const std::uint64_t bytes = item.bytes > 0 ? item.bytes : usual_bytes;
    if (bytes > budget) {
      push_stopped_ = "more would delay the page";
      break;
    }
    const http::Push outcome = exchange.push(item.target, {item.urgency, false});
    if (outcome == http::Push::promised) {
      told_[i] = Usage::Told::by_push;
      pushed_.emplace_back(item.target);
      if (budget != unlimited) budget -= bytes;
      continue;
    }
    push_stopped_ = words(outcome);
    if (outcome != http::Push::repeated) break;
  }
  if (some_pushed()) part();
}

void Telling::part() {
  std::vector<std::size_t> by_link;
  for (std::size_t i = 0; i < plan_->items.size(); ++i) {
    if (goes_by_link(i)) by_link.push_back(i);
  }
  partly_ = by_link.size() < plan_->items.size();
  if (!partly_) return;
  left_.clear();
  rest_ = {};
  for (const std::size_t i : by_link) {
    left_.emplace_back(plan_->items[i].target);
    rest_.add("link", plan_->links[i].value);
  }
}

void Telling::hint(http::Exchange& exchange) {
  if (!verdict_.decision.no_early_hints.empty() || hinted_early_ || links().empty()) return;
  if (!exchange.alive()) return;
  exchange.hint(links());
  hinted_early_ = true;
  linked(OnAnswer::or_not);
}

bool Telling::goes_by_link(std::size_t i) const {
  return told_[i] != Usage::Told::by_push && verdict_.lot(i).withheld.empty();
}

// All that is told by links has been.
void Telling::linked(OnAnswer which) {
  for (std::size_t i = 0; i < told_.size(); ++i) {
    if (which == OnAnswer::only && !plan_->items[i].on_answer) continue;
    if (goes_by_link(i)) told_[i] = Usage::Told::by_link;
  }
}

// But for those that an app server has put there itself.
http::Headers Telling::answer_links(const http::Response& response) const {
  const std::string present = response.fields.joined("link");
  http::Headers links;
  for (std::size_t i = 0; i < told_.size(); ++i) {
    if (!goes_by_link(i) || !plan_->items[i].on_answer) continue;
    const std::string_view link = plan_->links[i].value;
    if (present.find(link.substr(0, link.find('>') + 1)) != std::string::npos) continue;
    links.add("link", link);
  }
  return links;
}

bool Telling::some_on_answer() const {
  for (std::size_t i = 0; i < told_.size(); ++i) {
    if (goes_by_link(i) && plan_->items[i].on_answer) return true;
  }
  return false;
}

bool Telling::outdated(const http::Response& response) const {
  std::string_view planned = plan_->page_version;
  const auto tag = response.field("etag");
  // Only a strong tag tells; that of a coding has more before its last quote.
  if (!tag || !tag->starts_with('"') || !planned.starts_with('"')) return false;
  planned.remove_suffix(1);
  return !tag->starts_with(planned);
}

// "push, early-hints", "link: ready at once; no push: client refuses push", "none: nothing to tell"
std::string Telling::way(const http::Response& response) const {
  std::string text;
  const auto also = [&](std::string_view way) {
    text.append(text.empty() ? "" : ", ").append(way);
  };
  if (some_pushed()) also("push");
  if (hinted_early_) also("early-hints");
  const bool linked = shows_page(response) && !outdated(response) &&
                      verdict_.decision.no_link.empty() && some_on_answer();
  if (linked && !hinted_early_) {
    also("link");
    const std::string_view why = verdict_.decision.no_early_hints;
    if (why != by_mode) text.append(": ").append(why.empty() ? "ready at once" : why);
  }
  if (text.empty()) {
    text = "none";
    if (plan_->items.empty()) return text + ": nothing to tell";
    if (!shows_page(response)) return text + ": answer is not the page";
    if (outdated(response)) return text + ": the page has changed";
    if (!some_on_answer() && !links().empty()) return text + ": the answer is the app's own";
  }
  const std::string_view why =
      verdict_.decision.no_push.empty() ? push_stopped_ : verdict_.decision.no_push;
  if (why.empty() || why == by_mode) return text;
  return text.append(some_pushed() ? "; no more push: " : "; no push: ").append(why);
}

std::string Telling::hinted() const {
  if (!verdict_.decision.no_link.empty()) return {};
  if (hinted_early_ || std::ranges::all_of(plan_->items, &Item::on_answer)) {
    return partly_ ? listed(left_, " ", list_bytes) : plan_->hinted_targets;
  }
  std::vector<std::string_view> targets;
  for (std::size_t i = 0; i < told_.size(); ++i) {
    if (goes_by_link(i) && plan_->items[i].on_answer) targets.emplace_back(plan_->items[i].target);
  }
  return listed(targets, " ", list_bytes);
}

std::string Telling::withheld() const {
  std::string text = plan_->withheld_targets;
  for (std::size_t i = 0; i < verdict_.lots.size() && text.size() < list_bytes; ++i) {
    const std::string_view why = verdict_.lots[i].withheld;
    if (why.empty()) continue;
    if (!text.empty()) text += "; ";
    text.append(plan_->items[i].target).append(": ").append(why);
  }
  return text;
}

void Telling::finish(http::Response& response) {
  const std::string way = this->way(response);
  const std::string pushed = listed(pushed_, " ", list_bytes);
  const std::string withheld = this->withheld();
  const bool page = shows_page(response);
  const bool told = page && !outdated(response) && some_on_answer();
  const std::string hinted = told || hinted_early_ ? this->hinted() : std::string();
  if (page) {
    make_room(response);
    if (told && verdict_.decision.no_link.empty()) {
      response.fields.append(answer_links(response));
      linked(OnAnswer::only);
    }
    std::string timing;
    timing.reserve(way.size() + hinted.size() + pushed.size() + withheld.size() + 96);
    append_entry(timing, "hints", way);
    append_entry(timing, "hinted", hinted);
    append_entry(timing, "pushed", pushed);
    append_entry(timing, "withheld", withheld);
    append_entry(timing, "arm", verdict_.arm);
    response.fields.add("server-timing", timing);
  }
  response.notes.push_back({"hints", way});
  if (!hinted.empty()) response.notes.push_back({"hinted", hinted});
  if (!pushed.empty()) response.notes.push_back({"pushed", pushed});
  if (!withheld.empty()) response.notes.push_back({"withheld", withheld});
  if (!verdict_.arm.empty()) response.notes.push_back({"arm", std::string(verdict_.arm)});
}

}  // namespace hints
