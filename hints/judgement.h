// Judgement: decides for each visit whether telling does good, from what earlier visits have shown
// and from the way to this client. One per worker, bounded, and it outlives a reload of the files.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "hints/plan.h"
#include "hints/pushed_exchange.h"
#include "hints/route_history.h"
#include "hints/verdict.h"
#include "hints/visits.h"
#include "server/http/message.h"
#include "server/net/loop.h"

namespace hints {

class Judgement {
 public:
  enum class Adaptive { off, on };  // withholds 103 where it cannot help
  enum class Feedback { off, on };  // leaves out what pages turn out not to need
  struct Options {
    Adaptive adaptive = Adaptive::on;
    Feedback feedback = Feedback::on;
    std::size_t routes = 512;
    Visits::Options visits = {};
  };

  // What the account of a visit is kept under while it is answered.
  struct Entry {
    std::string route = {};
    RouteHistory::Visitor visitor = RouteHistory::Visitor::anonymous;
    net::Clock::time_point began = {};
    std::uint64_t connection = 0;
    std::uint64_t visit = 0;  // 0: nothing is learned from what this client asks for
  };
  struct Judged {
    Verdict verdict;
    Entry entry;
  };
  // `loop` must outlive this.
  Judgement(net::Loop& loop, Options options);
  // From the next visit on; what bounds the memory stays as it is.
  void use(Adaptive adaptive, Feedback feedback);

  // A request of whatever kind: it may be for what its connection was told of.
  void arrived(const http::Request& request);
  // A page is asked for, and this is the plan and what the request allows of it.
  Judged judge(const http::Request& request, const std::shared_ptr<const Plan>& plan,
               Verdict allowed, Mode mode);

  // What became of it. `told` has one for each item of the plan; it may be said again.
  void told(const Entry& entry, std::span<const Usage::Told> told);
  void hinted(const Entry& entry);
  // The answer is there: the page (or the word that it has not changed), or something else.
  using Answer = RouteHistory::Answer;
  void answered(const Entry& entry, Answer answer);
  // The push of a target is over.
  void push_ended(std::uint64_t connection, std::string_view target, std::uint64_t bytes,
                  PushEnd end);

  // Null if nothing is known of the route of this path.
  const RouteHistory* history(std::string_view path);
  // The latest used first, with all visits settled that are over.
  const std::list<RouteHistory>& routes();

 private:
  Decision weigh(Decision decision, const RouteHistory::Answers& answers, const Plan& plan,
                 const std::optional<http::Transport>& way, Mode mode) const;
  std::vector<Lot> draw_lots(RouteHistory& route, const Plan& plan) const;
  void settle(const Visit& visit);

  net::Loop& loop_;
  Options options_;
  Routes routes_;
  Visits visits_;
};

// Why a 103 is of no use for a page that usually takes `usual`; empty if it is.
std::string_view too_soon(std::optional<ThinkTime::Duration> usual,
                          std::chrono::microseconds round_trip);

}  // namespace hints
