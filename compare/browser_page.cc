#include "compare/browser_page.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "compare/reuse.h"
#include "hints/target.h"

namespace lab {
namespace {

using nlohmann::json;

// Where a time is 0, it did not happen.
std::optional<Milliseconds> at(const json& entry, const char* name, Milliseconds start) {
  const double time = entry.value(name, 0.0);
  if (time <= 0) return std::nullopt;
  return time - start;
}

Kind kind_of(const std::string& target, const std::string& initiator) {
  const std::string extension = hints::extension_of(target);
  if (extension == "css") return Kind::style;
  if (extension == "js") return Kind::script;
  if (extension == "mjs") return Kind::module;
  if (extension.starts_with("woff") || extension == "ttf" || extension == "otf") return Kind::font;
  if (initiator == "img") return Kind::image;
  if (initiator == "script") return Kind::script;
  if (initiator == "fetch" || initiator == "xmlhttprequest") return Kind::fetch;
  return Kind::other;
}

Resource document_of(const json& navigation, const PageLoad& load, Milliseconds start) {
  Resource page;
  page.target = navigation.value("target", "/");
  page.kind = Kind::document;
  page.urgency = 0;
  page.blocking = true;
  page.status = navigation.value("status", 0);
  page.requested = at(navigation, "requestStart", start);
  page.first_byte = load.final_headers;
  page.complete = load.document;
  page.content = navigation.value("encodedBodySize", std::uint64_t{0});
  return page;
}

Resource resource_of(const json& entry, const PageLoad& load, Milliseconds start) {
  Resource seen;
  const std::string initiator = entry.value("initiatorType", "");
  seen.target = entry.value("target", "");
  seen.kind = kind_of(seen.target, initiator);
  seen.blocking = entry.value("renderBlockingStatus", "") == "blocking";
  seen.status = entry.value("status", 0);
  seen.discovered = at(entry, "startTime", start);
  seen.requested = at(entry, "requestStart", start);
  seen.first_byte = at(entry, "responseStart", start);
  seen.complete = at(entry, "responseEnd", start);
  seen.content = entry.value("encodedBodySize", std::uint64_t{0});
  const bool crossed = entry.value("transferSize", 0) > 0;
  if (initiator == "early-hints") {
    seen.hinted = load.early_hints;
    seen.discovered.reset();  // by the page: the timeline does not say
  } else if (!crossed) {
    seen.from = From::cache;
  }
  if (seen.status >= 400) seen.fate = Fate::failed;
  return seen;
}

}  // namespace

// A paint comes a frame or two later than what it paints, so both are waited for, a while.
const char* const timeline_script = R"js((async () => {
  const last = (type) => new Promise((done) => {
    new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime)).observe({ type, buffered: true });
    setTimeout(() => done(0), 500);
  });
  const paint = await last('paint'), lcp = await last('largest-contentful-paint');
  const [nav] = performance.getEntriesByType('navigation');
  const path = (name) => { const url = new URL(name); return url.origin === location.origin ? url.pathname + url.search : name; };
  const pick = (e) => ({ target: path(e.name), initiatorType: e.initiatorType, renderBlockingStatus: e.renderBlockingStatus,
    status: e.responseStatus, startTime: e.startTime, requestStart: e.requestStart, responseStart: e.responseStart,
    responseEnd: e.responseEnd, encodedBodySize: e.encodedBodySize, transferSize: e.transferSize });
  return JSON.stringify({
    navigation: { ...pick(nav), connectStart: nav.connectStart, connectEnd: nav.connectEnd, protocol: nav.nextHopProtocol,
      firstInterimResponseStart: nav.firstInterimResponseStart, finalResponseHeadersStart: nav.finalResponseHeadersStart,
      loadEventStart: nav.loadEventStart },
    resources: performance.getEntriesByType('resource').map(pick), paint, lcp });
})())js";

PageLoad load_of(const json& timeline) {
  const json& navigation = timeline.at("navigation");
  const Milliseconds start = navigation.value("connectStart", 0.0);
  PageLoad load;
  load.connected = at(navigation, "connectEnd", start);
  load.early_hints = at(navigation, "firstInterimResponseStart", start);
  load.final_headers = at(navigation, "finalResponseHeadersStart", start);
  load.document = at(navigation, "responseEnd", start);
  load.load = at(navigation, "loadEventStart", start);
  load.first_contentful_paint = at(timeline, "paint", start);
  load.largest_contentful_paint = at(timeline, "lcp", start);
  load.resources.push_back(document_of(navigation, load, start));
  load.render_ready = load.document;
  for (const json& entry : timeline.at("resources")) {
    load.resources.push_back(resource_of(entry, load, start));
    const Resource& seen = load.resources.back();
    if (seen.blocking && seen.complete) {
      load.render_ready = std::max(*load.render_ready, *seen.complete);
    }
  }
  return load;
}

}  // namespace lab
