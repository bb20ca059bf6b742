// FileHandler: the one place that turns outcomes of asset_store and precondition into responses.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "server/http/handler.h"
#include "static/asset_store.h"
#include "static/site_rules.h"

namespace assets {

// Serves GET and HEAD. A file goes before what `_redirects` says, unless a rule insists; a path
// without a file, and without a rule, is answered by: index.html, for navigations of a single-page
// app; else `next`, if there is one, whatever the method; else 404.html, if there is one, with
// status 404; else a problem. The path of a folder with an index.html is redirected into it; that
// of one without is a path without a file if there is a `next`.
class FileHandler final : public http::Handler {
 public:
  enum class Spa {
    off,
    on,  // navigations to unknown paths get /index.html with 200; other unknown paths do not
  };
  struct Options {
    Spa spa = Spa::off;
    http::Handler* next = nullptr;  // must outlive the handler
    SiteRules* rules = nullptr;     // likewise; null: none
  };

  // `store` must outlive the handler, but not be used any more once the handler has gone.
  FileHandler(AssetStore& store, Options options);

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  Lookup find(std::string_view path);
  void reply(const http::Request& request, const std::shared_ptr<const Asset>& asset,
             http::Exchange exchange);
  http::Response answer(const http::Request& request, const std::shared_ptr<const Asset>& asset);
  http::Response answer_missing(const http::Request& request);
  http::Response answer_missing(const http::Request& request,
                                const std::shared_ptr<const Asset>& page);
  // What the rules say, if they say anything that can be done.
  std::optional<http::Response> answer_by_rule(const http::Request& request, const Lookup& found);
  // With the fields that the rules have for the request.
  void dress(const http::Request& request, const Asset& asset, http::Response& response);
  Variant dressed(const http::Request& request, Variant variant, SiteRules::Kind kind);

  AssetStore& store_;
  Options options_;
  std::uint64_t boundary_;  // of multipart bodies, counted up
};

}  // namespace assets
