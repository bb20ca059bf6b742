#include "hints/plan.h"

#include <algorithm>
#include <utility>

namespace hints {
namespace {

constexpr std::size_t list_bytes = 512;

bool alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// ` ; name="value"`, unless the value has anything but these characters: none needs escaping.
void append_parameter(std::string& out, std::string_view name, std::string_view value,
                      std::string_view allowed) {
  const auto fits = [&](char c) { return alphanumeric(c) || allowed.find(c) != allowed.npos; };
  if (value.empty() || !std::ranges::all_of(value, fits)) return;
  out.append("; ").append(name).append("=\"").append(value).append("\"");
}

void append_target(std::string& out, std::string_view target) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  for (const char c : target) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte > ' ' && byte < 0x7F && c != '<' && c != '>' && c != '"') {
      out += c;
      continue;
    }
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
}

}  // namespace

std::string_view words(Reason reason) {
  switch (reason) {
    case Reason::missing:
      return "missing";
    case Reason::redirected:
      return "redirected";
    case Reason::no_store:
      return "no-store";
    case Reason::stale:
      return "not fresh in the cache";
    case Reason::wrong_as:
      return "wrong as";
    case Reason::responsive:
      return "responsive";
    case Reason::import_map:
      return "import map";
    case Reason::other_origin:
      return "other origin";
    case Reason::unsupported:
      return "unsupported as";
    case Reason::unused_font:
      return "unused font";
    case Reason::other_script:
      return "not for Latin text";
    case Reason::old_font:
      return "no woff2";
    case Reason::deep_import:
      return "imported too deep";
    case Reason::not_on_page:
      return "not on the page";
    case Reason::unsure:
      return "not surely fetched";
    case Reason::unseen:
      return "not seen yet";
    case Reason::size:
      return "size";
  }
  return "";
}

std::string_view words(As as) {
  switch (as) {
    case As::style:
      return "style";
    case As::script:
      return "script";
    case As::font:
      return "font";
    case As::image:
      return "image";
    case As::fetch:
      return "fetch";
  }
  return "";
}

std::string_view words(Source source) {
  switch (source) {
    case Source::config:
      return "config";
    case Source::headers:
      return "_headers";
    case Source::manifest:
      return "manifest";
    case Source::html:
      return "html";
    case Source::css:
      return "css";
    case Source::learned:
      return "app server";
  }
  return "";
}

std::string link_value(const Item& item) {
  std::string value;
  value.reserve(item.target.size() + item.type.size() + item.integrity.size() + 64);
  value += '<';
  append_target(value, item.target);
  value += item.rel == Rel::modulepreload ? ">; rel=modulepreload; as=" : ">; rel=preload; as=";
  value += words(item.as);
  if (item.cors == Cors::anonymous) value += "; crossorigin";
  if (item.cors == Cors::credentials) value += "; crossorigin=use-credentials";
  append_parameter(value, "type", item.type, "/.+-_");
  append_parameter(value, "integrity", item.integrity, "+/=-_ ");
  if (item.fetch_priority == "high") value += "; fetchpriority=high";
  if (item.fetch_priority == "low") value += "; fetchpriority=low";
  return value;
}

std::string listed(const std::vector<std::string_view>& names, std::string_view separator,
                   std::size_t limit) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) list += separator;
    if (list.size() + names[i].size() > limit) {
      return list + "+" + std::to_string(names.size() - i) + " more";
    }
    list += names[i];
  }
  return list;
}

Plan make_plan(std::vector<Item> items, std::vector<Withheld> withheld, std::size_t link_bytes) {
  Plan plan;
  plan.withheld = std::move(withheld);
  std::size_t used = 0;
  for (Item& item : items) {
    const std::string value = link_value(item);
    if (used + value.size() > link_bytes) {
      plan.withheld.push_back({std::move(item.target), Reason::size, std::move(item.mention)});
      continue;
    }
    used += value.size();
    plan.links.add("link", value);
    plan.items.push_back(std::move(item));
  }
  std::vector<std::string_view> hinted;
  hinted.reserve(plan.items.size());
  for (const Item& item : plan.items) hinted.emplace_back(item.target);
  plan.hinted_targets = listed(hinted, " ", list_bytes);

  std::vector<std::string> reasons;
  reasons.reserve(plan.withheld.size());
  for (const Withheld& one : plan.withheld) {
    reasons.push_back(one.target + ": " + std::string(words(one.reason)));
  }
  plan.withheld_targets = listed({reasons.begin(), reasons.end()}, "; ", list_bytes);
  return plan;
}

}  // namespace hints
