#include "proxy/response_head.h"

#include <charconv>
#include <string>

namespace proxy {

ResponseHead::Stage ResponseHead::take(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > limits_.bytes) return Stage::wrong;
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (final_) {
    take_field(line, trailers_);
    return Stage::final;
  }
  if (!inside_) {
    inside_ = take_status(line);
    return inside_ ? Stage::reading : Stage::wrong;
  }
  if (!line.empty()) {
    take_field(line, fields_);
    return Stage::reading;
  }
  inside_ = false;
  if (status_ >= 200) {
    final_ = true;
    return Stage::final;
  }
  // Nobody has asked to change the protocol.
  if (status_ == 101 || ++sections_ > limits_.interim) return Stage::wrong;
  return Stage::interim;
}

bool ResponseHead::take_status(std::string_view line) {
  const auto space = line.find(' ');
  if (!line.starts_with("HTTP/") || space == std::string_view::npos) return false;
  line.remove_prefix(space + 1);
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), status_);
  fields_ = {};
  return error == std::errc() && end == line.data() + 3 && status_ >= 100 && status_ <= 599;
}

void ResponseHead::take_field(std::string_view line, http::Headers& into) {
  // A line that goes on with the last one (obs-fold) is passed over, as its field is in doubt.
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || line.starts_with(' ') || line.starts_with('\t')) return;
  into.add(http::to_lower(line.substr(0, colon)), http::trim(line.substr(colon + 1)));
}

std::optional<std::uint64_t> ResponseHead::length() const {
  const auto text = fields_.get("content-length");
  if (!text || fields_.has("transfer-encoding")) return std::nullopt;
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), length);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return length;
}

}  // namespace proxy
