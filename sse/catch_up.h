// CatchUp: what a reader gets out of the archive before it goes on in the replica: all that follows
// an id which the replica cannot answer for, because it is older than what is kept there, or of a
// history, or an event, of which this process has not heard yet.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sse/backlog.h"
#include "sse/gap.h"
#include "sse/replica.h"
#include "sse/topic_matcher.h"

namespace sse {

class CatchUp final : private Backlog::Reader {
 public:
  // `requested` is the last id that the reader has seen, the hub's or its publisher's. The archive
  // is asked when next() is: of who reads nothing, nothing is kept. `news` is called, on this
  // thread, whenever there may be something to take; it may destroy the catching up. `replica`,
  // whose archive there must be, outlives it.
  CatchUp(Replica& replica, Matchers topics, std::string requested, std::function<void()> news);

  // Calls `news` from now on.
  void tell(std::function<void()> news) { news_ = std::move(news); }

  // What is missing, once known. Ask before next().
  std::optional<Gap> gap();
  // The next event, which take() steps over; null if there is none yet, and then it is asked for.
  // Valid until the next call.
  const EventRef* next();
  void take();
  // The replica has all that follows after(). Valid when next() is null.
  bool done() const;
  std::uint64_t after() const { return after_; }
  // The id up to which everything has been given.
  std::string reached() const;

 private:
  void page_arrived() override;
  void ask();
  bool accept(const Past& page);
  bool begin_in(const Past& page);
  bool wanted(const Event& event) const;
  void begin_at_oldest(std::string_view reason);

  Replica& replica_;
  std::function<void()> news_;
  const Matchers topics_;
  const std::string requested_;
  bool by_name_ = false;  // the archive is asked whether a publisher called an event so
  std::string epoch_;     // of the archive; empty: not known yet
  std::uint64_t after_ = 0;
  std::uint64_t told_ = 0;   // up to here the reader has been told that events may be missing
  std::string_view reason_;  // of a gap that is not told yet; empty: none
  std::optional<Gap> gap_;
  std::size_t place_ = 0;  // in the page
  Backlog backlog_;
};

}  // namespace sse
