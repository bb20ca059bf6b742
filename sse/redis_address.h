// RedisAddress: where a Redis is, and who we are there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sse {

struct RedisAddress {
  struct Place {
    std::string host;  // empty: a socket at `path`
    std::uint16_t port = 6379;
    std::string path;
    std::string print() const;
  };
  // One or more; whichever is the primary at the time is talked to.
  std::vector<Place> places;
  std::string user;      // empty: Redis's default user
  std::string password;  // empty: none
  std::uint32_t database = 0;

  // "redis://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]]...[/DATABASE]" or
  // "unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE]"; user and password may be percent-encoded.
  // Throws net::Error, which never shows the password.
  static RedisAddress parse(std::string_view url);
  static bool looks_like(std::string_view url);
};

}  // namespace sse
