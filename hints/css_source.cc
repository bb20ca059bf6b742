#include "hints/css_source.h"

#include <algorithm>
#include <utility>

#include "hints/css_tokens.h"
#include "server/http/headers.h"

namespace hints {
namespace {

using Kind = CssToken::Kind;

// A declaration's value: its tokens up to ';' or the end of the block.
struct Value {
  std::vector<CssToken> tokens;
  bool closed = false;  // it ended with the block's '}'
};

std::string as_written(const std::vector<CssToken>& tokens) {
  std::string text;
  for (const CssToken& token : tokens) {
    text += token.kind == Kind::space ? std::string(1, ' ') : token.text;
    if (token.kind == Kind::function) text += '(';
  }
  return std::string(http::trim(text));
}

class Reader {
 public:
  explicit Reader(std::string_view css) : css_(css), tokens_(css) {}

  Stylesheet read() {
    CssToken token = tokens_.next();
    while (token.kind != Kind::end) {
      if (token.kind == Kind::at_keyword) {
        at_rule(token);
      } else if (token.kind == Kind::ident) {
        token = after_name(token);
        continue;
      } else if (token.is('{')) {
        imports_over_ = true;
      }
      token = tokens_.next();
    }
    return std::move(sheet_);
  }

 private:
  unsigned line_of(const CssToken& token) {
    const auto from = css_.begin() + static_cast<std::ptrdiff_t>(counted_);
    const auto to = css_.begin() + static_cast<std::ptrdiff_t>(token.start);
    line_ += static_cast<unsigned>(std::count(from, to, '\n'));
    counted_ = token.start;
    return line_;
  }

  CssToken next_visible() {
    CssToken token = tokens_.next();
    while (token.kind == Kind::space) token = tokens_.next();
    return token;
  }

  void at_rule(const CssToken& rule) {
    const std::string name = http::to_lower(rule.text);
    if (name == "import") return import(line_of(rule));
    if (name == "font-face") return font_face(line_of(rule));
    if (name == "namespace" || (name == "layer" && !sheet_.imports.empty())) imports_over_ = true;
    if (name != "media") return;
    std::vector<CssToken> query;
    CssToken token = tokens_.next();
    for (; token.kind != Kind::end && !token.is('{') && !token.is(';'); token = tokens_.next()) {
      query.push_back(token);
    }
    if (!token.is('{')) return;
    imports_over_ = true;
    if (http::to_lower(as_written(query)) == "print") skip_block();
  }

  // Stands behind the '{'.
  void skip_block() {
    int depth = 1;
    while (depth > 0) {
      const CssToken token = tokens_.next();
      if (token.kind == Kind::end) return;
      if (token.is('{')) ++depth;
      if (token.is('}')) --depth;
    }
  }

  // An address given as a string, url(...) or url("..."); empty if it is none.
  std::string address(const CssToken& token) {
    if (token.kind == Kind::string || token.kind == Kind::url) return token.text;
    if (token.kind != Kind::function || !http::equal_ignoring_case(token.text, "url")) return {};
    const CssToken inner = next_visible();
    return inner.kind == Kind::string ? inner.text : std::string();
  }

  void import(unsigned line) {
    Stylesheet::Import found;
    found.url = address(next_visible());
    found.line = line;
    std::vector<CssToken> rest;
    for (CssToken token = tokens_.next();; token = tokens_.next()) {
      if (token.kind == Kind::end || token.is(';') || token.is('{')) break;
      rest.push_back(token);
    }
    // url("...") leaves its ')'; layer and supports() say nothing of who the client is.
    std::string conditions = as_written(rest);
    if (conditions.starts_with(')')) conditions.erase(0, 1);
    std::string_view media = http::trim(conditions);
    if (media.starts_with("layer("))
      media.remove_prefix(std::min(media.find(')'), media.size() - 1) + 1);
    if (media.starts_with("layer")) media.remove_prefix(5);
    found.media = http::trim(media);
    if (!found.url.empty() && !imports_over_) sheet_.imports.push_back(std::move(found));
  }

  Value value() {
    Value read;
    int depth = 0;
    for (;;) {
      CssToken token = tokens_.next();
      if (token.kind == Kind::end) return {std::move(read.tokens), true};
      if (depth == 0 && token.is(';')) return read;
      if (depth == 0 && token.is('}')) return {std::move(read.tokens), true};
      if (token.kind == Kind::function || token.is('(') || token.is('{')) ++depth;
      if (depth > 0 && (token.is(')') || token.is('}'))) --depth;
      read.tokens.push_back(std::move(token));
    }
  }

  void font_face(unsigned line) {
    CssToken token = next_visible();
    if (!token.is('{')) return;
    imports_over_ = true;
    Stylesheet::Font font;
    font.line = line;
    for (token = next_visible(); token.kind != Kind::end && !token.is('}');
         token = next_visible()) {
      if (token.kind != Kind::ident) continue;
      const std::string name = http::to_lower(token.text);
      if (!next_visible().is(':')) break;
      const Value described = value();
      describe(font, name, described.tokens);
      if (described.closed) break;
    }
    if (!font.family.empty() && !font.first_url.empty()) sheet_.fonts.push_back(std::move(font));
  }

  static void describe(Stylesheet::Font& font, std::string_view name,
                       const std::vector<CssToken>& tokens) {
    const std::string text = http::to_lower(as_written(tokens));
    if (name == "font-family") font.family = text;
    if (name == "font-weight") font.weight = text;
    if (name == "font-style") font.style = text;
    if (name == "unicode-range") font.unicode_range = text;
    if (name == "src") choose_source(font, tokens);
  }

  static void choose_source(Stylesheet::Font& font, const std::vector<CssToken>& tokens) {
    std::string url;
    std::string format;
    std::string function;
    const auto finish = [&] {
      if (url.empty()) return;
      if (font.first_url.empty()) font.first_url = url;
      const std::string_view path = std::string_view(url).substr(0, url.find_first_of("?#"));
      const bool woff2 =
          format.starts_with("woff2") || (format.empty() && path.ends_with(".woff2"));
      if (woff2 && font.url.empty()) font.url = url;
      url.clear();
      format.clear();
    };
    for (const CssToken& token : tokens) {
      if (token.kind == Kind::function) function = http::to_lower(token.text);
      if (token.is(')')) function.clear();
      if (token.is(',') && function.empty()) finish();
      if (token.kind == Kind::url) url = token.text;
      if (token.kind == Kind::string && function == "url") url = token.text;
      const bool name = token.kind == Kind::string || token.kind == Kind::ident;
      if (name && function == "format") format = http::to_lower(token.text);
    }
    finish();
  }

  // A name may begin a declaration; the token behind it is given back if not.
  CssToken after_name(const CssToken& token) {
    const std::string name = http::to_lower(token.text);
    const bool family = name == "font-family" || name == "font" || name.starts_with("--");
    if (!family && name != "font-weight" && name != "font-style") return tokens_.next();
    CssToken colon = next_visible();
    if (!colon.is(':')) return colon;
    imports_over_ = true;  // it is in a block, or the `font:hover {` of a rule
    const Value declared = value();
    if (family) families(declared.tokens);
    if (name == "font" || !family) weights(declared.tokens);
    return tokens_.next();
  }

  void families(const std::vector<CssToken>& tokens) {
    std::string words;
    const auto finish = [&] {
      if (!words.empty()) sheet_.uses.families.insert(http::to_lower(words));
      words.clear();
    };
    for (const CssToken& token : tokens) {
      if (token.kind == Kind::space) continue;
      if (token.kind == Kind::ident) {
        words += (words.empty() ? "" : " ") + token.text;
        continue;
      }
      if (token.kind == Kind::string || token.is(',') || token.is(')') || token.is('!')) finish();
      if (token.is('!')) return;  // !important
      if (token.kind == Kind::string) sheet_.uses.families.insert(http::to_lower(token.text));
      // In the `font` shorthand the family follows the size, so whatever was before is not its
      // name.
      words.clear();
    }
    finish();
  }

  void weights(const std::vector<CssToken>& tokens) {
    for (const CssToken& token : tokens) {
      if (token.kind != Kind::ident && token.kind != Kind::number) continue;
      const std::string word = http::to_lower(token.text);
      if (word == "italic" || word == "oblique") {
        sheet_.uses.styles.insert(word);
      } else {
        sheet_.uses.weights.insert(word == "bold" ? "700" : word);
      }
    }
  }

  std::string_view css_;
  CssTokens tokens_;
  Stylesheet sheet_;
  // CSS Cascade section 2: before an @import only @charset, @layer without a block, and others.
  bool imports_over_ = false;
  std::size_t counted_ = 0;
  unsigned line_ = 1;
};

}  // namespace

void Stylesheet::Uses::add(const Uses& others) {
  families.insert(others.families.begin(), others.families.end());
  weights.insert(others.weights.begin(), others.weights.end());
  styles.insert(others.styles.begin(), others.styles.end());
}

Stylesheet read_css(std::string_view css) { return Reader(css).read(); }

}  // namespace hints
