#include "cli/report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/version.h"
#include "server/http/query.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto replace = Json::error_handler_t::replace;

std::string_view word(Fault::Level level) {
  return level == Fault::Level::error ? "error" : "note";
}

// What is wrong, without the place.
std::string message(const Fault& fault) {
  if (fault.reason.empty()) return fault.text;
  return fault.item + ": " + fault.reason + ". " + fault.remedy;
}

Json sarif_result(const Fault& fault, std::size_t rule) {
  Json result{{"ruleId", fault.rule},
              {"ruleIndex", rule},
              {"level", word(fault.level)},
              {"message", {{"text", message(fault)}}}};
  if (fault.file.empty()) return result;
  Json place{{"artifactLocation", {{"uri", http::percent_encode(fault.file, "/")}}}};
  if (fault.line > 0) place["region"] = {{"startLine", fault.line}};
  result["locations"] = Json::array({{{"physicalLocation", std::move(place)}}});
  return result;
}

}  // namespace

Fault::Fault(Level weight, std::string rule_name, std::string in_file, unsigned at,
             std::string about, std::string why, std::string what_to_do)
    : level(weight),
      rule(std::move(rule_name)),
      file(std::move(in_file)),
      line(at),
      item(std::move(about)),
      reason(std::move(why)),
      remedy(std::move(what_to_do)) {
  text = file.empty() ? "configuration" : file;
  if (line > 0) text.append(":").append(std::to_string(line));
  text.append(": ").append(item).append(": ").append(reason).append(". ").append(remedy);
}

bool failing(const std::vector<Fault>& faults) {
  return std::ranges::any_of(faults,
                             [](const Fault& fault) { return fault.level == Fault::Level::error; });
}

std::string json_report(const std::vector<Fault>& faults) {
  Json list = Json::array();
  for (const Fault& fault : faults) {
    list.push_back({{"level", word(fault.level)},
                    {"rule", fault.rule},
                    {"file", fault.file},
                    {"line", fault.line},
                    {"item", fault.item},
                    {"reason", fault.reason},
                    {"remedy", fault.remedy},
                    {"text", fault.text}});
  }
  return Json{{"faults", std::move(list)}}.dump(2, ' ', false, replace) + "\n";
}

std::string sarif_report(const std::vector<Fault>& faults) {
  Json rules = Json::array();
  Json results = Json::array();
  std::vector<std::string> known;
  for (const Fault& fault : faults) {
    auto rule = std::ranges::find(known, fault.rule);
    if (rule == known.end()) {
      rules.push_back({{"id", fault.rule}});
      known.push_back(fault.rule);
      rule = known.end() - 1;
    }
    results.push_back(sarif_result(fault, static_cast<std::size_t>(rule - known.begin())));
  }
  const Json driver{{"name", "herald check"}, {"version", version}, {"rules", std::move(rules)}};
  const Json log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                 {"version", "2.1.0"},
                 {"runs", Json::array({{{"tool", {{"driver", driver}}},
                                        {"columnKind", "utf16CodeUnits"},
                                        {"results", std::move(results)}}})}};
  return log.dump(2, ' ', false, replace) + "\n";
}

}  // namespace cli
