// The Huffman code of HPACK (RFC 7541 section 5.2 and appendix B).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace h2::huffman {

// In bytes, padding included.
std::size_t encoded_size(std::string_view text);
// Writes encoded_size(text) bytes; gives their end.
char* encode(std::string_view text, char* to);
// Appends what `bytes` stand for. False: the code of EOS is among them, or their padding is too
// long or not of ones.
bool decode(std::span<const std::uint8_t> bytes, std::string& to);

}  // namespace h2::huffman
