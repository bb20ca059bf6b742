#include "compare/page.h"

#include <algorithm>
#include <utility>

#include "compare/module_imports.h"
#include "compare/told_links.h"
#include "compare/urgency.h"
#include "hints/css_choice.h"
#include "hints/target.h"

namespace lab {
namespace {

using Element = PageElement::Kind;

bool for_this_screen(std::string_view media) {
  return hints::media_of(media) == hints::Media::every_screen;
}

Blocks blocks_of(const PageElement& element, Blocks in_head) {
  if (element.blocks_rendering) return Blocks::rendering;
  return element.in_head ? in_head : Blocks::nothing;
}

}  // namespace

Page::Page(const Surroundings& around, const std::string& target)
    : around_(around), scanner_(around.texts, target), base_(target) {}

void Page::read(std::string_view html) {
  for (const PageElement& element : scanner_.read(html)) scan(element, scanned_++);
  go_on();
}

void Page::document_is_whole() {
  whole_ = true;
  scanner_.finish();
  go_on();
}

void Page::arrived(Fetches::Need need) {
  const auto found = std::ranges::lower_bound(used_, need, {}, &Used::need);
  if (found == used_.end() || found->need != need) return;
  found->pending = false;
  const auto index = static_cast<std::size_t>(found - used_.begin());
  const Kind kind = found->kind;  // what is read may name more, and move `used_`
  if (around_.fetches.good(need)) {
    if (kind == Kind::style) read_style(index);
    if (kind == Kind::module) read_module(index);
  }
  go_on();
}

void Page::go_on() {
  parse();
  lay_out();
  const net::Clock::time_point now = around_.loop.now();
  if (!whole_) return;
  if (!render_ready_ && !blocking_pending()) render_ready_ = now;
  if (!loaded_ && std::ranges::none_of(used_, &Used::pending)) loaded_ = now;
}

// --------------------------------------------------------------------- the preload scanner

void Page::scan(const PageElement& element, std::size_t place) {
  switch (element.kind) {
    case Element::base:
      if (base_given_) return;
      base_given_ = true;
      base_ = hints::resolve(base_, element.url, around_.origins).target;
      return;
    case Element::style:
      return scan_style(element, place);
    case Element::inline_style:
      return scan_inline_style(element, place);
    case Element::script:
    case Element::async_script:
    case Element::deferred_script:
    case Element::module:
    case Element::modulepreload:
      return scan_script(element, place);
    case Element::preload:
      return scan_preload(element, place);
    case Element::image:
      return scan_image(element, place);
    case Element::frame:
      want(base_, element.url, {{}, Kind::other, Mode::navigate, urgency::frame, {}}, place);
      return;
    case Element::import_map:
    case Element::body:
    case Element::inline_script:
    case Element::inline_module:
      return;
  }
}

Page::Used* Page::want(const std::string& base, std::string_view url, Want want,
                       std::size_t place) {
  const hints::Resolved resolved = hints::resolve(base, url, around_.origins);
  if (resolved.place == hints::Place::nowhere) return nullptr;
  if (resolved.place == hints::Place::elsewhere) {
    around_.fetches.elsewhere(std::string(url), want.kind);
    return nullptr;
  }
  want.target = resolved.target;
  Used used;
  used.need = around_.fetches.want(want);
  used.target = resolved.target;
  used.kind = want.kind;
  used.blocks = want.blocks;
  used.place = place;
  return &used_.emplace_back(std::move(used));
}

void Page::scan_style(const PageElement& element, std::size_t place) {
  Want style{{}, Kind::style, element.mode, urgency::style, Blocks::nothing};
  const bool applies = for_this_screen(element.media);
  if (!applies) {
    style.urgency = urgency::other_media;
  } else {
    style.blocks = blocks_of(element, Blocks::rendering);
    if (!element.in_head && images_ > 0) style.urgency = urgency::late_style;
  }
  style.urgency = urgency::adjusted(style.urgency, Kind::style, element.fetch_priority);
  if (Used* used = want(base_, element.url, style, place)) used->applies = applies;
}

void Page::scan_inline_style(const PageElement& element, std::size_t place) {
  if (!for_this_screen(element.media)) return;
  inline_styles_.push_back({element.sheet, base_});
  styles_changed_ = true;
  import_styles(*element.sheet, base_, blocks_of(element, Blocks::rendering), place);
}

void Page::scan_script(const PageElement& element, std::size_t place) {
  Want script{{}, Kind::script, element.mode, urgency::script, Blocks::nothing};
  const bool module = element.kind == Element::module || element.kind == Element::modulepreload;
  if (element.kind == Element::script) {
    script.blocks = blocks_of(element, Blocks::rendering);
    if (!element.in_head && images_ > 0) script.urgency = urgency::late_script;
  } else {
    script.blocks = blocks_of(element, Blocks::nothing);
    script.urgency = module ? urgency::module : urgency::waiting_script;
  }
  if (module) script.kind = Kind::module;
  script.urgency = urgency::adjusted(script.urgency, Kind::script, element.fetch_priority);
  want(base_, element.url, script, place);
}

void Page::scan_preload(const PageElement& element, std::size_t place) {
  const std::optional<Kind> kind = kind_of_as(element.as);
  if (!kind || !for_this_screen(element.media)) return;
  const Urgency urgency =
      urgency::adjusted(urgency::of_preload(*kind), *kind, element.fetch_priority);
  Used* used = want(base_, element.url, {{}, *kind, element.mode, urgency, {}}, place);
  if (used != nullptr) used->applies = false;  // not by this element
}

void Page::scan_image(const PageElement& element, std::size_t place) {
  const bool first = images_++ < urgency::count_of_first_images;
  const Urgency urgency = urgency::adjusted(first ? urgency::first_images : urgency::image,
                                            Kind::image, element.fetch_priority);
  want(base_, element.url, {{}, Kind::image, element.mode, urgency, {}}, place);
}

// ------------------------------------------------------------------------------ the parser

void Page::parse() {
  const auto elements = scanner_.elements();
  for (; parsed_ < elements.size(); ++parsed_) {
    const PageElement& element = elements[parsed_];
    if (parser_waits_for(element, parsed_)) return;
    if (element.kind == Element::body) body_ = true;
    if (element.kind == Element::module) start_module(parsed_);
    if (element.kind == Element::inline_module) import_modules(element.imports, base_, parsed_);
  }
  if (whole_) body_ = true;
}

bool Page::parser_waits_for(const PageElement& element, std::size_t place) const {
  if (element.kind == Element::inline_script) return style_pending_before(place);
  if (element.kind != Element::script) return false;
  const bool script_pending = std::ranges::any_of(used_, [place](const Used& used) {
    return used.place == place && used.kind == Kind::script && used.pending;
  });
  return script_pending || style_pending_before(place);
}

bool Page::style_pending_before(std::size_t place) const {
  return std::ranges::any_of(used_, [place](const Used& used) {
    return used.kind == Kind::style && used.applies && used.pending && used.place < place;
  });
}

bool Page::blocking_pending() const {
  return std::ranges::any_of(
      used_, [](const Used& used) { return used.blocks == Blocks::rendering && used.pending; });
}

void Page::start_module(std::size_t place) {
  for (std::size_t i = 0; i < used_.size(); ++i) {
    if (used_[i].place != place || used_[i].imports) continue;
    used_[i].imports = true;
    imported_.insert(used_[i].target);
    if (!used_[i].pending && around_.fetches.good(used_[i].need)) read_module(i);
  }
}

void Page::read_module(std::size_t index) {
  if (!used_[index].imports) return;
  const Stored& answer = around_.fetches.answer(used_[index].need);
  const std::string base = used_[index].target;
  const auto specifiers = around_.texts.imports({base, answer.encoding, answer.content});
  import_modules(*specifiers, base, used_[index].place);
}

void Page::import_modules(const std::vector<std::string>& specifiers, const std::string& base,
                          std::size_t place) {
  for (const std::string& specifier : specifiers) {
    if (!is_address(specifier)) continue;  // an import map may know
    const hints::Resolved resolved = hints::resolve(base, specifier, around_.origins);
    if (resolved.place == hints::Place::here && !imported_.insert(resolved.target).second) continue;
    Used* used = want(base, specifier, {{}, Kind::module, Mode::cors, urgency::module, {}}, place);
    if (used != nullptr) used->imports = true;
  }
}

// ------------------------------------------------------------------------------ styles, fonts

void Page::read_style(std::size_t index) {
  Used& used = used_[index];
  if (!used.applies) return;
  const Stored& answer = around_.fetches.answer(used.need);
  used.sheet = around_.texts.style({used.target, answer.encoding, answer.content});
  styles_changed_ = true;
  const auto sheet = used.sheet;
  import_styles(*sheet, std::string(used.target), used.blocks, used.place);
}

void Page::import_styles(const hints::Stylesheet& sheet, const std::string& base, Blocks blocks,
                         std::size_t place) {
  for (const hints::Stylesheet::Import& import : sheet.imports) {
    if (!for_this_screen(import.media)) continue;
    const hints::Resolved resolved = hints::resolve(base, import.url, around_.origins);
    if (resolved.place == hints::Place::here && !imported_.insert(resolved.target).second) continue;
    want(base, import.url, {{}, Kind::style, Mode::no_cors, urgency::style, blocks}, place);
  }
}

// A font is fetched once text is laid out that asks for it: behind all that blocks rendering.
void Page::lay_out() {
  if (!styles_changed_ || !body_ || blocking_pending()) return;
  styles_changed_ = false;
  for (const InlineStyle& style : inline_styles_) uses_.add(style.sheet->uses);
  for (const Used& used : used_) {
    if (used.sheet) uses_.add(used.sheet->uses);
  }
  for (const InlineStyle& style : inline_styles_) fetch_fonts(*style.sheet, style.base);
  for (std::size_t i = 0; i < used_.size(); ++i) {
    const auto sheet = used_[i].sheet;
    if (sheet) fetch_fonts(*sheet, std::string(used_[i].target));
  }
}

void Page::fetch_fonts(const hints::Stylesheet& sheet, const std::string& base) {
  for (const hints::Stylesheet::Font& font : sheet.fonts) {
    if (!hints::used(font, uses_) || !hints::covers_latin(font)) continue;
    const std::string& url = font.url.empty() ? font.first_url : font.url;
    const hints::Resolved resolved = hints::resolve(base, url, around_.origins);
    if (resolved.place == hints::Place::here && !fonts_.insert(resolved.target).second) continue;
    want(base, url, {{}, Kind::font, Mode::cors, urgency::font, {}}, scanned_);
  }
}

}  // namespace lab
