#include "hints/explain.h"

#include "hints/advice.h"
#include "hints/opinion.h"
#include "server/http/problem.h"

namespace hints {
namespace {

void append_mention(std::string& out, const Mention& mention) {
  out.append("\"source\":").append(http::json_string(words(mention.source)));
  out.append(",\"file\":").append(http::json_string(mention.file));
  out.append(",\"line\":").append(std::to_string(mention.line));
}

http::Request request_of(const Client& client) {
  http::Request request;
  request.method = "GET";
  request.scheme = "https";
  request.target = "/";
  if (client.navigates) {
    request.fields = {{"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "document"}};
  }
  return request;
}

void append_item(std::string& json, const Explanation& explanation, std::size_t index) {
  const Plan& plan = *explanation.plan;
  const Item& item = plan.items[index];
  json.append("{\"target\":").append(http::json_string(item.target));
  json.append(",\"as\":").append(http::json_string(words(item.as)));
  json.append(",\"link\":").append(http::json_string(plan.links[index].value));
  json.append(",\"push\":").append(item.push == Pushable::yes ? "true," : "false,");
  append_mention(json, item.mention);
  json += ",\"also\":[";
  for (const Mention& also : item.also) {
    json += json.ends_with('[') ? "{" : ",{";
    append_mention(json, also);
    json += '}';
  }
  json += "],\"told\":{";
  for (const Client& client : clients) {
    if (!json.ends_with('{')) json += ',';
    json.append(http::json_string(client.name)).append(":");
    json += http::json_string(way(item, client, explanation.mode));
  }
  json += '}';
  if (const std::string seen = judged(explanation, item); !seen.empty()) {
    json.append(",\"judged\":").append(http::json_string(seen));
  }
  json += '}';
}

}  // namespace

std::string way(const Item& item, const Client& client, Mode mode) {
  const Decision decision = decide(request_of(client), mode);
  const bool push_open = decision.no_push.empty() && client.takes_pushes;
  if (push_open && item.push == Pushable::yes) return "push";
  const std::string link = item.on_answer ? ", and link" : "";
  if (decision.no_early_hints.empty()) {
    return (mode == Mode::automatic ? "103 if the page takes time" : "103 before the page") + link;
  }
  if (decision.no_link.empty() && !item.on_answer) {
    return "nothing: the answer is the app's own";
  }
  if (decision.no_link.empty()) {
    if (decision.no_early_hints == by_mode) return "link on the page";
    return "link on the page; no 103: " + std::string(decision.no_early_hints);
  }
  if (!decision.no_push.empty()) return "nothing: " + std::string(decision.no_push);
  return client.takes_pushes ? "nothing: not worth a push" : "nothing: client refuses push";
}

std::string judged(const Explanation& explanation, const Item& item) {
  if (explanation.history == nullptr) return {};
  return opinion(item, explanation.history->find(item.target));
}

std::string place(const Mention& mention) {
  std::string text = mention.file.empty() ? "configuration" : mention.file;
  if (mention.line > 0) text.append(":").append(std::to_string(mention.line));
  return text;
}

std::string explain_text(const Explanation& explanation) {
  const Plan& plan = *explanation.plan;
  std::string text = explanation.page + " with hints " + std::string(words(explanation.mode)) +
                     ": " + std::to_string(plan.items.size()) + " told, " +
                     std::to_string(plan.withheld.size()) + " withheld\n";
  if (explanation.history != nullptr) text += opinion(*explanation.history) + "\n";
  for (std::size_t i = 0; i < plan.items.size(); ++i) {
    const Item& item = plan.items[i];
    text.append("\n").append(plan.links[i].value).append("\n  from     ");
    text.append(place(item.mention)).append(" (").append(words(item.mention.source)).append(")");
    for (const Mention& also : item.also) {
      text.append(", ").append(place(also)).append(" (").append(words(also.source)).append(")");
    }
    text += '\n';
    for (const Client& client : clients) {
      text.append("  ").append(client.name).append(9 - client.name.size(), ' ');
      text.append(way(item, client, explanation.mode)).append("\n");
    }
    const std::string seen = judged(explanation, item);
    if (!seen.empty()) text.append("  visits   ").append(seen).append("\n");
  }
  for (const Withheld& one : plan.withheld) {
    text.append("\nwithheld ").append(one.target).append(": ").append(words(one.reason));
    text.append("\n  from     ").append(place(one.mention));
    text.append(" (").append(words(one.mention.source)).append(")\n  remedy   ");
    text.append(advice_on(one.reason).remedy).append("\n");
  }
  return text;
}

std::string explain_json(const Explanation& explanation) {
  const Plan& plan = *explanation.plan;
  std::string json = "{\"page\":" + http::json_string(explanation.page) +
                     ",\"mode\":" + http::json_string(words(explanation.mode));
  if (explanation.history != nullptr) {
    json.append(",\"history\":").append(http::json_string(opinion(*explanation.history)));
  }
  json += ",\"items\":[";
  for (std::size_t i = 0; i < plan.items.size(); ++i) {
    if (i > 0) json += ',';
    append_item(json, explanation, i);
  }
  json += "],\"withheld\":[";
  for (const Withheld& one : plan.withheld) {
    json.append(json.ends_with('[') ? "{" : ",{");
    json.append("\"target\":").append(http::json_string(one.target));
    json.append(",\"reason\":").append(http::json_string(words(one.reason)));
    json.append(",\"remedy\":").append(http::json_string(advice_on(one.reason).remedy)).append(",");
    append_mention(json, one.mention);
    json += '}';
  }
  return json + "]}\n";
}

}  // namespace hints
