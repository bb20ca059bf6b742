#include "static/asset.h"

#include <utility>

#include "static/http_date.h"

namespace assets {

std::unique_ptr<http::Body> Variant::body(Slice slice) const {
  if (content.file) return std::make_unique<FileBody>(content.file, slice);
  return std::make_unique<http::MemoryBody>(content.text, static_cast<std::size_t>(slice.offset),
                                            static_cast<std::size_t>(slice.length));
}

std::size_t Asset::weight() const {
  constexpr std::size_t fields_and_tables = 1024;
  std::size_t sum = fields_and_tables + path.size();
  for (const auto& variant : variants) {
    if (!variant) continue;
    sum += fields_and_tables;
    sum += variant->content.file ? descriptor_weight : variant->content.text->size();
  }
  return sum;
}

std::shared_ptr<const Variant> make_variant(const Asset& asset, Coding coding, Content content,
                                            const std::string& tag) {
  auto variant = std::make_shared<Variant>();
  variant->coding = coding;
  variant->content = std::move(content);
  variant->etag = '"' + tag;
  if (coding != Coding::identity) variant->etag.append("-").append(name_of(coding));
  variant->etag += '"';

  http::Headers common;
  common.add("etag", variant->etag);
  common.add("cache-control", asset.cache_control);
  if (asset.varies) common.add("vary", "accept-encoding");
  common.add("x-content-type-options", "nosniff");

  http::Headers fields;
  fields.add("content-type", asset.content_type);
  if (coding != Coding::identity) fields.add("content-encoding", name_of(coding));
  if (asset.modified) fields.add("last-modified", format_http_date(*asset.modified));
  fields.add("accept-ranges", "bytes");
  fields.append(common);

  variant->fields = std::make_shared<const http::Headers>(std::move(fields));
  variant->not_modified = std::make_shared<const http::Headers>(std::move(common));
  return variant;
}

}  // namespace assets
