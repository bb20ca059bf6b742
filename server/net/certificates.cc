#include "server/net/certificates.h"

#include <algorithm>
#include <utility>

namespace net {
namespace {

std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

Certificates::Certificates(std::shared_ptr<const Credentials> standard,
                           std::vector<std::shared_ptr<const Credentials>> more)
    : all_(std::move(more)) {
  all_.insert(all_.begin(), std::move(standard));
  for (const auto& credentials : all_) {
    for (const std::string& name : credentials->names()) {
      by_name_.emplace(lowered(name), credentials.get());
    }
  }
}

const Credentials* Certificates::find(std::string_view host) const {
  const std::string name = lowered(host);
  if (const auto exact = by_name_.find(name); exact != by_name_.end()) return exact->second;
  const std::size_t dot = name.find('.');
  if (dot == name.npos || dot == 0) return nullptr;
  const auto wildcard = by_name_.find("*" + name.substr(dot));
  return wildcard == by_name_.end() ? nullptr : wildcard->second;
}

std::chrono::system_clock::time_point Certificates::expires() const {
  const auto first = std::ranges::min_element(
      all_, {}, [](const auto& credentials) { return credentials->expires(); });
  return (*first)->expires();
}

}  // namespace net
