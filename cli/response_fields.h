// ResponseFields: fields that every answer of the site carries unless it says otherwise itself:
// Strict-Transport-Security, and a preset of those that browsers take as protection.
#pragma once

#include <memory>

#include "cli/config.h"
#include "server/http/handler.h"

namespace cli {

// What the configuration asks for; empty if nothing.
http::Headers response_fields(const Config& config);

class ResponseFields final : public http::Handler {
 public:
  // `next` must outlive this.
  ResponseFields(http::Handler& next, http::Headers fields)
      : next_(next), fields_(std::make_shared<const http::Headers>(std::move(fields))) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  http::Handler& next_;
  const std::shared_ptr<const http::Headers> fields_;
};

}  // namespace cli
