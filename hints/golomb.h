// Golomb: a set of small numbers in few bytes (Rice's case of the code, of the gaps between them),
// as cache digests have it: about 11 bits for each of a hundred members.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hints {

inline constexpr std::size_t golomb_most = 255;  // members

// `members` sorted, each once, at most golomb_most.
std::string golomb_encode(const std::vector<std::uint16_t>& members);
// None if it is not what golomb_encode() gives.
std::optional<std::vector<std::uint16_t>> golomb_decode(std::string_view text);

}  // namespace hints
