// Router: a path to the handler that answers it. Knows nothing of methods: each handler says 405
// itself.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "server/http/handler.h"

namespace http {

// An exact path wins; then the longest path ending in '/' that the request's path starts with; then
// the fallback. Paths are compared as sent, percent-encoded.
class Router final : public Handler {
 public:
  // `fallback` and every handler given to route() must outlive the router.
  explicit Router(Handler& fallback) : fallback_(fallback) {}

  // A path given twice keeps the later handler.
  void route(std::string path, Handler& handler);
  void handle(const Request& request, Exchange exchange) override;

 private:
  Handler& find(std::string_view path) const;

  std::map<std::string, Handler*, std::less<>> routes_;
  Handler& fallback_;
};

}  // namespace http
