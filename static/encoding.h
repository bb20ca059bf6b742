// Content codings: which ones a request accepts (RFC 9110 section 12.5.3), and making them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/headers.h"

namespace assets {

// In the server's order of preference.
enum class Coding : std::uint8_t { br, zstd, gzip, identity };
inline constexpr std::size_t coding_count = 4;
inline constexpr std::array<Coding, 3> compressing_codings{Coding::br, Coding::zstd, Coding::gzip};

constexpr std::size_t index_of(Coding coding) { return static_cast<std::size_t>(coding); }
// As in content-encoding: "br".
std::string_view name_of(Coding coding);
// Of a file's sibling: ".br"; empty for identity.
std::string_view suffix_of(Coding coding);

// The acceptable codings, best first. Empty if even identity is refused and nothing else is known.
class AcceptedCodings {
 public:
  // From every accept-encoding field. Without one: identity alone. Members that are malformed are
  // passed over; identity, unless refused, is always among the accepted, last if it was not listed.
  explicit AcceptedCodings(const http::Headers& request_fields);

  const Coding* begin() const { return order_.data(); }
  const Coding* end() const { return order_.data() + count_; }

 private:
  std::array<Coding, coding_count> order_{};
  std::size_t count_ = 0;
};

// None if the result would not be smaller than `text`. Takes up to some 50 ms for a megabyte, so
// keep what it gives.
std::optional<std::string> compress(Coding coding, std::string_view text);

}  // namespace assets
