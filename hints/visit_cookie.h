// VisitCookie: what a client has been pushed, kept by the client itself, so that its next
// connection does not push it again. Only clients that take pushes are ever given one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hints/plan.h"
#include "server/http/headers.h"
#include "server/net/signer.h"

namespace hints {

// The assets of a client, each in the version it has: a new build is a new asset. Once in a few
// hundred times it claims one that the client lacks, which is then not pushed but told by link.
class VisitCookie {
 public:
  static constexpr std::string_view name = "__Host-herald-visit";

  // That of a request's `cookie` fields; empty if it has none that `signer` has signed.
  static VisitCookie of(const http::Headers& fields, const net::Signer& signer);

  bool contains(const Item& item) const;
  // Forgets all the others when there would be too many. True if it was not there.
  bool add(const Item& item);
  // A `set-cookie` value: for this host, over TLS, for a week, and hidden from scripts.
  std::string set_cookie(const net::Signer& signer) const;

 private:
  std::vector<std::uint16_t> members_;  // sorted
};

}  // namespace hints
