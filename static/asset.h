// Asset: one immutable version of a file, with its encodings and validators; all that an answer
// needs is prepared. Where assets come from is asset_reader's business.
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>

#include "server/http/body.h"
#include "server/http/headers.h"
#include "server/http/message.h"
#include "static/encoding.h"
#include "static/file_body.h"
#include "static/range.h"

namespace assets {

// The bytes of one representation: in memory or, if large, in a file held open.
struct Content {
  std::shared_ptr<const std::string> text;  // null if it is in `file`
  std::shared_ptr<const OpenFile> file;
  std::uint64_t length = 0;
};

// The asset in one content coding: a representation with validators of its own (RFC 9110
// section 8.8).
struct Variant {
  Coding coding = Coding::identity;
  std::string etag;  // strong, with its quotes
  Content content;
  std::shared_ptr<const http::Headers> fields;        // of a 200
  std::shared_ptr<const http::Headers> not_modified;  // of a 304

  Slice whole() const { return {0, content.length}; }
  // `slice` must lie within the content.
  std::unique_ptr<http::Body> body(Slice slice) const;
};

struct Asset {
  std::string path;  // under the root, decoded, without a leading '/': "docs/index.html"
  std::string content_type;
  std::string cache_control;
  // As told in last-modified; none: the date of its file says nothing.
  std::optional<std::time_t> modified;
  http::Priority priority;
  bool varies = false;  // there are, or may be, codings besides identity

  // By index_of(coding); null if there is none (yet). identity is always there.
  std::array<std::shared_ptr<const Variant>, coding_count> variants;
  // By index_of(coding): not made yet, but worth trying.
  std::array<bool, coding_count> untried{};

  const Variant& identity() const { return *variants[index_of(Coding::identity)]; }
  // Changes whenever the content does.
  const std::string& version() const { return identity().etag; }
  // The content itself, null for a large file.
  const std::shared_ptr<const std::string>& text() const { return identity().content.text; }

  // About what it costs to keep: bytes of memory; a descriptor counts as descriptor_weight.
  std::size_t weight() const;
};
inline constexpr std::size_t descriptor_weight = std::size_t{256} * 1024;

// Of the asset that `asset` describes (its path, type, date...), ready to send. `tag` is the etag
// without quotes and coding.
std::shared_ptr<const Variant> make_variant(const Asset& asset, Coding coding, Content content,
                                            const std::string& tag);

}  // namespace assets
