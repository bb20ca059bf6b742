#include "server/net/error.h"

#include <catch2/catch.hpp>
#include <new>
#include <stdexcept>

using net::reason_of;

TEST_CASE("that there is no memory is said in words, other reasons as they are") {
  CHECK(reason_of(std::bad_alloc()) == "no memory is left");
  CHECK(reason_of(std::runtime_error("the disk is full")) == "the disk is full");
}
