#include "static/multipart.h"

#include <xxhash.h>

#include <utility>

namespace assets {

Multipart multipart_of(const Variant& variant, const std::vector<Slice>& slices,
                       std::uint64_t number) {
  // The etag mixes in, so that a file cannot have been written with the boundary inside.
  const std::string boundary = "part-" + std::to_string(XXH3_64bits_withSeed(
                                             variant.etag.data(), variant.etag.size(), number));
  const std::string type(variant.fields->get("content-type").value_or("application/octet-stream"));

  std::vector<std::unique_ptr<http::Body>> parts;
  parts.reserve(2 * slices.size() + 1);
  std::string separator = "--" + boundary;
  for (const Slice slice : slices) {
    std::string head = separator;
    head.append("\r\ncontent-type: ").append(type);
    head.append("\r\ncontent-range: ").append(content_range(slice, variant.content.length));
    parts.push_back(http::text_body(head.append("\r\n\r\n")));
    parts.push_back(variant.body(slice));
    separator = "\r\n--" + boundary;
  }
  parts.push_back(http::text_body(separator + "--\r\n"));
  return {"multipart/byteranges; boundary=" + boundary,
          std::make_unique<SequenceBody>(std::move(parts))};
}

}  // namespace assets
