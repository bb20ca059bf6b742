// The explanation as a page: two tables and a form that asks for another page. It works without
// scripts, in light and dark, on a narrow screen and read aloud.
#include "hints/advice.h"
#include "hints/explain.h"
#include "hints/opinion.h"

namespace hints {
namespace {

constexpr std::string_view head = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: color-mix(in srgb, currentColor 20%, transparent) }
  body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
  form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 1rem 0 }
  input, button { font: inherit; padding: .35rem .6rem; border: 1px solid var(--line); border-radius: .4rem }
  input { flex: 1 1 16rem; max-width: 30rem }
  .wide { overflow-x: auto }
  table { border-collapse: collapse; width: 100%; margin: .5rem 0 2rem }
  caption { text-align: left; font-weight: 600; font-size: 1.15rem; padding: .4rem 0 }
  th, td { text-align: left; vertical-align: top; padding: .45rem .7rem .45rem 0; border-top: 1px solid var(--line) }
  thead th { font-size: .85rem; border-top: 0 }
  tbody th { font-weight: 400 }
  code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere }
  .place { overflow-wrap: normal }
  .quiet { font-size: .85rem; color: color-mix(in srgb, currentColor 75%, transparent) }
  .yes::before { content: "\2713\00a0" / "" } .no::before { content: "\2013\00a0" / "" }
  .yes { color: light-dark(#0a6b2d, #6bd58c) }
</style>
)html";

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void append_origin(std::string& html, const Mention& mention) {
  html.append("<code class=place>").append(escaped(place(mention))).append("</code> ");
  html.append("<span class=quiet>").append(words(mention.source)).append("</span>");
}

void append_items(std::string& html, const Explanation& explanation) {
  const Plan& plan = *explanation.plan;
  html +=
      "<div class=wide tabindex=0 role=region aria-label=\"What is told\"><table>"
      "<caption>What is told, in order</caption><thead><tr><th scope=col>Asset<th scope=col>From";
  for (const Client& client : clients) {
    html.append("<th scope=col>").append(client.name).append("<br><span class=quiet>");
    html.append(client.about).append("</span>");
  }
  html += "<tbody>";
  for (std::size_t i = 0; i < plan.items.size(); ++i) {
    const Item& item = plan.items[i];
    html.append("<tr><th scope=row><code>").append(escaped(item.target)).append("</code>");
    html.append("<br><code class=quiet>").append(escaped(plan.links[i].value)).append("</code>");
    if (const std::string seen = judged(explanation, item); !seen.empty()) {
      html.append("<br><span class=quiet>").append(escaped(seen)).append("</span>");
    }
    html += "<td>";
    append_origin(html, item.mention);
    for (const Mention& also : item.also) append_origin(html.append("<br>"), also);
    for (const Client& client : clients) {
      const std::string how = way(item, client, explanation.mode);
      html.append(how.starts_with("nothing") ? "<td class=no>" : "<td class=yes>");
      html += escaped(how);
    }
  }
  html += "</table></div>";
}

void append_withheld(std::string& html, const Plan& plan) {
  html +=
      "<div class=wide tabindex=0 role=region aria-label=\"What is withheld\"><table>"
      "<caption>What is withheld</caption><thead><tr><th scope=col>Asset<th scope=col>Why<th "
      "scope=col>From<tbody>";
  for (const Withheld& one : plan.withheld) {
    html.append("<tr><th scope=row><code>").append(escaped(one.target)).append("</code><td>");
    html.append(words(one.reason)).append("<br><span class=quiet>");
    html.append(escaped(advice_on(one.reason).remedy)).append("</span><td>");
    append_origin(html, one.mention);
  }
  html += "</table></div>";
}

}  // namespace

std::string explain_html(const Explanation& explanation) {
  const Plan& plan = *explanation.plan;
  const std::string page = escaped(explanation.page);
  std::string html(head);
  html.append("<title>Hints for ").append(page).append("</title>\n<main><h1>Hints for <code>");
  html.append(page).append("</code></h1>\n<form method=get><label for=url>Page</label>");
  html.append("<input id=url name=url value=\"").append(page).append("\" autocomplete=off>");
  html.append("<button>Explain</button></form>\n<p>Hints are <strong>");
  html.append(words(explanation.mode)).append("</strong>. ");
  if (plan.items.empty()) html += "There is nothing to tell in advance. ";
  if (explanation.history != nullptr) html += escaped(opinion(*explanation.history)) + ".";
  html += "</p>\n";
  if (!plan.items.empty()) append_items(html, explanation);
  if (!plan.withheld.empty()) append_withheld(html, plan);
  return html + "</main>\n</html>\n";
}

}  // namespace hints
