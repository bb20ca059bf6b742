#include "hints/page_source.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "hints/css_choice.h"
#include "hints/css_source.h"
#include "hints/html_source.h"
#include "hints/target.h"

namespace hints {
namespace {

using Kind = HtmlReference::Kind;

struct Urgency {
  static constexpr std::uint8_t blocking = 1;
  static constexpr std::uint8_t soon = 2;
  static constexpr std::uint8_t normal = 3;
  static constexpr std::uint8_t image = 4;
};

Cors cors_of(const std::optional<std::string>& crossorigin) {
  if (!crossorigin) return Cors::none;
  return http::equal_ignoring_case(http::trim(*crossorigin), "use-credentials") ? Cors::credentials
                                                                                : Cors::anonymous;
}

std::optional<As> as_of(std::string_view word) {
  for (const As as : {As::style, As::script, As::font, As::image, As::fetch}) {
    if (words(as) == word) return as;
  }
  return std::nullopt;
}

// An address that is not ours, fit for a log line.
std::string printable(std::string_view url) {
  std::string text(url.substr(0, std::min<std::size_t>(url.find_first_of("?#"), 120)));
  std::ranges::replace_if(
      text, [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\' || c == ','; }, '_');
  return text;
}

class Reading {
 public:
  Reading(Site& site, const Page& page, std::string_view directory,
          const PageSourceOptions& options)
      : site_(site), page_(page), options_(options), base_(directory) {}

  Found read(const HtmlPage& html) {
    rebase(html.base);
    found_.import_map = html.import_map;
    for (const HtmlReference& reference : html.references) read(reference, html);
    for (const PendingFont& font : fonts_) add_font(font);
    std::ranges::stable_sort(found_.items, {}, &Item::urgency);
    return std::move(found_);
  }

 private:
  struct PendingFont {
    Stylesheet::Font font;
    std::string base;
    Mention mention;
  };

  void rebase(const std::string& href) {
    if (href.empty()) return;
    const Resolved base = resolve(base_, href, options_.origins);
    if (base.place == Place::nowhere) return;
    found_.relative |= base.relative;
    base_ = base.place == Place::here ? base.target : std::string();
    base_given_ = true;
  }

  Mention in_page(unsigned line) const { return {Source::html, page_.path, line}; }

  // The target if it is ours and new; otherwise it has been dealt with.
  std::optional<std::string> target(std::string_view base, std::string_view url,
                                    const Mention& mention) {
    const Resolved resolved = resolve(base, url, options_.origins);
    if (resolved.place == Place::nowhere) return std::nullopt;
    if (resolved.place == Place::elsewhere) {
      withhold(printable(url), Reason::other_origin, mention);
      return std::nullopt;
    }
    if (mention.source == Source::html && !base_given_) found_.relative |= resolved.relative;
    return resolved.target;
  }

  bool known(std::string_view target) const {
    return std::ranges::find(found_.items, target, &Item::target) != found_.items.end();
  }

  void withhold(std::string target, Reason reason, const Mention& mention) {
    const bool told = std::ranges::any_of(found_.withheld, [&](const Withheld& one) {
      return one.target == target && one.reason == reason;
    });
    if (!told) found_.withheld.push_back({std::move(target), reason, mention});
  }

  void add(Item item) {
    if (item.fetch_priority == "high" && item.urgency > Urgency::blocking) --item.urgency;
    if (item.fetch_priority == "low") ++item.urgency;
    if (!known(item.target)) found_.items.push_back(std::move(item));
  }

  void read(const HtmlReference& reference, const HtmlPage& html) {
    const Mention mention = in_page(reference.line);
    if (reference.kind == Kind::inline_style) {
      if (media_of(reference.media) == Media::every_screen) {
        read_rules(read_css(reference.text), base_, mention, Depth::page);
      }
      return;
    }
    const std::optional<std::string> address = target(base_, reference.url, mention);
    if (!address) return;
    if (media_of(reference.media) == Media::some || reference.image_set) {
      return withhold(*address, Reason::responsive, mention);
    }
    const bool module =
        reference.kind == Kind::module_script || reference.kind == Kind::modulepreload;
    if (module && html.import_map) return withhold(*address, Reason::import_map, mention);
    std::optional<Item> item = item_of(reference);
    if (!item) return withhold(*address, Reason::unsupported, mention);
    item->target = *address;
    item->mention = mention;
    add(std::move(*item));
    if (reference.kind == Kind::stylesheet) read_stylesheet(*address, Depth::page);
  }

  static std::optional<Item> item_of(const HtmlReference& reference) {
    Item item;
    item.cors = cors_of(reference.crossorigin);
    item.integrity = reference.integrity;
    item.fetch_priority = reference.fetch_priority;
    item.as = As::script;
    item.push = Pushable::yes;
    item.urgency = Urgency::soon;
    switch (reference.kind) {
      case Kind::inline_style:
        return std::nullopt;
      case Kind::stylesheet:
        item.as = As::style;
        item.urgency = Urgency::blocking;
        return item;
      case Kind::script:
        item.urgency = Urgency::blocking;
        return item;
      case Kind::late_script:
        return item;
      case Kind::modulepreload:
      case Kind::module_script:
        if (!reference.as.empty() && reference.as != "script") return std::nullopt;
        item.rel = Rel::modulepreload;
        if (item.cors == Cors::none) item.cors = Cors::anonymous;
        return item;
      case Kind::preload:
        break;
    }
    return preload(std::move(item), reference);
  }

  static std::optional<Item> preload(Item item, const HtmlReference& reference) {
    const std::optional<As> as = as_of(reference.as);
    if (!as) return std::nullopt;
    item.as = *as;
    item.type = reference.type;
    switch (*as) {
      case As::style:
        item.urgency = Urgency::blocking;
        break;
      case As::script:
        break;
      case As::font:
        // Fonts are always fetched so, whatever the page says of the preload.
        if (item.cors == Cors::none) item.cors = Cors::anonymous;
        break;
      case As::image:
        item.urgency = Urgency::image;
        item.push = Pushable::no;
        break;
      case As::fetch:
        item.urgency = Urgency::normal;
        item.push = Pushable::no;
        break;
    }
    return item;
  }

  enum class Depth { page, imported };

  void read_stylesheet(const std::string& target, Depth depth) {
    const std::string path(path_of(target));
    if (std::ranges::find(found_.read, path) != found_.read.end()) return;
    found_.read.push_back(path);
    const std::optional<std::string> css = site_.text(path, options_.css_bytes);
    if (css) read_rules(read_css(*css), target, {Source::css, path, 0}, depth);
  }

  void read_rules(const Stylesheet& sheet, const std::string& base, const Mention& where,
                  Depth depth) {
    const auto mention = [&](unsigned line) {
      // Lines of an inline style count from its tag.
      const unsigned first = where.source == Source::html ? where.line - 1 : 0;
      return Mention{where.source, where.file, first + line};
    };
    uses_.add(sheet.uses);
    for (const Stylesheet::Font& font : sheet.fonts) {
      fonts_.push_back({font, base, mention(font.line)});
    }
    for (const Stylesheet::Import& import : sheet.imports) {
      const std::optional<std::string> address = target(base, import.url, mention(import.line));
      if (!address) continue;
      if (depth == Depth::imported) {
        withhold(*address, Reason::deep_import, mention(import.line));
        continue;
      }
      if (media_of(import.media) == Media::some) {
        withhold(*address, Reason::responsive, mention(import.line));
        continue;
      }
      Item item;
      item.target = *address;
      item.as = As::style;
      item.push = Pushable::yes;
      item.urgency = Urgency::blocking;
      item.mention = mention(import.line);
      add(std::move(item));
      read_stylesheet(*address, Depth::imported);
    }
  }

  void add_font(const PendingFont& pending) {
    const Stylesheet::Font& font = pending.font;
    const std::string& url = font.url.empty() ? font.first_url : font.url;
    const std::optional<std::string> address = target(pending.base, url, pending.mention);
    if (!address || known(*address)) return;
    if (!used(font, uses_)) return withhold(*address, Reason::unused_font, pending.mention);
    if (!covers_latin(font)) return withhold(*address, Reason::other_script, pending.mention);
    if (font.url.empty()) return withhold(*address, Reason::old_font, pending.mention);
    Item item;
    item.target = *address;
    item.as = As::font;
    item.type = "font/woff2";
    item.cors = Cors::anonymous;
    item.push = Pushable::yes;
    item.urgency = Urgency::soon;
    item.mention = pending.mention;
    add(std::move(item));
  }

  Site& site_;
  const Page& page_;
  const PageSourceOptions& options_;
  std::string base_;  // a target; empty: another origin
  bool base_given_ = false;
  Found found_;
  Stylesheet::Uses uses_;
  std::vector<PendingFont> fonts_;
};

}  // namespace

Found read_page(Site& site, const Page& page, std::string_view directory,
                const PageSourceOptions& options) {
  const std::optional<std::string> html = site.text(page.path, options.html_bytes);
  if (!html) return {};
  return Reading(site, page, directory, options).read(read_html(*html));
}

}  // namespace hints
