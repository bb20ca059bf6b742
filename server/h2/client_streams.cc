#include "server/h2/client_streams.h"

namespace h2 {

void ClientStreams::Bits::set(std::uint32_t number, bool on) {
  const std::uint64_t mask = std::uint64_t{1} << (number & 63);
  std::uint64_t& word = words_[(number >> 6) % words_.size()];
  word = on ? word | mask : word & ~mask;
}

void ClientStreams::open(std::uint32_t id) {
  std::uint32_t from = highest_ > 0 ? highest_ + 2 : 1;
  if ((id - from) / 2 >= remembered) {
    ended_.fill(false);
    jumped_.fill(true);
    from = id;
  }
  for (; from < id; from += 2) {
    ended_.set(from / 2, false);
    jumped_.set(from / 2, true);
  }
  highest_ = id;
  jumped_.set(id / 2, false);
  ended_.set(id / 2, false);
}

}  // namespace h2
