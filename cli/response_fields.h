// ResponseFields: fields that every answer of the site carries unless it says otherwise itself:
// Strict-Transport-Security, and a preset of those that browsers take as protection. A rule of
// `_headers` that removes one ("! name") keeps it off as well.
#pragma once

#include <memory>

#include "cli/config.h"
#include "server/http/handler.h"
#include "static/site_rules.h"

namespace cli {

// What the configuration asks for; empty if nothing.
http::Headers response_fields(const Config& config);

class ResponseFields final : public http::Handler {
 public:
  // `next` and `rules` must outlive this.
  ResponseFields(http::Handler& next, http::Headers fields, assets::SiteRules& rules)
      : next_(next),
        fields_(std::make_shared<const http::Headers>(std::move(fields))),
        rules_(rules) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  std::shared_ptr<const http::Headers> fields_for(const http::Request& request);

  http::Handler& next_;
  const std::shared_ptr<const http::Headers> fields_;
  assets::SiteRules& rules_;
};

}  // namespace cli
