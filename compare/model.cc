#include "compare/model.h"

#include <algorithm>
#include <cmath>

#include "compare/flow.h"

namespace lab {
namespace {

// Content to bytes on the wire: a TLS record with a DATA frame's header fits a segment, more or
// less; and the fields of an answer, once compressed.
constexpr double expansion = 1.08;
constexpr double fields = 150;

constexpr double first_window = 10.0 * Flow::segment;
// Silence after which a sender starts slowly again, beyond a round trip.
constexpr Milliseconds least_timeout = 200;

// A sender in slow start, as a fluid: in each round trip it may send a window, and the next window
// is larger by what was sent.
class SlowStart {
 public:
  SlowStart(const Conditions& conditions, double window)
      : round_trip_(conditions.round_trip), rate_(conditions.down * 125), window_(window) {}

  struct Sent {
    Milliseconds first;  // byte leaves
    Milliseconds last;
  };
  // `bytes` are there from `ready` on, behind all that was sent before.
  Sent send(Milliseconds ready, double bytes) {
    Milliseconds time = std::max(ready, free_);
    if (time - free_ > round_trip_ + least_timeout) window_ = std::min(window_, first_window);
    Sent sent{.first = -1, .last = time};
    while (bytes > 0) {
      if (time >= round_ + round_trip_) {
        window_ += std::min(in_round_, window_);
        round_ = time;
        in_round_ = 0;
      } else if (in_round_ >= window_) {
        time = round_ + round_trip_;
        continue;
      }
      const double piece = std::min(bytes, window_ - in_round_);
      if (sent.first < 0) sent.first = time;
      time += piece / rate_;
      in_round_ += piece;
      bytes -= piece;
    }
    if (sent.first < 0) sent.first = time;
    sent.last = free_ = time;
    return sent;
  }

 private:
  const Milliseconds round_trip_;
  const double rate_;  // bytes per millisecond
  double window_;
  Milliseconds free_ = 0;
  Milliseconds round_ = -1e9;
  double in_round_ = 0;
};

double wire_bytes(std::uint64_t content) {
  return static_cast<double>(content) * expansion + fields;
}

// How many assets lie between the page and this one: it was named by one that had come before.
int depth_of(const PageLoad& load, const Resource& resource) {
  if (!resource.discovered || !load.document || *resource.discovered <= *load.document) return 1;
  int depth = 1;
  for (const Resource& other : load.resources) {
    if (&other == &resource || other.kind == Kind::document || !other.complete) continue;
    if (!other.discovered || *other.discovered >= *resource.discovered) continue;
    if (*other.complete > *resource.discovered) continue;
    depth = std::max(depth, depth_of(load, other) + 1);
  }
  return depth;
}

ModelPage::Told told_in(const PageLoad& load, const std::string& target) {
  for (const Resource& resource : load.resources) {
    if (resource.target != target) continue;
    if (resource.promised && resource.from == From::push) return ModelPage::Told::by_push;
    if (resource.hinted) return ModelPage::Told::by_hint;
    // Named by the headers of the document, before its content could.
    if (resource.discovered && load.final_headers && *resource.discovered <= *load.final_headers) {
      return ModelPage::Told::with_headers;
    }
  }
  return ModelPage::Told::not_before_page;
}

}  // namespace

ModelPage model_page(const PageLoad& plain, const PageLoad& arm) {
  ModelPage page;
  for (const Resource& resource : plain.resources) {
    if (resource.kind == Kind::document) {
      page.document = wire_bytes(resource.content);
      continue;
    }
    if (!resource.blocking || resource.from == From::cache) continue;
    page.assets.push_back({.bytes = wire_bytes(resource.content),
                           .depth = depth_of(plain, resource),
                           .told = told_in(arm, resource.target)});
  }
  return page;
}

// All that is told in advance, and the document, are jobs of one sender in the order in which they
// are there; the rest follows, depth by depth, a round trip behind what names it.
Milliseconds predicted(const ModelPage& page, const Conditions& conditions, double window) {
  using Told = ModelPage::Told;
  const Milliseconds round_trip = conditions.round_trip;
  struct Job {
    Milliseconds ready;
    double bytes;
    bool document;
  };
  const Milliseconds headers = conditions.think;
  const Milliseconds content = headers + conditions.body_think;
  std::vector<Job> jobs{{content, page.document, true}};
  int deepest = 0;
  for (const ModelPage::Asset& asset : page.assets) {
    if (asset.told == Told::by_push) jobs.push_back({0, asset.bytes, false});
    if (asset.told == Told::by_hint) jobs.push_back({round_trip, asset.bytes, false});
    if (asset.told == Told::with_headers) {
      jobs.push_back({headers + round_trip, asset.bytes, false});
    }
    if (asset.told == Told::not_before_page) deepest = std::max(deepest, asset.depth);
  }
  // The document is the most urgent of what is there.
  std::stable_sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
    return a.ready != b.ready ? a.ready < b.ready : a.document && !b.document;
  });

  SlowStart sender(conditions, window);
  Milliseconds named =
      0;  // what the next depth needs to be known of is here, as the server sees it
  Milliseconds done = 0;
  for (const Job& job : jobs) {
    const SlowStart::Sent sent = sender.send(job.ready, job.bytes);
    if (job.document) named = sent.first;  // a page is read as it comes
    done = std::max(done, sent.last);
  }
  for (int depth = 1; depth <= deepest; ++depth) {
    double bytes = 0;
    for (const ModelPage::Asset& asset : page.assets) {
      if (asset.told == Told::not_before_page && asset.depth == depth) bytes += asset.bytes;
    }
    const SlowStart::Sent sent = sender.send(named + round_trip, bytes);
    if (bytes > 0) done = std::max(done, sent.last);
    named = std::max(done, content);
  }
  return round_trip + done;  // half of it to ask, half to answer
}

std::optional<Milliseconds> predicted_gain(const PageLoad& plain, const PageLoad& arm,
                                           const Conditions& conditions) {
  if (!plain.failure.empty() || !arm.failure.empty() || !plain.document) return std::nullopt;
  double window = first_window;
  // The earlier load has let it grow by what it sent.
  if (conditions.connection == Connection::reused) window += static_cast<double>(plain.received);
  return predicted(model_page(plain, plain), conditions, window) -
         predicted(model_page(plain, arm), conditions, window);
}

Milliseconds tolerance(const Conditions& conditions) { return 5 + 0.15 * conditions.round_trip; }

Cell with_predictions(Cell cell) {
  const auto none = std::find_if(cell.arms.begin(), cell.arms.end(), [](const ArmResult& result) {
    return result.arm == Arm::none && !result.loads.empty();
  });
  if (none == cell.arms.end()) return cell;
  const PageLoad& plain = none->loads[none->representative];
  for (ArmResult& result : cell.arms) {
    if (result.arm == Arm::none || result.loads.empty()) continue;
    result.model_gain = predicted_gain(plain, result.loads[result.representative], cell.conditions);
    if (!result.model_gain) continue;
    result.departs_from_model =
        std::abs(*result.model_gain - result.render_gain.median) > tolerance(cell.conditions);
  }
  return cell;
}

}  // namespace lab
