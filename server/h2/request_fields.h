// The rules for the fields of a request (RFC 9113 section 8.2 and 8.3): one header section becomes
// a Request, or is malformed, or too large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/h2/hpack_decoder.h"
#include "server/http/limits.h"
#include "server/http/message.h"

namespace h2 {

class RequestFields final : public FieldSink {
 public:
  // Fills `request`, which is empty.
  RequestFields(http::Request& request, const http::Limits& limits)
      : request_(request), limits_(limits) {}
  void field(std::string_view name, std::string_view value) override;

  // ---- after the last field
  bool malformed() const { return malformed_ || !complete(); }
  // Beyond Limits: only some of the fields are in the request.
  bool too_large() const { return too_large_; }
  // So far beyond them that it is no mistake.
  bool bomb() const { return bytes_ > 4 * limits_.header_bytes; }
  // What content-length declares.
  std::optional<std::uint64_t> content_length() const { return content_length_; }

 private:
  enum Pseudo : unsigned { none = 0, method = 1, scheme = 2, authority = 4, path = 8 };

  bool pseudo_field(std::string_view name, std::string_view value);
  bool regular_field(std::string_view name, std::string_view value);
  bool complete() const;

  http::Request& request_;
  const http::Limits& limits_;
  std::size_t bytes_ = 0;  // names, values and 32 for each field
  unsigned seen_ = none;
  bool malformed_ = false;
  bool too_large_ = false;
  bool any_regular_ = false;
  bool host_ = false;
  std::optional<std::uint64_t> content_length_;
};

// The fields behind a request's content (section 8.1).
class TrailerFields final : public FieldSink {
 public:
  // Fills `trailers`, which is empty.
  TrailerFields(http::Headers& trailers, const http::Limits& limits)
      : trailers_(trailers), limits_(limits) {}
  void field(std::string_view name, std::string_view value) override;
  bool malformed() const { return malformed_; }
  // With some left out they would say something else: none are to be used.
  bool too_large() const { return too_large_; }

 private:
  http::Headers& trailers_;
  const http::Limits& limits_;
  std::size_t bytes_ = 0;
  bool malformed_ = false;
  bool too_large_ = false;
};

// For sections that only the decoder needs.
class NoFields final : public FieldSink {
 public:
  void field(std::string_view, std::string_view) override {}
};

}  // namespace h2
