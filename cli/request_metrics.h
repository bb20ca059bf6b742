// RequestMetrics: counts exchanges as they end, by the part of the site that answered and by
// status, and how long they took. Stands in front of the access log.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/config.h"
#include "server/http/access.h"

namespace prometheus {
class Counter;
class Histogram;
class Registry;
template <typename T>
class Family;
}  // namespace prometheus

namespace cli {

class RequestMetrics final : public http::AccessLog {
 public:
  // Its families are made in `registry`; `next` may be null. Both must outlive this.
  RequestMetrics(prometheus::Registry& registry, const Config& config, http::AccessLog* next);

  // The parts are at these URLs from now on. One thread at a time.
  void use(const Config::Events& at);

  // Any thread.
  void completed(const http::Access& access) noexcept override;

 private:
  static constexpr std::size_t statuses = 600;
  static constexpr std::size_t parts = 9;
  // Which of parts_ answers an exact path; one that ends in '/' is everything below.
  using Urls = std::vector<std::pair<std::string, std::uint8_t>>;
  struct Part {
    std::string name;
    // Made when first needed: most parts know a handful of codes. 0 counts clients that left.
    std::array<std::atomic<prometheus::Counter*>, statuses> answered{};
    prometheus::Counter* bytes = nullptr;
    prometheus::Histogram* first_byte = nullptr;
    prometheus::Histogram* duration = nullptr;
  };

  void count(const http::Access& access);
  Part& part_of(const http::Access& access);
  prometheus::Counter& answered(Part& part, int status);

  http::AccessLog* const next_;
  prometheus::Family<prometheus::Counter>& requests_;
  std::array<Part, parts> parts_;
  std::atomic<const Urls*> urls_;
  std::vector<std::unique_ptr<const Urls>> all_urls_;  // since the start: threads may be reading
  prometheus::Counter* upstream_errors_;
  prometheus::Counter* pushed_bytes_;
  prometheus::Counter* wasted_pushes_;
  prometheus::Counter* hinted_;
};

}  // namespace cli
