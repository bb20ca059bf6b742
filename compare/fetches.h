// Fetches: all that one load asks for, is told of or is promised, and what becomes of it: the
// browser's loading layer. Matches what the page needs to what is under way, in the cache or
// pushed; sends requests in a browser's order; keeps the record. Knows nothing of what a page is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "compare/http2_client.h"
#include "compare/measurement.h"
#include "compare/request_fields.h"
#include "compare/store.h"
#include "compare/want.h"
#include "server/net/loop.h"

namespace lab {

class Fetches {
 public:
  // Something that the page needs; numbered in order of asking, the document is 0.
  using Need = std::size_t;

  struct Surroundings {
    net::Loop& loop;
    Http2Client& http;
    const Store& store;
    Cache cache;
    const Requester& requester;
    net::Clock::time_point start;  // of the load
  };
  // `arrived` is told once of each need whose content is there, or never will be; only from inside
  // settle().
  Fetches(const Surroundings& around, std::function<void(Need)> arrived);

  // ---- what is asked for; requests leave at the next settle()
  // The document must be the first.
  Need want(const Want& want);
  enum class Told { hint, link };
  // A 103 or a `link` of the final answer.
  void preload(const Want& want, Told how);
  // On another origin: only put on record.
  void elsewhere(const std::string& url, Kind kind);

  // ---- what happens on the connection
  void happened(const Http2Client::Event& event);
  // Tells of what has arrived, and sends what may be sent. In a tight phase (the head is being
  // waited for) no more than two requests of less than high urgency are in flight.
  enum class Phase { tight, open };
  void settle(const std::function<Phase()>& phase);

  // ---- what came
  bool done(Need need) const;
  // Done with a good status, or from the cache.
  bool good(Need need) const;
  // The answer; meaningful once good.
  const Stored& answer(Need need) const;
  std::int32_t document_stream() const { return fetches_.front().stream; }
  // Streams whose answers are not whole, but for the event stream's.
  std::size_t in_flight() const;
  // The longest content that has come; for a bound.
  struct Longest {
    std::uint64_t bytes = 0;
    std::string target;
  };
  const Longest& longest() const { return longest_; }
  std::vector<std::string> unfinished() const;

  // ---- the record, when nothing is in flight any more
  std::vector<Resource> resources() const;
  std::uint64_t wasted() const;
  // For the store: what the page used and may be stored, in order of mention.
  std::vector<std::shared_ptr<const Stored>> storable() const;

 private:
  enum class Source : std::uint8_t { page, hint, link, push };
  enum class State : std::uint8_t { queued, open, done };
  struct Fetch {
    Want want;
    Source source = Source::page;
    State state = State::queued;
    bool headers = false;   // have come
    bool reusable = false;  // by a cache, says the answer
    bool storable = false;
    std::int32_t stream = 0;
    Resource seen;
    std::shared_ptr<const Stored> stored;  // what the cache has of it
    Stored answer;
    const Stored& content() const;
  };
  using Index = std::size_t;
  static constexpr Index nowhere = static_cast<Index>(-1);

  Milliseconds now() const;
  void resolve(Need need);
  enum class Match { none, sure, if_reusable };
  Match match(const Fetch& fetch, const Want& want) const;
  void attach(Need need, Index index);
  Index add(const Want& want, Source source);
  void complete(Index index, Fate fate);
  void part_if_not_reusable(Index index);
  void promised(const Http2Client::Event& event);
  bool promised_in_vain(const std::string& target) const;
  void head(Index index, const http::Headers& fields);
  void content(Index index, std::span<const std::byte> bytes);
  void send_queued(Phase phase);
  void send(Index index);

  Surroundings around_;
  std::function<void(Need)> arrived_;
  std::vector<Fetch> fetches_;
  struct Asked {
    Want want;
    Index fetch = nowhere;
  };
  std::vector<Asked> needs_;
  std::vector<Need> ready_;  // to be told
  std::vector<Index> queue_;
  std::unordered_map<std::int32_t, Index> by_stream_;
  Longest longest_;
};

}  // namespace lab
