// Page: what a browser makes of a document: which elements fetch what and when, what the parser
// waits for, what holds back the first rendering. Runs no script. Knows nothing of connections: it
// wants of Fetches.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compare/fetches.h"
#include "compare/page_scanner.h"
#include "compare/texts.h"
#include "hints/css_source.h"
#include "server/net/loop.h"

namespace lab {

class Page {
 public:
  struct Surroundings {
    net::Loop& loop;
    Fetches& fetches;
    Texts& texts;
    std::vector<std::string> origins;  // spellings of the page's own, as "https://app.test"
  };
  // `target` is the document's.
  Page(const Surroundings& around, const std::string& target);

  // More of the document, decoded.
  void read(std::string_view html);
  void document_is_whole();
  // A need of this page has arrived; see Fetches.
  void arrived(Fetches::Need need);

  // The parser has not come to the body yet, and waits.
  Fetches::Phase phase() const { return body_ ? Fetches::Phase::open : Fetches::Phase::tight; }
  // When the document and all that blocks rendering had come; and all that the page uses.
  std::optional<net::Clock::time_point> render_ready() const { return render_ready_; }
  std::optional<net::Clock::time_point> loaded() const { return loaded_; }

 private:
  // Something that the page uses.
  struct Used {
    Fetches::Need need;
    std::string target;  // what addresses in it are relative to
    Kind kind = Kind::other;
    Blocks blocks = Blocks::nothing;
    std::size_t place = 0;  // of the element that it comes from, in the document's order
    bool applies = true;    // a style for this screen
    bool imports = false;   // a module in use: what it imports is needed too
    bool pending = true;
    std::shared_ptr<const hints::Stylesheet> sheet = nullptr;
  };
  struct InlineStyle {
    std::shared_ptr<const hints::Stylesheet> sheet;
    std::string base;
  };

  void scan(const PageElement& element, std::size_t place);
  void scan_style(const PageElement& element, std::size_t place);
  void scan_inline_style(const PageElement& element, std::size_t place);
  void scan_script(const PageElement& element, std::size_t place);
  void scan_preload(const PageElement& element, std::size_t place);
  void scan_image(const PageElement& element, std::size_t place);

  void parse();
  bool parser_waits_for(const PageElement& element, std::size_t place) const;
  bool style_pending_before(std::size_t place) const;
  bool blocking_pending() const;
  void start_module(std::size_t place);
  void import_modules(const std::vector<std::string>& specifiers, const std::string& base,
                      std::size_t place);
  void read_module(std::size_t index);
  void read_style(std::size_t index);
  void import_styles(const hints::Stylesheet& sheet, const std::string& base, Blocks blocks,
                     std::size_t place);
  void lay_out();
  void fetch_fonts(const hints::Stylesheet& sheet, const std::string& base);
  void go_on();

  // Null if it leads to another origin, or nowhere.
  Used* want(const std::string& base, std::string_view url, Want want, std::size_t place);

  Surroundings around_;
  PageScanner scanner_;
  std::string base_;
  bool base_given_ = false;
  std::vector<Used> used_;   // in order of their needs
  std::size_t scanned_ = 0;  // elements
  std::size_t parsed_ = 0;
  std::size_t images_ = 0;  // seen so far
  bool body_ = false;       // the parser has come to it
  bool whole_ = false;
  bool styles_changed_ = false;  // since the page was last laid out
  hints::Stylesheet::Uses uses_;
  std::vector<InlineStyle> inline_styles_;
  std::set<std::string> imported_;  // styles and modules: imports may go in circles
  std::set<std::string> fonts_;
  std::optional<net::Clock::time_point> render_ready_;
  std::optional<net::Clock::time_point> loaded_;
};

}  // namespace lab
