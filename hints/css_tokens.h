// CSS tokens (CSS Syntax level 3, as far as it matters for finding URLs): comments, strings,
// escapes and url() are read as a browser reads them, everything else passes as single characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hints {

struct CssToken {
  enum class Kind {
    end,
    space,
    ident,       // text: the name
    function,    // text: the name; the '(' is eaten
    at_keyword,  // text: the name without '@'
    string,      // text: the content
    url,         // text: the address of an unquoted url()
    number,      // text: digits with their unit, as written
    other,       // text: one character
  };
  Kind kind = Kind::end;
  std::string text = {};  // escapes resolved
  std::size_t start = 0;  // offset in the stylesheet

  bool is(char c) const { return kind == Kind::other && text.front() == c; }
};

class CssTokens {
 public:
  // `css` must outlive the reader.
  explicit CssTokens(std::string_view css) : css_(css) {}

  // Kind::end for ever once all is read.
  CssToken next();

 private:
  char at(std::size_t ahead) const { return at_ + ahead < css_.size() ? css_[at_ + ahead] : '\0'; }
  bool starts_name(std::size_t ahead) const;
  bool skip_comment();
  void skip_space();
  std::string escape();
  std::string name();
  std::string quoted(char quote);
  std::string unquoted_url();
  CssToken name_like(std::size_t start);

  std::string_view css_;
  std::size_t at_ = 0;
};

}  // namespace hints
