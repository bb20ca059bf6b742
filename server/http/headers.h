// Headers: the fields of one message, in order, names in lower case (RFC 9113 section 8.2).
// Kept as one run of text and a table of slices, so that a message costs two allocations whatever
// it carries. Knows nothing of what a field means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

// One field as seen by a reader. The views are valid until the Headers that gave it is changed.
struct Field {
  std::string_view name;
  std::string_view value;
  bool operator==(const Field&) const = default;
};

class Headers {
 public:
  class Iterator;

  Headers() = default;
  Headers(std::initializer_list<Field> fields);

  // Appends. `name` must be in lower case already.
  void add(std::string_view name, std::string_view value);
  // Appends after removing every field of that name.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  void append(const Headers& others);

  // The first field of that name.
  std::optional<std::string_view> get(std::string_view name) const;
  bool has(std::string_view name) const { return get(name).has_value(); }
  // Every field of that name, joined by ", " (RFC 9110 section 5.3). Empty if there is none.
  std::string joined(std::string_view name) const;

  std::size_t size() const { return slices_.size(); }
  bool empty() const { return slices_.empty(); }
  Field operator[](std::size_t index) const;
  Iterator begin() const;
  Iterator end() const;

 private:
  struct Slice {
    std::uint32_t start;
    std::uint32_t name;   // bytes; the value follows at once
    std::uint32_t value;  // bytes
  };
  std::string text_;
  std::vector<Slice> slices_;
};

class Headers::Iterator {
 public:
  using value_type = Field;
  using difference_type = std::ptrdiff_t;
  Iterator(const Headers& headers, std::size_t index) : headers_(&headers), index_(index) {}
  Field operator*() const { return (*headers_)[index_]; }
  Iterator& operator++() {
    ++index_;
    return *this;
  }
  bool operator==(const Iterator& other) const { return index_ == other.index_; }

 private:
  const Headers* headers_;
  std::size_t index_;
};

// ASCII only, as field names and most tokens are.
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string to_lower(std::string_view text);
// Without spaces and tabs at both ends (OWS, RFC 9110 section 5.6.3).
std::string_view trim(std::string_view text);

}  // namespace http
