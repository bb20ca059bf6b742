#include "server/http/headers.h"

#include <algorithm>

namespace http {

Headers::Headers(std::initializer_list<Field> fields) {
  for (const Field& field : fields) add(field.name, field.value);
}

void Headers::add(std::string_view name, std::string_view value) {
  if (slices_.empty()) {  // a request's usual fields without growing step by step
    slices_.reserve(16);
    text_.reserve(480);
  }
  slices_.push_back({static_cast<std::uint32_t>(text_.size()),
                     static_cast<std::uint32_t>(name.size()),
                     static_cast<std::uint32_t>(value.size())});
  text_.append(name).append(value);
}

void Headers::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void Headers::remove(std::string_view name) {
  std::erase_if(slices_, [&](const Slice& slice) {
    return std::string_view(text_).substr(slice.start, slice.name) == name;
  });
}

void Headers::append(const Headers& others) {
  for (const Field field : others) add(field.name, field.value);
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const Field field : *this) {
    if (field.name == name) return field.value;
  }
  return std::nullopt;
}

std::string Headers::joined(std::string_view name) const {
  std::string all;
  bool first = true;
  for (const Field field : *this) {
    if (field.name != name) continue;
    if (!first) all += ", ";
    first = false;
    all += field.value;
  }
  return all;
}

Field Headers::operator[](std::size_t index) const {
  const Slice& slice = slices_[index];
  const char* start = text_.data() + slice.start;
  return {{start, slice.name}, {start + slice.name, slice.value}};
}

Headers::Iterator Headers::begin() const { return {*this, 0}; }
Headers::Iterator Headers::end() const { return {*this, slices_.size()}; }

namespace {
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string to_lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace http
