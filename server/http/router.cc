#include "server/http/router.h"

#include <utility>

namespace http {

void Router::route(std::string path, Handler& handler) {
  routes_.insert_or_assign(std::move(path), &handler);
}

Handler& Router::find(std::string_view path) const {
  if (const auto exact = routes_.find(path); exact != routes_.end()) return *exact->second;
  for (auto slash = path.rfind('/'); slash != std::string_view::npos && slash > 0;
       slash = path.rfind('/', slash - 1)) {
    const auto prefix = routes_.find(path.substr(0, slash + 1));
    if (prefix != routes_.end()) return *prefix->second;
  }
  return fallback_;
}

void Router::handle(const Request& request, Exchange exchange) {
  find(request.path()).handle(request, std::move(exchange));
}

}  // namespace http
