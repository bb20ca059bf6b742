#include "bench/load/message.h"

#include <charconv>
#include <cstdio>

namespace bench {

std::string message(Mark mark, std::size_t size) {
  std::array<char, mark_size + 1> text;
  std::snprintf(text.data(), text.size(), "#%08x%016llx", mark.number,
                static_cast<unsigned long long>(mark.published));
  std::string made(text.data(), mark_size);
  if (size > made.size()) made.append(size - made.size(), 'x');
  return made;
}

void MarkReader::keep(std::string_view bytes) {
  bytes.copy(cut_.data(), bytes.size());
  have_ = static_cast<std::uint8_t>(bytes.size());
}

Mark MarkReader::parse(std::string_view bytes) {
  Mark mark{};
  std::from_chars(bytes.data() + 1, bytes.data() + 9, mark.number, 16);
  std::from_chars(bytes.data() + 9, bytes.data() + mark_size, mark.published, 16);
  return mark;
}

}  // namespace bench
