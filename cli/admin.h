// Admin: who may see what the server knows of itself, such as the plan of a page: clients on this
// machine in development mode, and everyone who has an admin token.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/http/handler.h"

namespace cli {

// Shows its handler to whoever may see it. A token comes as `Authorization: Bearer TOKEN`, or as
// the password of Basic, for which browsers ask; the name does not matter.
class AdminOnly final : public http::Handler {
 public:
  enum class Dev { off, on };
  struct Options {
    Dev dev = Dev::off;
    std::vector<std::string> tokens;
  };
  // `next` must outlive this.
  AdminOnly(http::Handler& next, Options options) : next_(next), options_(std::move(options)) {}

  void handle(const http::Request& request, http::Exchange exchange) override;
  // Whether anybody at all may see it.
  bool open() const { return options_.dev == Dev::on || !options_.tokens.empty(); }

 private:
  bool admitted(const http::Request& request) const;

  http::Handler& next_;
  Options options_;
};

// The token in an `authorization` field; empty if it holds none.
std::string admin_token_of(std::string_view authorization);

}  // namespace cli
