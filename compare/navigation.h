// Navigation: one load of a page, from its request to its record: joins a connection, what is
// fetched over it and the page that comes. Has one bound for time and one for length.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "compare/client_connection.h"
#include "compare/decoder.h"
#include "compare/fetches.h"
#include "compare/live_events.h"
#include "compare/measurement.h"
#include "compare/offer.h"
#include "compare/page.h"
#include "compare/request_fields.h"
#include "compare/store.h"
#include "compare/texts.h"
#include "server/net/loop.h"

namespace lab {

class Navigation final : private ClientConnection::User {
 public:
  struct Limits {
    net::Clock::duration time = std::chrono::seconds(60);
    std::uint64_t content = std::uint64_t{64} << 20;  // bytes, of one resource
  };
  struct Surroundings {
    net::Loop& loop;
    ClientConnection& connection;
    Store& store;
    Texts& texts;
    Offer& offer;  // gets what is seen
  };
  struct Visit {
    Requester requester;
    Cache cache = Cache::cold;
    std::string live;  // target of an event stream that shall be open meanwhile; empty: none
    net::Clock::time_point start;
    Limits limits;
  };

  // `finished` is called once, perhaps from inside the connection, and must not destroy the
  // navigation inside the call. All must outlive it.
  Navigation(const Surroundings& around, Visit visit, std::function<void(PageLoad)> finished);
  ~Navigation();
  Navigation(const Navigation&) = delete;
  Navigation& operator=(const Navigation&) = delete;

 private:
  void secured() override;
  void happened(const Http2Client::Event& event) override;
  void settled() override;
  void closed(const std::string& why) override;

  void begin();
  void document_event(const Http2Client::Event& event);
  void document_head(const http::Headers& fields);
  void document_content(std::span<const std::byte> bytes);
  void early_hints(const http::Headers& fields);
  void going_away(const Http2Client::Event& event);
  void check_length();
  void out_of_time();
  void fail(std::string why);
  void finish();
  void end(PageLoad load);
  PageLoad record() const;

  Milliseconds since_start(net::Clock::time_point at) const;
  Milliseconds now() const { return since_start(around_.loop.now()); }

  const Surroundings around_;
  const Visit visit_;
  const std::string& target_;               // of the page
  const std::vector<std::string> origins_;  // spellings of the page's
  std::function<void(PageLoad)> finished_;
  const Traffic before_;  // on a connection that was open
  Fetches fetches_;
  Page page_;
  std::unique_ptr<Decoder> decoder_;
  std::string plain_;  // of the document, decoded
  std::optional<LiveEvents> live_;
  std::int32_t live_stream_ = 0;
  PageLoad load_;
  bool whole_ = false;  // the document
  bool asked_ = false;  // whether all that was sent has arrived: a PING is out
  bool over_ = false;
  net::Timer limit_;
};

}  // namespace lab
