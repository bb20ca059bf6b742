#include "compare/model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "compare/flow.h"

namespace lab {
namespace {

// Content with the headers of its DATA frames and TLS records. The fields of an answer once
// compressed, and those of a promise, go before the content of all answers.
constexpr double expansion = 1.03;
constexpr double fields = 60;
constexpr double promise = 45;
// What a new connection says first: a ticket and SETTINGS.
constexpr double greeting = 400;

constexpr double first_window = 10.0 * Flow::segment;
// Silence after which a sender starts slowly again, beyond a round trip.
constexpr Milliseconds least_timeout = 200;

// A sender in slow start, as a fluid: in each round trip it may send a window, and the next window
// is larger by what was sent.
class SlowStart {
 public:
  SlowStart(const Conditions& conditions, double window)
      : round_trip_(conditions.round_trip),
        rate_(conditions.down * 125 * Flow::segment / (Flow::segment + Flow::header)),
        window_(window) {}

  struct Sent {
    double bytes = 0;
    Milliseconds first = 0;  // byte leaves
    Milliseconds end = 0;    // nothing leaves between the last byte and this
  };
  // As much of `bytes` as leaves from `time` on and before `until`.
  Sent send(Milliseconds time, double bytes, Milliseconds until) {
    if (time - silent_since_ > round_trip_ + least_timeout) {
      window_ = std::min(window_, first_window);
    }
    Sent sent{.bytes = 0, .first = time, .end = time};
    while (sent.bytes < bytes && sent.end < until) {
      if (sent.end >= round_ + round_trip_) {
        window_ += std::min(in_round_, window_);
        round_ = sent.end;
        in_round_ = 0;
      }
      if (in_round_ >= window_) {
        sent.end = std::min(until, round_ + round_trip_);
        if (sent.bytes == 0) sent.first = sent.end;
        continue;
      }
      const double piece =
          std::min({bytes - sent.bytes, window_ - in_round_, (until - sent.end) * rate_});
      sent.end += piece / rate_;
      sent.bytes += piece;
      in_round_ += piece;
      silent_since_ = sent.end;
    }
    return sent;
  }

 private:
  const Milliseconds round_trip_;
  const double rate_;  // bytes per millisecond, without headers of TCP
  double window_;
  Milliseconds silent_since_ = 0;
  Milliseconds round_ = -1e9;
  double in_round_ = 0;
};

double wire_bytes(std::uint64_t content) { return static_cast<double>(content) * expansion; }

// For each resource, 1 if the page names it; else it was named by one that had come before, and is
// one deeper. In the order of discovery, so that what came before is known already.
std::vector<int> depths_of(const PageLoad& load) {
  const std::vector<Resource>& all = load.resources;
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return all[i].discovered; });
  std::vector<int> depths(all.size(), 1);
  for (auto one = order.begin(); one != order.end(); ++one) {
    const auto discovered = all[*one].discovered;
    if (!discovered || !load.document || *discovered <= *load.document) continue;
    for (auto other = order.begin(); other != one; ++other) {
      const Resource& earlier = all[*other];
      if (earlier.kind == Kind::document || !earlier.discovered || !earlier.complete) continue;
      if (*earlier.discovered >= *discovered || *earlier.complete > *discovered) continue;
      depths[*one] = std::max(depths[*one], depths[*other] + 1);
    }
  }
  return depths;
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
  const std::vector<int> depths = depths_of(plain);
  for (std::size_t i = 0; i < plain.resources.size(); ++i) {
    const Resource& resource = plain.resources[i];
    if (resource.kind == Kind::document) {
      page.document = wire_bytes(resource.content);
      continue;
    }
    if (resource.from == From::cache) continue;
    page.assets.push_back({.bytes = wire_bytes(resource.content),
                           .depth = depths[i],
                           .told = told_in(arm, resource.target),
                           .blocks = resource.blocking});
  }
  // Pushed in vain.
  for (const Resource& resource : arm.resources) {
    if (!resource.promised || resource.fate == Fate::used) continue;
    page.assets.push_back({.bytes = wire_bytes(resource.content),
                           .depth = 1,
                           .told = ModelPage::Told::by_push,
                           .blocks = false});
  }
  return page;
}

ModelPage model_page(const PageLoad& plain) {
  ModelPage page = model_page(plain, plain);
  for (ModelPage::Asset& asset : page.assets) asset.told = ModelPage::Told::not_before_page;
  return page;
}

namespace {

constexpr Milliseconds never = 1e12;

// Bytes that the server has to send, from a time on; the lower the rank, the more urgent.
struct Job {
  Milliseconds ready = 0;
  double bytes = 0;
  int rank = 0;
  int depth = 0;  // 0: the document, or told in advance
};
constexpr int document_rank = 0;
constexpr int fields_rank = 1;
constexpr int blocking_rank = 2;
constexpr int other_rank = 3;

// All that is told in advance, and the document, are there from the beginning; the rest follows,
// depth by depth, a round trip behind what names it.
class Schedule {
 public:
  Schedule(const ModelPage& page, const Conditions& conditions, double window)
      : page_(page), round_trip_(conditions.round_trip), sender_(conditions, window) {
    using Told = ModelPage::Told;
    const Milliseconds headers = conditions.think;
    if (conditions.connection != Connection::reused) jobs_.push_back({0, greeting, fields_rank});
    jobs_.push_back({headers + conditions.body_think, page.document + fields, document_rank});
    for (const ModelPage::Asset& asset : page.assets) {
      if (asset.told == Told::by_push) add(asset, 0, 0);
      if (asset.told == Told::by_hint) add(asset, round_trip_, 0);
      if (asset.told == Told::with_headers) add(asset, headers + round_trip_, 0);
    }
  }

  // When the last byte leaves without which the page does not render.
  Milliseconds run() {
    Milliseconds now = 0;
    Milliseconds done = 0;
    while (Job* job = next(now)) {
      const bool first_of_page = job->rank == document_rank && !page_named_;
      const SlowStart::Sent sent = sender_.send(now, job->bytes, interruption(now, job->rank));
      now = sent.end;
      job->bytes -= sent.bytes;
      const bool over = job->bytes <= 1e-6;
      if (over && job->rank != other_rank && job->rank != fields_rank) done = std::max(done, now);
      if (over) job->bytes = 0;
      const int depth = job->depth;
      // A page is read as it comes; what a style or module names is known when it is whole.
      if (first_of_page && sent.bytes > 0) {
        page_named_ = true;
        add_depth(1, sent.first);
      }
      if (over && depth > 0 && !pending(depth)) add_depth(depth + 1, now);
    }
    return done;
  }

 private:
  void add(const ModelPage::Asset& asset, Milliseconds ready, int depth) {
    const double head = asset.told == ModelPage::Told::by_push ? promise + fields : fields;
    jobs_.push_back({ready, head, fields_rank, depth});
    // What is only validated has fields and no content, and is waited for all the same.
    const double bytes = std::max(asset.bytes, 1.0);
    jobs_.push_back({ready, bytes, asset.blocks ? blocking_rank : other_rank, depth});
  }
  // The most urgent that is ready; if there is none, time moves on to the next that will be.
  Job* next(Milliseconds& now) {
    Job* best = nullptr;
    for (Job& job : jobs_) {
      if (job.bytes <= 0) continue;
      const auto key = [now](const Job& one) {
        return one.ready > now ? std::pair(one.ready, one.rank) : std::pair(-1.0, one.rank);
      };
      if (!best || key(job) < key(*best)) best = &job;
    }
    if (best) now = std::max(now, best->ready);
    return best;
  }
  Milliseconds interruption(Milliseconds now, int rank) const {
    Milliseconds first = never;
    for (const Job& job : jobs_) {
      if (job.bytes > 0 && job.rank < rank && job.ready > now) first = std::min(first, job.ready);
    }
    return first;
  }
  bool pending(int depth) const {
    return std::any_of(jobs_.begin(), jobs_.end(),
                       [depth](const Job& job) { return job.depth == depth && job.bytes > 0; });
  }
  void add_depth(int depth, Milliseconds named) {
    for (const ModelPage::Asset& asset : page_.assets) {
      if (asset.told != ModelPage::Told::not_before_page || asset.depth != depth) continue;
      add(asset, named + round_trip_, depth);
    }
  }

  const ModelPage& page_;
  const Milliseconds round_trip_;
  SlowStart sender_;
  std::vector<Job> jobs_;
  bool page_named_ = false;  // the first bytes of the document are out
};

}  // namespace

Milliseconds predicted(const ModelPage& page, const Conditions& conditions, double window) {
  // Half a round trip to ask, half to answer.
  return conditions.round_trip + Schedule(page, conditions, window).run();
}

std::optional<Milliseconds> predicted_gain(const PageLoad& plain, const PageLoad& arm,
                                           const Conditions& conditions) {
  if (!plain.failure.empty() || !arm.failure.empty() || !plain.document) return std::nullopt;
  double window = first_window;
  // Earlier loads have let it grow by what they were sent.
  if (conditions.connection == Connection::reused) {
    window += static_cast<double>(plain.received_before);
  }
  return predicted(model_page(plain), conditions, window) -
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
