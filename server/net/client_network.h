// Whom limits for a client count as one: an IPv4 address (also when mapped into IPv6) or an IPv6
// prefix of 64 bits, as whoever has one address of a prefix has them all.
#pragma once

#include <cstdint>
#include <string_view>

namespace net {

// `address` is numeric, perhaps with an interface ("fe80::1%eth0"); 0 if it is none. From any
// thread.
std::uint64_t client_network(std::string_view address);

}  // namespace net
