// Descriptors: how many this process may have open, which is how many connections it can have.
#pragma once

#include <cstdint>
#include <string>

namespace cli {

// Takes as many as the hard limit allows: the soft one (1,024 by custom) is there for programs that
// use select(2). And has the kernel make room for them at once: in a process with threads it waits
// for all of them each time that its table is full and doubled (15 ms for every client, as
// connections grow). Call before threads are started. Nothing is an error: what cannot be had stays
// as it was.
void take_descriptors();

// Why `connections` at one time cannot be had, in a sentence; empty: they can.
std::string lack_of_descriptors(std::uint64_t connections);

}  // namespace cli
