#include "hints/html_source.h"

#include <utility>

#include "hints/html_tree.h"

namespace hints {
namespace {

// More than any plan can tell; the rest of a page that goes on is left unread.
constexpr std::size_t most_references = 512;

HtmlReference reference(const GumboElement& element, HtmlReference::Kind kind, const char* url) {
  HtmlReference found;
  found.kind = kind;
  found.url = value(element, url);
  found.type = lower_value(element, "type");
  found.media = value(element, "media");
  found.crossorigin = attribute(element, "crossorigin");
  found.integrity = value(element, "integrity");
  found.fetch_priority = lower_value(element, "fetchpriority");
  found.line = element.start_pos.line;
  return found;
}

void read_link(const GumboElement& element, HtmlPage& page) {
  using Kind = HtmlReference::Kind;
  const std::string rel = value(element, "rel");
  if (has_word(rel, "stylesheet")) {
    if (has_word(rel, "alternate") || attribute(element, "disabled")) return;
    HtmlReference found = reference(element, Kind::stylesheet, "href");
    if (!found.type.empty() && found.type != "text/css") return;
    page.references.push_back(std::move(found));
    return;
  }
  const bool module = has_word(rel, "modulepreload");
  if (!module && !has_word(rel, "preload")) return;
  HtmlReference found = reference(element, module ? Kind::modulepreload : Kind::preload, "href");
  found.as = lower_value(element, "as");
  found.image_set = attribute(element, "imagesrcset").has_value();
  page.references.push_back(std::move(found));
}

void read_script(const GumboElement& element, HtmlPage& page) {
  using Kind = HtmlReference::Kind;
  HtmlReference found = reference(element, Kind::script, "src");
  if (found.type == "importmap") {
    page.import_map = true;
    return;
  }
  if (found.url.empty()) return;
  if (found.type == "module") {
    found.kind = Kind::module_script;
  } else if (!is_javascript(found.type) || attribute(element, "nomodule")) {
    return;
  } else if (attribute(element, "async") || attribute(element, "defer")) {
    found.kind = Kind::late_script;
  }
  found.type.clear();
  found.media.clear();
  page.references.push_back(std::move(found));
}

// Gives whether the children matter.
bool read_element(const GumboElement& element, HtmlPage& page) {
  if (element.tag_namespace != GUMBO_NAMESPACE_HTML) return false;
  switch (element.tag) {
    case GUMBO_TAG_NOSCRIPT:
      return false;  // whoever takes hints runs scripts
    case GUMBO_TAG_TEMPLATE:
      return false;
    case GUMBO_TAG_BASE:
      if (page.base.empty()) page.base = value(element, "href");
      return false;
    case GUMBO_TAG_LINK:
      read_link(element, page);
      return false;
    case GUMBO_TAG_SCRIPT:
      read_script(element, page);
      return false;
    case GUMBO_TAG_STYLE: {
      HtmlReference found = reference(element, HtmlReference::Kind::inline_style, "href");
      found.text = text_of(element);
      page.references.push_back(std::move(found));
      return false;
    }
    default:
      return true;
  }
}

}  // namespace

HtmlPage read_html(std::string_view html) {
  const HtmlTree tree(html);
  HtmlPage page;
  std::vector<const GumboNode*> pending{&tree.root()};
  while (!pending.empty() && page.references.size() < most_references) {
    const GumboNode* node = pending.back();
    pending.pop_back();
    if (node->type != GUMBO_NODE_ELEMENT) continue;
    if (!read_element(node->v.element, page)) continue;
    const auto children = nodes(node->v.element.children);
    pending.insert(pending.end(), children.rbegin(), children.rend());
  }
  return page;
}

}  // namespace hints
