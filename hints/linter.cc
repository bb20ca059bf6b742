#include "hints/linter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "hints/html_source.h"
#include "hints/target.h"

namespace hints {
namespace {

using Weight = Finding::Weight;

struct Advice {
  Weight weight;
  std::string_view remedy;
};

Advice advice_on(Reason reason) {
  switch (reason) {
    case Reason::missing:
      return {Weight::problem, "Put the file there, or take the reference out."};
    case Reason::redirected:
      return {Weight::problem, "Name where it is sent to, or take the rule out of _redirects."};
    case Reason::no_store:
    case Reason::stale:
      return {
          Weight::problem,
          "Let browsers keep it, for example by Cache-Control: max-age=3600; a hinted file that "
          "is not fresh is asked for twice."};
    case Reason::wrong_as:
      return {Weight::problem, "Name it as what it is, or correct its media type."};
    case Reason::responsive:
      return {Weight::remark, "Nothing to do: only the page itself knows who needs it."};
    case Reason::import_map:
      return {Weight::remark, "Without the import map its modules could be told of in advance."};
    case Reason::other_origin:
      return {Weight::remark, "Serve it from this origin, and it can be told of in advance."};
    case Reason::unsupported:
      return {Weight::problem, "Browsers take style, script, font, image and fetch."};
    case Reason::unused_font:
      return {Weight::remark, "Use the font in a rule, or take the @font-face out."};
    case Reason::other_script:
      return {Weight::remark, "Name it in the configuration if this page is in that script."};
    case Reason::old_font:
      return {Weight::remark, "Add a woff2 source: every browser reads it."};
    case Reason::deep_import:
      return {
          Weight::problem,
          "Import it from the first stylesheet, or link it from the page: each level of imports "
          "costs a round trip."};
    case Reason::not_on_page:
      return {Weight::remark, "Link the stylesheet from the page, if it should have it."};
    case Reason::unsure:
      return {Weight::remark, "Name it in the configuration if every visit of the page needs it."};
    case Reason::size:
      return {Weight::remark, "Name what matters most in the configuration, or bundle the files."};
  }
  return {Weight::remark, ""};
}

class Linting {
 public:
  explicit Linting(PlanBuilder& builder) : builder_(builder) {}

  void lint(const std::string& path) {
    const std::optional<Page> page = builder_.site().resolve(path);
    if (!page) {
      return add({Weight::problem,
                  {},
                  0,
                  path,
                  "not a page",
                  "Correct the path, or put an HTML file there."});
    }
    const auto matches = builder_.configured().matches(path, page->path);
    for (const std::size_t match : matches) matched_.push_back(match);
    lint_text(*page);
    const auto built = builder_.build(&*page, matches, builder_.site().links(path), path);
    for (const Withheld& one : built.plan.withheld) {
      const Advice advice = advice_on(one.reason);
      add({advice.weight, one.mention.file, one.mention.line, one.target,
           std::string(words(one.reason)), std::string(advice.remedy)});
    }
  }

  // What no page has matched. An app server may have pages that cannot be seen from here.
  void lint_configuration() {
    if (builder_.options().unknown == PlanBuilder::Unknown::trust) return;
    const auto& pages = builder_.configured().pages();
    for (std::size_t i = 0; i < pages.size(); ++i) {
      if (std::ranges::find(matched_, i) != matched_.end()) continue;
      const bool glob = pages[i].page.find('*') != std::string::npos;
      if (!glob && builder_.site().resolve(pages[i].page)) {
        lint(pages[i].page);
        continue;
      }
      add({Weight::problem,
           {},
           0,
           pages[i].page,
           "matches no page",
           "Correct the path, or take the entry out."});
    }
  }

  std::vector<Finding> findings() && { return std::move(findings_); }

 private:
  void lint_text(const Page& page) {
    const auto html = builder_.site().text(page.path, builder_.options().page.html_bytes);
    if (!html) {
      return add({Weight::remark, page.path, 0, page.path, "not read",
                  "It is too long to be searched; name its assets in the configuration."});
    }
    for (const HtmlReference& reference : read_html(*html).references) {
      const bool font = reference.kind == HtmlReference::Kind::preload && reference.as == "font";
      if (!font || reference.crossorigin) continue;
      add({Weight::problem, page.path, reference.line, reference.url, "font without crossorigin",
           "Add crossorigin to the preload: fonts are fetched so, and others are fetched twice."});
    }
  }

  void add(Finding finding) {
    if (std::ranges::find(findings_, finding) == findings_.end()) {
      findings_.push_back(std::move(finding));
    }
  }

  PlanBuilder& builder_;
  std::vector<Finding> findings_;
  std::vector<std::size_t> matched_;
};

}  // namespace

std::vector<Finding> lint(PlanBuilder& builder, const std::vector<std::string>& pages) {
  Linting linting(builder);
  for (const std::string& page : pages) linting.lint(page);
  linting.lint_configuration();
  return std::move(linting).findings();
}

std::string to_text(const Finding& finding) {
  std::string text = finding.file.empty() ? "configuration" : finding.file;
  if (finding.line > 0) text.append(":").append(std::to_string(finding.line));
  text.append(": ").append(finding.item).append(": ").append(finding.reason);
  return text.append(". ").append(finding.remedy);
}

}  // namespace hints
