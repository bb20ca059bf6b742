#include "server/net/outbox.h"

#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <new>
#include <string>
#include <vector>

#include "server/net/handle.h"
#include "tests/support/refusal.h"

namespace {

// More than the kernel takes at once.
const std::vector<std::byte> large(4 << 20, std::byte{'x'});

struct Way {
  Way() {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    here = net::Fd(ends[0]);
    there = net::Fd(ends[1]);
  }
  net::Fd here, there;
};

}  // namespace

TEST_CASE("what one socket has no memory to keep is not sent by the next") {
  net::SendBuffer sealed;
  Way first, second;
  net::Outbox secrets(sealed), others(sealed);
  const bool waits_already = GENERATE(false, true);
  sealed.append(large);
  if (waits_already) {
    REQUIRE(secrets.flush(first.here.get()) == net::Socket::Status::open);
    sealed.append(large);
  }
  bool thrown = false;
  try {
    const testing::Refusal refusal(32 * 1024);
    (void)secrets.flush(first.here.get());
  } catch (const std::bad_alloc&) {
    thrown = true;
  }
  CHECK(thrown);
  sealed.append(std::as_bytes(std::span("own", 3)));
  REQUIRE(others.flush(second.here.get()) == net::Socket::Status::open);
  std::array<char, 100> heard{};
  CHECK(read(second.there.get(), heard.data(), heard.size()) == 3);
}
