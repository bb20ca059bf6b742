#include "cli/admin.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "server/http/problem.h"

namespace cli {
namespace {

// Of standard base64; empty if it is none.
std::string decoded(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return {};
  std::string out(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) return {};
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  out.resize(static_cast<std::size_t>(length) - padding);
  return out;
}

// In time that says nothing of where they differ.
bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string admin_token_of(std::string_view authorization) {
  const auto space = authorization.find(' ');
  if (space == std::string_view::npos) return {};
  const std::string_view scheme = authorization.substr(0, space);
  const std::string_view rest = http::trim(authorization.substr(space));
  if (http::equal_ignoring_case(scheme, "bearer")) return std::string(rest);
  if (!http::equal_ignoring_case(scheme, "basic") || rest.size() > 4096) return {};
  const std::string pair = decoded(rest);
  const auto colon = pair.find(':');
  return colon == std::string::npos ? "" : pair.substr(colon + 1);
}

bool AdminOnly::admitted(const http::Request& request) const {
  if (options_.dev == Dev::on && request.peer && request.peer->loopback()) return true;
  const std::string token = admin_token_of(request.fields.get("authorization").value_or(""));
  return !token.empty() && std::ranges::any_of(options_.tokens, [&](const std::string& known) {
    return same(known, token);
  });
}

void AdminOnly::handle(const http::Request& request, http::Exchange exchange) {
  if (admitted(request)) return next_.handle(request, std::move(exchange));
  if (options_.tokens.empty()) {
    return exchange.respond(
        http::problem(403, "This is shown to clients on the server's own machine only."));
  }
  http::Response response = http::problem(401, "This needs an admin token.");
  response.fields.add("www-authenticate", "Basic realm=\"Herald\", charset=\"UTF-8\", Bearer");
  exchange.respond(std::move(response));
}

}  // namespace cli
