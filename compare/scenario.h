// Scenario: under what conditions a page is loaded, and by which arm of the comparison. Values
// only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lab {

// Times of the laboratory are in milliseconds, rates in megabits (10^6 bits) per second.
using Milliseconds = double;

// How the assets of a page are told to the loader; all else is equal.
enum class Arm : std::uint8_t {
  none,
  link,              // `link` fields on the final answer only
  early_hints,       // 103, and `link` on the final answer
  push,              // PUSH_PROMISE only
  push_early_hints,  // PUSH_PROMISE for what may be pushed, 103 for the rest
};
inline constexpr std::array all_arms{Arm::none, Arm::link, Arm::early_hints, Arm::push,
                                     Arm::push_early_hints};
// As on the command line: "push+early-hints".
std::string_view name_of(Arm arm);

// What the loader's cache holds when the load begins.
enum class Cache : std::uint8_t {
  cold,    // nothing
  warm,    // every asset of the page, fresh; the document itself is never in it
  partly,  // every second asset in the page's order, fresh
  stale,   // every asset, to be validated
};
inline constexpr std::array all_caches{Cache::cold, Cache::warm, Cache::partly, Cache::stale};
std::string_view name_of(Cache cache);

enum class Connection : std::uint8_t {
  fresh,    // TCP and a full TLS handshake first
  resumed,  // TCP and a handshake by ticket
  reused,   // open, with nothing in flight; its congestion window as the earlier load left it
};
inline constexpr std::array all_connections{Connection::fresh, Connection::resumed,
                                            Connection::reused};
std::string_view name_of(Connection connection);

// One cell of the matrix.
struct Conditions {
  Milliseconds round_trip = 100;
  double down = 10;  // towards the loader
  double up = 5;
  Milliseconds think = 0;       // of the server, before the headers of the document
  Milliseconds body_think = 0;  // likewise, after its headers and before its content
  Cache cache = Cache::cold;
  Connection connection = Connection::fresh;
  bool live = false;  // an event stream is open on the connection, with an event now and then
  bool operator==(const Conditions&) const = default;
};

}  // namespace lab
