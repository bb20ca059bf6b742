#include "hints/beacon.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "server/http/problem.h"

namespace hints {
namespace {

constexpr std::string_view script =
    R"js((()=>{let L=0,sent;const P=performance,n=P.getEntriesByType('navigation')[0],
arm=n&&(n.serverTiming||[]).find(t=>t.name=='arm');if(!arm)return;
try{new PerformanceObserver(l=>{for(const e of l.getEntries())L=e.startTime}).observe({type:'largest-contentful-paint',buffered:true})}catch{}
const send=()=>{if(sent)return;sent=1;const f=P.getEntriesByName('first-contentful-paint')[0],r=P.getEntriesByType('resource');
navigator.sendBeacon('/.herald/rum',JSON.stringify({arm:arm.description,fir:n.firstInterimResponseStart||0,
frh:n.finalResponseHeadersStart||n.responseStart,fcp:f?f.startTime:0,lcp:L,
early:r.filter(e=>e.initiatorType=='early-hints').length,
cached:r.filter(e=>!e.transferSize&&e.decodedBodySize).length}))};
addEventListener('visibilitychange',()=>document.visibilityState=='hidden'&&send());addEventListener('pagehide',send)})();
)js";

constexpr double most_resources = 10'000;

using Json = nlohmann::json;

// A number within bounds, or nothing.
std::optional<double> number(const Json& report, const char* name, double most) {
  const auto found = report.find(name);
  if (found == report.end() || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  if (!(value > 0) || value > most) return std::nullopt;
  return value;
}

std::uint64_t count(const Json& report, const char* name) {
  return static_cast<std::uint64_t>(number(report, name, most_resources).value_or(0));
}

http::Response record(FieldStudy& study, std::string_view content) {
  const Json report = Json::parse(content, nullptr, false);
  if (!report.is_object() || !report.contains("arm") || !report["arm"].is_string()) {
    return http::problem(400, "A report is a JSON object with `arm`.");
  }
  constexpr double hour = 3'600'000;
  const auto& arm = report["arm"].get_ref<const std::string&>();
  const bool known =
      study.record({.arm = arm,
                    .milliseconds = {number(report, "fir", hour), number(report, "frh", hour),
                                     number(report, "fcp", hour), number(report, "lcp", hour)},
                    .early = count(report, "early"),
                    .cached = count(report, "cached")});
  if (!known) return http::problem(404, "No such arm is being tried.");
  http::Response response;
  response.status = 204;
  response.fields.add("cache-control", "no-store");
  return response;
}

}  // namespace

void BeaconScript::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method != "GET" && request.method != "HEAD") {
    return exchange.respond(http::method_not_allowed("GET, HEAD"));
  }
  http::Response response =
      http::text_response(200, "text/javascript; charset=utf-8", std::string(script));
  response.fields.add("cache-control", "public, max-age=3600");
  exchange.respond(std::move(response));
}

void BeaconEndpoint::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method != "POST") return exchange.respond(http::method_not_allowed("POST"));
  const auto site = request.fields.get("sec-fetch-site");
  if (site && *site != "same-origin") {
    return exchange.respond(http::problem(403, "Reports are taken from this site's own pages."));
  }
  http::Exchange::collect(std::move(exchange), largest,
                          [&study = study_](http::Exchange back, const std::string& content) {
                            back.respond(record(study, content));
                          });
}

}  // namespace hints
