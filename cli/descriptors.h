// Descriptors: how many this process may have open, which is how many connections it can have.
#pragma once

#include <cstdint>
#include <string>

namespace cli {

// Takes as many as the hard limit allows (the soft one, 1,024 by custom, is there for programs that
// use select(2)), and has the kernel make room for them: once there are threads, every doubling of
// its table holds up the whole process, for 15 ms. Call before threads are started. Nothing is an
// error: what cannot be had stays as it was.
void take_descriptors();

// Why `connections` at one time cannot be had, in a sentence; empty: they can.
std::string lack_of_descriptors(std::uint64_t connections);

}  // namespace cli
