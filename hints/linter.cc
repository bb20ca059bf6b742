#include "hints/linter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "hints/advice.h"
#include "hints/html_source.h"
#include "hints/target.h"

namespace hints {
namespace {

using Weight = Finding::Weight;

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
    const PlanBuilder::Built built =
        builder_.build(&*page, matches, builder_.site().links(path), path);
    for (const Withheld& one : built.plan.withheld) {
      const Advice advice = advice_on(one.reason);
      add({weight_of(one, advice), one.mention.file, one.mention.line, one.target,
           std::string(words(one.reason)), std::string(advice.remedy)});
    }
    for (const PlanBuilder::Correction& one : built.corrections) lint_correction(one);
    if (!built.page_read) return;
    for (const Item& item : built.plan.items) lint_use(item, *page, built.plan);
    lint_build(*page, built.plan);
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
  // Whoever asks for it by name should know that it does nothing.
  static Weight weight_of(const Withheld& one, const Advice& advice) {
    const bool firm = one.reason == Reason::responsive || one.reason == Reason::import_map;
    return firm && one.mention.source <= Source::headers ? Weight::problem : advice.weight;
  }

  void lint_correction(const PlanBuilder::Correction& one) {
    using Kind = PlanBuilder::Correction::Kind;
    const auto find = [&](std::string reason, std::string remedy) {
      add({Weight::problem, one.mention.file, one.mention.line, one.target, std::move(reason),
           std::move(remedy)});
    };
    switch (one.kind) {
      case Kind::crossorigin:
        return find("wrong crossorigin",
                    "Say crossorigin as the page does, and always for fonts; elsewhere the file is "
                    "fetched twice.");
      case Kind::as:
        return find("wrong as", "Say as what the page fetches it; browsers match by it.");
      case Kind::type:
        return find("wrong type", "Say the media type that the file is served with, or none.");
      case Kind::twice:
        return find("told twice", "Take one of the two out.");
    }
  }

  // What is said to be needed is named by the page, a stylesheet, a script or the build. The names
  // of images and of what is fetched may also be put together by scripts.
  void lint_use(const Item& item, const Page& page, const Plan& plan) {
    if (item.mention.source > Source::headers) return;
    const auto own = [](const Mention& also) { return also.source > Source::headers; };
    if (std::ranges::any_of(item.also, own)) return;
    const auto built = file_in_manifest(path_of(item.target), [&](std::string_view name) {
      return builder_.manifest().names(name);
    });
    if (!built.empty()) return;
    const std::string_view path = path_of(item.target);
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const auto says = [&](std::string_view file) {
      const auto text = builder_.site().text(file, builder_.options().page.html_bytes);
      return text && text->find(name) != std::string::npos;
    };
    const auto script_says = [&](const Item& other) {
      const bool text = other.as == As::script || other.as == As::style;
      return text && other.target != item.target && says(path_of(other.target));
    };
    if (says(page.path) || std::ranges::any_of(plan.items, script_says)) return;
    const bool quiet = item.as == As::image || item.as == As::fetch;
    add({quiet ? Weight::remark : Weight::problem, item.mention.file, item.mention.line,
         item.target, "not named by the page",
         "Take it out, unless every visit of the page fetches it: what is hinted in vain delays "
         "the "
         "rest."});
  }

  void lint_build(const Page& page, const Plan& plan) {
    const Manifest& manifest = builder_.manifest();
    const std::string file(ManifestSource::client_path);
    if (!manifest.fault().empty()) {
      add({Weight::problem, file, 0, "manifest", manifest.fault(), "Build anew."});
    }
    const std::string entry = manifest.entry_of(std::string_view(page.path).substr(1));
    if (entry.empty() || entry.ends_with(".css")) return;
    const auto is = [&](const Item& item) { return path_of(item.target).ends_with("/" + entry); };
    const auto held = [&](const Withheld& one) { return one.target.ends_with("/" + entry); };
    if (std::ranges::any_of(plan.items, is) || std::ranges::any_of(plan.withheld, held)) return;
    add({Weight::problem, file, manifest.line_of(entry), entry,
         "is the entry of " + page.path + ", which has it not",
         "Put page and manifest of one build into the folder."});
  }

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
