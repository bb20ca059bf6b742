#include "cli/request_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <exception>

namespace cli {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Histogram;
using prometheus::Registry;

// Seconds: from what a file out of memory takes to what nobody waits for.
const Histogram::BucketBoundaries buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                          0.25,   0.5,   1,      2.5,   5,    10,    30};
// Of parts_. `plain` is of listeners without TLS, `files` all that no other answers.
enum : std::uint8_t { upstream, plain, events, poll, send, state, mercure, herald, files };

Counter& counter(Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

double seconds(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

const http::Note* find(const std::vector<http::Note>& notes, std::string_view name) {
  const auto found = std::ranges::find(notes, name, &http::Note::name);
  return found == notes.end() ? nullptr : &*found;
}

}  // namespace

RequestMetrics::RequestMetrics(Registry& registry, const Config& config, http::AccessLog* next)
    : next_(next),
      requests_(BuildCounter()
                    .Name("herald_requests_total")
                    .Help("Exchanges that ended, by part and status; code 0: the client left first")
                    .Register(registry)),
      upstream_errors_(&counter(registry, "herald_upstream_errors_total",
                                "Requests that the app server did not answer")),
      pushed_bytes_(&counter(registry, "herald_pushed_bytes_total", "Content of pushes, as sent")),
      wasted_pushes_(&counter(registry, "herald_pushes_wasted_total",
                              "Pushes that the client cancelled or refused")),
      hinted_(&counter(registry, "herald_hinted_pages_total",
                       "Pages whose assets were told of, in whichever way")) {
  use(config.events);
  constexpr std::array<std::string_view, parts> names{
      "upstream", "plain", "events", "poll", "send", "state", "mercure", "herald", "files"};
  auto& bytes = BuildCounter()
                    .Name("herald_response_bytes_total")
                    .Help("Content of answers, as sent")
                    .Register(registry);
  auto& first_byte = BuildHistogram()
                         .Name("herald_first_byte_seconds")
                         .Help("From a request's fields to its answer's")
                         .Register(registry);
  auto& duration = BuildHistogram()
                       .Name("herald_request_duration_seconds")
                       .Help("From a request's fields to the end of its answer")
                       .Register(registry);
  for (std::size_t i = 0; i < names.size(); ++i) {
    Part& part = parts_[i];
    part.name = names[i];
    part.bytes = &bytes.Add({{"part", part.name}});
    part.first_byte = &first_byte.Add({{"part", part.name}}, buckets);
    part.duration = &duration.Add({{"part", part.name}}, buckets);
  }
}

void RequestMetrics::use(const Config::Events& at) {
  Urls urls{{at.events_url, events}, {at.poll_url, poll},       {at.send_url, send},
            {at.state_url, state},   {at.mercure_url, mercure}, {at.mercure_url + "/", mercure},
            {"/.herald/", herald}};
  if (!all_urls_.empty() && *all_urls_.back() == urls) return;
  all_urls_.push_back(std::make_unique<const Urls>(std::move(urls)));
  urls_.store(all_urls_.back().get(), std::memory_order_release);
}

RequestMetrics::Part& RequestMetrics::part_of(const http::Access& access) {
  if (access.peer.tls.empty()) return parts_[plain];
  if (find(access.notes, "upstream") || find(access.notes, "upstream_error")) {
    return parts_[upstream];
  }
  const std::string_view path = path_of(access.target);
  const Urls& urls = *urls_.load(std::memory_order_acquire);
  for (const auto& [url, part] : urls) {
    if (url.ends_with('/') ? path.starts_with(url) : path == url) return parts_[part];
  }
  return parts_[files];
}

Counter& RequestMetrics::answered(Part& part, int status) {
  const auto index = status > 0 && status < static_cast<int>(statuses) ? status : 0;
  std::atomic<Counter*>& place = part.answered[static_cast<std::size_t>(index)];
  Counter* known = place.load(std::memory_order_acquire);
  if (!known) {  // two threads may come here at once: both are given the same
    known = &requests_.Add({{"part", part.name}, {"code", std::to_string(index)}});
    place.store(known, std::memory_order_release);
  }
  return *known;
}

void RequestMetrics::count(const http::Access& access) {
  Part& part = part_of(access);
  answered(part, access.status).Increment();
  part.bytes->Increment(static_cast<double>(access.bytes));
  if (access.status != 0) part.first_byte->Observe(seconds(access.first_byte));
  part.duration->Observe(seconds(access.took));
  if (access.pushed) {
    pushed_bytes_->Increment(static_cast<double>(access.bytes));
    if (access.error_code != 0) wasted_pushes_->Increment();
  }
  if (find(access.notes, "hinted") || find(access.notes, "pushed")) hinted_->Increment();
  // Below 500 the client's request was at fault.
  const bool servers_fault = access.status >= 500;
  if (servers_fault && find(access.notes, "upstream_error")) upstream_errors_->Increment();
}

void RequestMetrics::completed(const http::Access& access) noexcept {
  try {
    count(access);
  } catch (const std::exception&) {  // no memory for a new series: the request is worth more
  }
  if (next_) next_->completed(access);
}

}  // namespace cli
