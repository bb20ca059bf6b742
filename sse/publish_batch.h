// PublishBatch: reads the events of a batch (application/x-ndjson, one a line) in pieces: a
// thousand events with many topics each are milliseconds of work.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/http/exchange.h"
#include "server/http/message.h"
#include "sse/dry_run.h"
#include "sse/errands.h"
#include "sse/event.h"
#include "sse/grant.h"
#include "sse/hub_names.h"

namespace sse {

class PublishBatch final : public Errand {
 public:
  struct Terms {
    HubPlace hub;
    std::string hub_url;
    Grant grant;
    std::string key;         // Idempotency-Key; empty: none
    std::size_t line_bytes;  // of one event's, at most
    bool dry_run;
  };
  // One of the two is called, with the exchange.
  struct Then {
    std::function<void(http::Exchange, std::vector<Draft>)> publish;
    // What is wrong with the batch, or what would become of it.
    std::function<void(http::Exchange, http::Response)> answer;
  };
  PublishBatch(std::string content, Terms terms, Then then);

  bool piece() override;
  void done(http::Exchange exchange) override;

 private:
  std::optional<http::Response> read(std::string_view line);

  const std::string content_;
  const Terms terms_;
  const Then then_;
  std::size_t at_ = 0;      // in content_
  std::size_t number_ = 0;  // of the last line
  std::size_t events_ = 0;
  std::vector<Draft> drafts_;
  UpdatesExplained explained_;
  std::optional<http::Response> refused_;
};

}  // namespace sse
