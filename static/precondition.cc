#include "static/precondition.h"

#include <compare>
#include <optional>

#include "static/http_date.h"

namespace assets {
namespace {

// The conditional fields of a request, found in one pass. Lists may be spread over several fields.
struct Conditions {
  bool any = false;
  bool if_match = false;
  bool if_none_match = false;
  std::optional<std::string_view> if_modified_since;
  std::optional<std::string_view> if_unmodified_since;
  std::optional<std::string_view> if_range;
  std::optional<std::string_view> range;
};

Conditions conditions_of(const http::Headers& fields) {
  Conditions found;
  for (const auto [name, value] : fields) {
    if (!name.starts_with("if-") && name != "range") continue;
    found.any = true;
    if (name == "if-match") found.if_match = true;
    if (name == "if-none-match") found.if_none_match = true;
    if (name == "if-modified-since") found.if_modified_since = value;
    if (name == "if-unmodified-since") found.if_unmodified_since = value;
    if (name == "if-range") found.if_range = value;
    if (name == "range") found.range = value;
  }
  return found;
}

enum class Comparison { strong, weak };

// Whether a list of entity tags (or "*") holds `etag`, which is strong. Members that are no entity
// tag are passed over. RFC 9110 section 8.8.3.2.
bool list_holds(std::string_view list, std::string_view etag, Comparison comparison) {
  if (http::trim(list) == "*") return true;
  for (;;) {
    const auto start = list.find_first_not_of(" \t,");
    if (start == std::string_view::npos) return false;
    list.remove_prefix(start);
    const bool weak = list.starts_with("W/");
    if (weak) list.remove_prefix(2);
    const auto close = list.starts_with('"') ? list.find('"', 1) : std::string_view::npos;
    if (close == std::string_view::npos) {
      const auto comma = list.find(',');
      if (comma == std::string_view::npos) return false;
      list.remove_prefix(comma);
      continue;
    }
    const bool counts = !weak || comparison == Comparison::weak;
    if (counts && list.substr(0, close + 1) == etag) return true;
    list.remove_prefix(close + 1);
  }
}

bool any_holds(const http::Headers& fields, std::string_view name, std::string_view etag,
               Comparison comparison) {
  for (const http::Field field : fields) {
    if (field.name == name && list_holds(field.value, etag, comparison)) return true;
  }
  return false;
}

// Unordered, and so neither before nor after, if either is no date.
std::partial_ordering compared(std::optional<std::time_t> modified, std::string_view text) {
  const auto date = parse_http_date(text);
  if (!modified || !date) return std::partial_ordering::unordered;
  return *modified <=> *date;
}

// RFC 9110 section 13.1.5: an exact match of a strong validator.
bool range_still_valid(std::string_view if_range, const Validators& current) {
  if (if_range.starts_with('"') || if_range.starts_with("W/")) return if_range == current.etag;
  const auto date = parse_http_date(if_range);
  return date && current.modified == date;
}

}  // namespace

Decision decide(const http::Request& request, const Validators& current) {
  const http::Headers& fields = request.fields;
  const Conditions conditions = conditions_of(fields);
  if (!conditions.any) return Whole{};

  if (conditions.if_match) {
    if (!any_holds(fields, "if-match", current.etag, Comparison::strong)) return Failed{};
  } else if (conditions.if_unmodified_since) {
    if (compared(current.modified, *conditions.if_unmodified_since) > 0) return Failed{};
  }

  if (conditions.if_none_match) {
    if (any_holds(fields, "if-none-match", current.etag, Comparison::weak)) return NotModified{};
  } else if (conditions.if_modified_since) {
    if (compared(current.modified, *conditions.if_modified_since) <= 0) return NotModified{};
  }

  if (!conditions.range || request.method != "GET") return Whole{};
  if (conditions.if_range && !range_still_valid(http::trim(*conditions.if_range), current)) {
    return Whole{};
  }
  Ranges ranges = parse_ranges(*conditions.range, current.length);
  switch (ranges.verdict) {
    case Ranges::Verdict::satisfiable:
      return Partial{std::move(ranges.slices)};
    case Ranges::Verdict::unsatisfiable:
      return Unsatisfiable{};
    case Ranges::Verdict::ignored:
      break;
  }
  return Whole{};
}

}  // namespace assets
