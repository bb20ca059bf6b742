#include <nlohmann/json.hpp>
#include <optional>

#include "compare/conclusion.h"
#include "compare/report.h"

namespace lab {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json json_of(const Estimate& estimate) {
  return {{"low", estimate.low}, {"median", estimate.median}, {"high", estimate.high}};
}

Json json_of(const Resource& resource) {
  return {{"target", resource.target},
          {"kind", name_of(resource.kind)},
          {"urgency", resource.urgency},
          {"blocking", resource.blocking},
          {"status", resource.status},
          {"promised", or_null(resource.promised)},
          {"hinted", or_null(resource.hinted)},
          {"discovered", or_null(resource.discovered)},
          {"requested", or_null(resource.requested)},
          {"first_byte", or_null(resource.first_byte)},
          {"complete", or_null(resource.complete)},
          {"content", resource.content},
          {"from", name_of(resource.from)},
          {"fate", name_of(resource.fate)}};
}

Json json_of(const PageLoad& load) {
  if (!load.failure.empty()) return {{"failure", load.failure}};
  Json json = {{"connected", or_null(load.connected)},
               {"early_hints", or_null(load.early_hints)},
               {"final_headers", or_null(load.final_headers)},
               {"document", or_null(load.document)},
               {"render_ready", or_null(load.render_ready)},
               {"load", or_null(load.load)},
               {"sent", load.sent},
               {"received", load.received},
               {"wasted", load.wasted},
               {"event_delays", load.event_delays},
               {"resources", Json::array()}};
  if (load.first_contentful_paint) json["first_contentful_paint"] = *load.first_contentful_paint;
  if (load.largest_contentful_paint) {
    json["largest_contentful_paint"] = *load.largest_contentful_paint;
  }
  for (const Resource& resource : load.resources) json["resources"].push_back(json_of(resource));
  return json;
}

Json json_of(const ArmResult& result) {
  Json json = {{"arm", name_of(result.arm)},
               {"verdict", name_of(result.verdict)},
               {"pairs", result.pairs},
               {"render_ready", json_of(result.render_ready)},
               {"load", json_of(result.load)},
               {"render_gain", json_of(result.render_gain)},
               {"load_gain", json_of(result.load_gain)},
               {"wasted", json_of(result.wasted)},
               {"event_delay", result.event_delay ? json_of(*result.event_delay) : Json(nullptr)},
               {"model_gain", or_null(result.model_gain)},
               {"departs_from_model", result.departs_from_model},
               {"representative", result.representative},
               {"loads", Json::array()}};
  for (const PageLoad& load : result.loads) json["loads"].push_back(json_of(load));
  return json;
}

Json json_of(const Cell& cell) {
  const Conditions& conditions = cell.conditions;
  Json json = {{"round_trip", conditions.round_trip},
               {"down", conditions.down},
               {"up", conditions.up},
               {"think", conditions.think},
               {"body_think", conditions.body_think},
               {"cache", name_of(conditions.cache)},
               {"connection", name_of(conditions.connection)},
               {"live", conditions.live},
               {"arms", Json::array()}};
  for (const ArmResult& result : cell.arms) json["arms"].push_back(json_of(result));
  return json;
}

Json json_of(const PageResult& page) {
  Json json = {{"path", page.path}, {"cells", Json::array()}};
  if (!page.cells.empty()) {
    const Conclusion conclusion = conclude(page);
    json["advice"] = name_of(conclusion.advice);
    json["sentence"] = conclusion.sentence;
  }
  for (const Cell& cell : page.cells) json["cells"].push_back(json_of(cell));
  return json;
}

Json json_of(const Setup& setup) {
  return {
      {"version", setup.version}, {"target", setup.target},   {"server", setup.server},
      {"loader", setup.loader},   {"offered", setup.offered}, {"command", setup.command},
      {"seed", setup.seed},       {"runs", setup.runs},       {"machine", setup.machine},
      {"date", setup.date},       {"seconds", setup.seconds}, {"interrupted", setup.interrupted}};
}

}  // namespace

std::string json_report(const Comparison& comparison) {
  Json json = {{"setup", json_of(comparison.setup)}, {"pages", Json::array()}};
  for (const PageResult& page : comparison.pages) json["pages"].push_back(json_of(page));
  // What a server calls itself may be any bytes.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lab
