#include "compare/page_elements.h"

#include <algorithm>
#include <array>
#include <optional>

#include "compare/image_choice.h"
#include "compare/module_imports.h"
#include "hints/html_tree.h"
#include "server/http/headers.h"

namespace lab {
namespace {

using Kind = PageElement::Kind;

Mode mode_of(const std::optional<std::string>& crossorigin, Mode without) {
  if (!crossorigin) return without;
  return http::equal_ignoring_case(*crossorigin, "use-credentials") ? Mode::cors_credentials
                                                                    : Mode::cors;
}

// At the end of a text '<' is a character, though more text would make it a tag.
std::string_view without_half_tag(std::string_view html) {
  if (html.ends_with('/')) html.remove_suffix(1);
  if (html.ends_with('<')) html.remove_suffix(1);
  return html;
}

class Reading {
 public:
  explicit Reading(std::string_view html) : tree_(without_half_tag(html)) {}

  std::vector<PageElement> read() {
    std::vector<Place> pending{{&tree_.root(), false}};
    while (!pending.empty()) {
      const Place place = pending.back();
      pending.pop_back();
      if (place.node->type != GUMBO_NODE_ELEMENT) continue;
      const GumboElement& element = place.node->v.element;
      if (!visit(*place.node, place.in_head)) continue;
      const bool in_head = place.in_head || element.tag == GUMBO_TAG_HEAD;
      const auto children = hints::nodes(element.children);
      for (auto child = children.rbegin(); child != children.rend(); ++child) {
        pending.push_back({*child, in_head});
      }
    }
    std::ranges::stable_sort(found_, {}, &PageElement::known);
    return std::move(found_);
  }

 private:
  struct Place {
    const GumboNode* node;
    bool in_head;
  };

  std::size_t begin_of(const GumboStringPiece& piece) const {
    return static_cast<std::size_t>(piece.data - tree_.text().data());
  }
  std::size_t end_of(const GumboStringPiece& piece) const { return begin_of(piece) + piece.length; }

  PageElement element_of(const GumboElement& element, Kind kind, const char* url, bool in_head) {
    PageElement found;
    found.kind = kind;
    found.known = end_of(element.original_tag);
    found.in_head = in_head;
    found.blocks_rendering =
        in_head && hints::has_word(hints::value(element, "blocking"), "render");
    found.mode = mode_of(hints::attribute(element, "crossorigin"), Mode::no_cors);
    found.url = hints::value(element, url);
    found.media = hints::value(element, "media");
    found.fetch_priority = hints::lower_value(element, "fetchpriority");
    return found;
  }

  // Gives whether the children matter.
  bool visit(const GumboNode& node, bool in_head) {
    const GumboElement& element = node.v.element;
    if (element.tag_namespace != GUMBO_NAMESPACE_HTML) return false;
    switch (element.tag) {
      case GUMBO_TAG_NOSCRIPT:
      case GUMBO_TAG_TEMPLATE:
        return false;
      case GUMBO_TAG_BODY:
        read_body(element);
        return true;
      case GUMBO_TAG_BASE:
        add(element_of(element, Kind::base, "href", in_head));
        return false;
      case GUMBO_TAG_LINK:
        read_link(element, in_head);
        return false;
      case GUMBO_TAG_STYLE:
        read_style(element, in_head);
        return false;
      case GUMBO_TAG_SCRIPT:
        read_script(element, in_head);
        return false;
      case GUMBO_TAG_IMG:
        read_image(node);
        return false;
      case GUMBO_TAG_IFRAME:
        if (hints::lower_value(element, "loading") != "lazy") {
          add(element_of(element, Kind::frame, "src", in_head));
        }
        return false;
      case GUMBO_TAG_VIDEO:
        add(element_of(element, Kind::image, "poster", in_head));
        return false;
      default:
        return true;
    }
  }

  void add(PageElement found) {
    if (!found.url.empty()) found_.push_back(std::move(found));
  }

  // Without a tag of its own it begins with its first child.
  void read_body(const GumboElement& element) {
    PageElement found;
    found.kind = Kind::body;
    if (element.original_tag.length > 0) {
      found.known = end_of(element.original_tag);
      found_.push_back(found);
      return;
    }
    for (const GumboNode* child : hints::nodes(element.children)) {
      if (child->type == GUMBO_NODE_WHITESPACE) continue;
      if (child->type == GUMBO_NODE_TEXT) {
        found.known = begin_of(child->v.text.original_text) + 1;
      } else if (child->type == GUMBO_NODE_ELEMENT && child->v.element.original_tag.length > 0) {
        found.known = end_of(child->v.element.original_tag);
      } else {
        continue;
      }
      found_.push_back(found);
      return;
    }
  }

  void read_link(const GumboElement& element, bool in_head) {
    const std::string rel = hints::value(element, "rel");
    if (hints::has_word(rel, "stylesheet")) {
      const std::string type = hints::lower_value(element, "type");
      const bool off =
          hints::has_word(rel, "alternate") || hints::attribute(element, "disabled").has_value();
      if (off || (!type.empty() && type != "text/css")) return;
      return add(element_of(element, Kind::style, "href", in_head));
    }
    const bool module = hints::has_word(rel, "modulepreload");
    if (!module && !hints::has_word(rel, "preload")) return;
    PageElement found =
        element_of(element, module ? Kind::modulepreload : Kind::preload, "href", in_head);
    found.as = hints::lower_value(element, "as");
    if (module && found.mode == Mode::no_cors) found.mode = Mode::cors;
    if (const auto set = hints::attribute(element, "imagesrcset"); set && found.as == "image") {
      found.url = image_choice(found.url, *set);
    }
    add(std::move(found));
  }

  void read_style(const GumboElement& element, bool in_head) {
    if (element.original_end_tag.length == 0) return;
    PageElement found = element_of(element, Kind::inline_style, "href", in_head);
    found.known = end_of(element.original_end_tag);
    found.sheet =
        std::make_shared<const hints::Stylesheet>(hints::read_css(hints::text_of(element)));
    found_.push_back(std::move(found));
  }

  void read_script(const GumboElement& element, bool in_head) {
    PageElement found = element_of(element, Kind::script, "src", in_head);
    const std::string type = hints::lower_value(element, "type");
    if (type == "importmap") {
      found.kind = Kind::import_map;
      found_.push_back(std::move(found));
      return;
    }
    const bool async = hints::attribute(element, "async").has_value();
    if (type == "module" && found.url.empty()) {
      if (element.original_end_tag.length == 0) return;
      found.kind = Kind::inline_module;
      found.known = end_of(element.original_end_tag);
      found.imports = module_imports(hints::text_of(element));
      found_.push_back(std::move(found));
      return;
    }
    if (type == "module") {
      found.kind = Kind::module;
      if (found.mode == Mode::no_cors) found.mode = Mode::cors;
    } else if (!hints::is_javascript(type) || hints::attribute(element, "nomodule")) {
      return;
    } else if (found.url.empty()) {
      if (element.original_end_tag.length == 0) return;
      found.kind = Kind::inline_script;
      found.known = end_of(element.original_end_tag);
      found_.push_back(std::move(found));
      return;
    } else if (async) {
      found.kind = Kind::async_script;
    } else if (hints::attribute(element, "defer")) {
      found.kind = Kind::deferred_script;
    }
    add(std::move(found));
  }

  void read_image(const GumboNode& node) {
    const GumboElement& element = node.v.element;
    if (hints::lower_value(element, "loading") == "lazy") return;
    PageElement found = element_of(element, Kind::image, "src", false);
    if (const auto source = picture_source(node)) {
      found.url = *source;
    } else {
      found.url = image_choice(found.url, hints::value(element, "srcset"));
    }
    add(std::move(found));
  }

  std::vector<PageElement> found_;
  const hints::HtmlTree tree_;
};

}  // namespace

std::vector<PageElement> read_elements(std::string_view html) { return Reading(html).read(); }

bool may_have_elements(std::string_view html) {
  // The text before <body> or an end tag may make an element whole; plain prose does not.
  static constexpr std::array<std::string_view, 10> tags{
      "base", "link", "script", "style", "img", "iframe", "video", "picture", "body", "source"};
  for (auto at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    std::string_view rest = html.substr(at + 1);
    if (rest.starts_with('/')) rest.remove_prefix(1);
    for (const std::string_view tag : tags) {
      if (http::equal_ignoring_case(rest.substr(0, tag.size()), tag)) return true;
    }
  }
  return false;
}

}  // namespace lab
