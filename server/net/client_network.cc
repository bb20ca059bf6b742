#include "server/net/client_network.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>
#include <string>

namespace net {

std::uint64_t client_network(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));  // without an interface
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    return std::uint64_t{0xffff} << 32 | ntohl(v4.s_addr);
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return 0;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    std::uint32_t low = 0;
    std::memcpy(&low, &v6.s6_addr[12], sizeof low);
    return std::uint64_t{0xffff} << 32 | ntohl(low);
  }
  std::uint64_t prefix = 0;
  for (int i = 0; i < 8; ++i) prefix = prefix << 8 | v6.s6_addr[i];
  return prefix;
}

}  // namespace net
