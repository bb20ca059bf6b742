// Several slices of one representation as a single body: multipart/byteranges (RFC 9110
// section 14.6).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/http/body.h"
#include "static/asset.h"

namespace assets {

struct Multipart {
  std::string content_type;
  std::unique_ptr<http::Body> body;
};

// `number` goes into the boundary and should differ each time.
Multipart multipart_of(const Variant& variant, const std::vector<Slice>& slices,
                       std::uint64_t number);

}  // namespace assets
