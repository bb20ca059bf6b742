// A server in memory, 10 ms away, and a loader for it: for tests of what the loader decides.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <list>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "compare/engine_connection.h"
#include "compare/live.h"
#include "compare/loader.h"
#include "server/net/ticket_keys.h"
#include "tests/support/cable.h"
#include "tests/support/identity.h"

namespace lab {

using namespace std::chrono_literals;

// What the server has under one target.
struct Answer {
  std::string content;
  std::string type = "text/html";
  int status = 200;
  http::Headers fields = {{"cache-control", "max-age=600"}};
  std::chrono::milliseconds think{0};
  std::vector<std::string> hints = {};   // `link` fields of a 103
  std::vector<std::string> pushes = {};  // targets
  std::vector<std::string> links = {};
  bool breaks = false;   // the stream is reset when the content is asked for
  bool endless = false;  // content goes on for ever
};

using Served = std::map<std::string, Answer>;

inline Answer style(std::string content = "") { return {std::move(content), "text/css"}; }
inline Answer script(std::string content = "") { return {std::move(content), "text/javascript"}; }
inline Answer image(std::size_t size = 100) { return {std::string(size, 'i'), "image/png"}; }
inline Answer font() { return {"font", "font/woff2"}; }

class World final : public http::Handler {
 public:
  Served answers;
  std::vector<std::string> asked;  // targets, in order; pushes are not among them
  std::vector<std::pair<std::string, std::string>> priorities;  // target, field
  http::Headers document_fields;                                // of the last request for a page

  net::Loop loop{net::Loop::Time::manual};

  explicit World(Served served) : answers(std::move(served)) {}

  // Loads, and lets time pass until the loader is done.
  PageLoad load(Loader::Visit visit = {}) {
    std::optional<PageLoad> result;
    loader.load(visit, store, [&](PageLoad done) { result = std::move(done); });
    for (int i = 0; i < 70'000 && !result; ++i) loop.advance(1ms);
    REQUIRE(result);
    return *result;
  }
  PageLoad good_load(Loader::Visit visit = {}) {
    PageLoad result = load(std::move(visit));
    REQUIRE(result.failure == "");
    return result;
  }

  void handle(const http::Request& request, http::Exchange exchange) override {
    if (!request.pushed) {
      asked.push_back(request.target);
      priorities.emplace_back(request.target, request.fields.get("priority").value_or(""));
      if (request.fields.get("sec-fetch-dest") == "document") document_fields = request.fields;
    }
    if (request.target == live_path) return live.handle(request, std::move(exchange));
    const auto found = answers.find(request.target);
    if (found == answers.end()) {
      return exchange.respond(http::text_response(404, "text/plain", "none"));
    }
    const Answer& answer = found->second;
    for (const std::string& target : answer.pushes) exchange.push(target, {.urgency = 1});
    if (!answer.hints.empty()) {
      http::Headers fields;
      for (const std::string& link : answer.hints) fields.add("link", link);
      exchange.hint(fields);
    }
    const auto tag = request.fields.get("if-none-match");
    const bool known = tag && tag == answer.fields.get("etag");
    later_.push_back(std::make_unique<Later>(*this, answer, known, std::move(exchange)));
  }

  const TlsClient tls{trusting()};
  Texts texts;
  Store store;

 private:
  class EndlessBody final : public http::Body {
   public:
    http::Read read(std::span<std::byte> into, http::Waker&) override {
      return {into.size(), false};
    }
  };
  class BrokenBody final : public http::Body {
   public:
    http::Read read(std::span<std::byte>, http::Waker&) override {
      throw std::runtime_error("the disk is gone");
    }
  };
  struct Later {
    Later(World& world, const Answer& what, bool not_modified, http::Exchange to)
        : answer(what),
          known(not_modified),
          exchange(std::move(to)),
          timer(world.loop, [this] { respond(); }) {
      timer.start(answer.think);
    }
    void respond() {
      if (!exchange.alive()) return;
      http::Response response;
      response.status = known ? 304 : answer.status;
      response.fields = answer.fields;
      response.fields.add("content-type", answer.type);
      response.fields.add("server", "world");
      for (const std::string& link : answer.links) response.fields.add("link", link);
      if (answer.endless) {
        response.body = std::make_unique<EndlessBody>();
      } else if (answer.breaks) {
        response.body = std::make_unique<BrokenBody>();
      } else if (!known) {
        response.body = http::text_body(answer.content);
      }
      exchange.respond(std::move(response));
    }
    Answer answer;
    bool known;
    http::Exchange exchange;
    net::Timer timer;
  };

  static TlsClient::Options trusting() {
    return {.verify = TlsClient::Verify::on, .ca_file = testing::test_identity().ca_file};
  }

  LiveHandler live{loop, {.interval = 5ms}};
  net::TicketKeys keys_;
  net::TlsContext server_tls_{*testing::test_identity().credentials, keys_};
  http::Limits limits_;
  http::Tally tally_;
  http::Date date_;
  http::Output output_;
  EngineConnection::Workplace workplace_{loop, *this, limits_, tally_, date_, output_};
  std::list<std::unique_ptr<Later>> later_;
  std::list<EngineConnection> connections_;

 public:
  testing::Cable cable{loop, 10ms, [this](std::unique_ptr<Transport> end) -> Transport::User& {
                         connections_.emplace_back(workplace_, server_tls_, connections_.size() + 1,
                                                   std::move(end), [](EngineConnection&) {});
                         return connections_.back().user();
                       }};
  Loader loader{loop, cable, tls, texts, {.host = "app.test", .authority = {}, .limits = {}}};
};

inline std::vector<std::string> targets(const PageLoad& load) {
  std::vector<std::string> all;
  for (const Resource& one : load.resources) all.push_back(one.target);
  return all;
}

inline const Resource& resource(const PageLoad& load, std::string_view target) {
  for (const Resource& one : load.resources) {
    if (one.target == target) return one;
  }
  throw std::runtime_error("not in the record: " + std::string(target));
}

inline std::string table(const PageLoad& load) {
  std::string text = "render " + std::to_string(load.render_ready.value_or(-1)) + " load " +
                     std::to_string(load.load.value_or(-1)) + " wasted " +
                     std::to_string(load.wasted) + " " + load.failure + "\n";
  const auto at = [](const std::optional<Milliseconds>& time) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%8.1f", time.value_or(-1));
    return std::string(digits);
  };
  for (const Resource& one : load.resources) {
    text += at(one.promised) + at(one.hinted) + at(one.discovered) + at(one.requested) +
            at(one.first_byte) + at(one.complete) + "  " + one.target + " " +
            std::string(name_of(one.kind)) + " u=" + std::to_string(one.urgency) +
            (one.blocking ? " blocking " : " ") + std::string(name_of(one.from)) + " " +
            std::string(name_of(one.fate)) + " " + std::to_string(one.status) + " " +
            std::to_string(one.content) + "\n";
  }
  return text;
}

}  // namespace lab
