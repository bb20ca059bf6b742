// The certificate of the laboratory's own server: made in memory, known to nobody, never written.
#pragma once

#include <memory>

#include "server/net/credentials.h"

namespace lab {

// Ed25519, self-signed, for `host_of_pages`. Its signatures are all of one length, so that a
// handshake has the same bytes each time. Throws net::Error.
std::shared_ptr<const net::Credentials> make_identity();

// The same with ECDSA, as browsers know no Ed25519.
std::shared_ptr<const net::Credentials> make_browser_identity();

inline constexpr const char* host_of_pages = "page.test";

}  // namespace lab
