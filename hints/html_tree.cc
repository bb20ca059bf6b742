#include "hints/html_tree.h"

#include <algorithm>
#include <array>
#include <new>

#include "server/http/headers.h"

namespace hints {
namespace {

// Gumbo's work grows with the square of the depth.
constexpr int deepest = 2000;

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Elements that have no end tag, or rarely are given one, and so do not nest.
bool nests(std::string_view tag) {
  static constexpr std::array<std::string_view, 22> flat{
      "area",  "base", "br", "col", "embed", "hr", "img",    "input", "link", "meta", "source",
      "track", "wbr",  "p",  "li",  "dt",    "dd", "option", "tr",    "td",   "th",   "path"};
  return std::ranges::find(flat, http::to_lower(tag)) == flat.end();
}

// Elements whose content is text, so that a '<' in it opens nothing.
bool holds_text(std::string_view tag) {
  static constexpr std::array<std::string_view, 4> texts{"script", "style", "textarea", "title"};
  return std::ranges::find(texts, http::to_lower(tag)) != texts.end();
}

// Where the end tag of `tag` begins, at or behind `from`; the end of the text if there is none.
std::size_t end_tag(std::string_view html, std::string_view tag, std::size_t from) {
  for (auto at = html.find("</", from); at != std::string_view::npos;
       at = html.find("</", at + 2)) {
    if (http::equal_ignoring_case(html.substr(at + 2, tag.size()), tag)) return at;
  }
  return html.size();
}

// The part before the tags nest deeper than any real page.
std::string_view of_sane_depth(std::string_view html) {
  int depth = 0;
  for (auto at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    const std::string_view rest = html.substr(at + 1, 16);
    const bool closes = rest.starts_with('/');
    const std::string_view name = rest.substr(closes ? 1 : 0);
    if (name.empty() || !letter(name.front())) continue;
    const auto end = std::ranges::find_if_not(name, letter);
    const std::string_view tag = name.substr(0, static_cast<std::size_t>(end - name.begin()));
    if (!closes && holds_text(tag)) at = end_tag(html, tag, at) - 1;
    if (!nests(tag) || holds_text(tag)) continue;
    depth = std::max(0, depth + (closes ? -1 : 1));
    if (depth > deepest) return html.substr(0, at);
  }
  return html;
}

}  // namespace

HtmlTree::HtmlTree(std::string_view html)
    : text_(of_sane_depth(html)), memory_(std::make_unique<net::LibraryMemory>()) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = net::LibraryMemory::allocate;
  options.deallocator = net::LibraryMemory::release;
  options.userdata = memory_.get();
  const bool parsed = memory_->run(
      [&] { output_ = gumbo_parse_with_options(&options, text_.data(), text_.size()); });
  if (!parsed) throw std::bad_alloc();
}

std::span<GumboNode* const> nodes(const GumboVector& vector) {
  return {reinterpret_cast<GumboNode* const*>(vector.data), vector.length};
}

std::optional<std::string> attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  if (found == nullptr) return std::nullopt;
  return found->value;
}

std::string value(const GumboElement& element, const char* name) {
  return attribute(element, name).value_or("");
}

std::string lower_value(const GumboElement& element, const char* name) {
  return http::to_lower(http::trim(value(element, name)));
}

bool has_word(std::string_view list, std::string_view word) {
  static constexpr std::string_view blanks = " \t\n\r\f";
  while (!list.empty()) {
    const auto start = list.find_first_not_of(blanks);
    if (start == std::string_view::npos) return false;
    list.remove_prefix(start);
    const auto end = std::min(list.find_first_of(blanks), list.size());
    if (http::equal_ignoring_case(list.substr(0, end), word)) return true;
    list.remove_prefix(end);
  }
  return false;
}

std::string text_of(const GumboElement& element) {
  std::string text;
  for (const GumboNode* child : nodes(element.children)) {
    const bool readable = child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE ||
                          child->type == GUMBO_NODE_CDATA;
    if (readable) text += child->v.text.text;
  }
  return text;
}

bool is_javascript(std::string_view type) {
  static constexpr std::array<std::string_view, 7> types{"",
                                                         "text/javascript",
                                                         "application/javascript",
                                                         "application/x-javascript",
                                                         "text/ecmascript",
                                                         "application/ecmascript",
                                                         "text/jscript"};
  return std::ranges::find(types, type) != types.end();
}

}  // namespace hints
