#include "proxy/figures.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace proxy {
namespace {

template <typename Counts>
void add(Counts& to, const Counts& more) {
  std::ranges::transform(to, more, to.begin(), std::plus<>());
}

}  // namespace

std::string_view words(Failure failure) {
  switch (failure) {
    case Failure::unreachable:
      return "unreachable";
    case Failure::late:
      return "late";
    case Failure::lost:
      return "lost";
    case Failure::malformed:
      return "malformed";
  }
  return "";
}

void Figures::answered(Duration after) {
  const auto bound = std::ranges::lower_bound(bounds, after);
  ++first_byte[static_cast<std::size_t>(bound - bounds.begin())];
  first_byte_sum += after;
}

std::uint64_t Figures::answers() const {
  return std::accumulate(first_byte.begin(), first_byte.end(), std::uint64_t{0});
}

std::chrono::milliseconds Figures::within(double share) const {
  const double wanted = share * static_cast<double>(answers());
  if (wanted <= 0) return {};
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    seen += first_byte[i];
    if (static_cast<double>(seen) >= wanted) return bounds[i];
  }
  return bounds.back();
}

std::vector<Figures> sum(std::vector<Figures> figures, const std::vector<Figures>& more) {
  for (const Figures& one : more) {
    const auto known = std::ranges::find(figures, one.upstream, &Figures::upstream);
    if (known == figures.end()) {
      figures.push_back(one);
      continue;
    }
    known->requests += one.requests;
    known->in_flight += one.in_flight;
    known->failing_for += one.failing_for;
    known->first_byte_sum += one.first_byte_sum;
    add(known->failures, one.failures);
    add(known->first_byte, one.first_byte);
  }
  return figures;
}

}  // namespace proxy
