#include "sse/rate_limit.h"

#include <algorithm>
#include <cmath>

#include "server/net/client_network.h"
#include "sse/credentials.h"
#include "sse/digest.h"

namespace sse {

RateLimit::RateLimit(Options options)
    : options_{.per_second = options.per_second,
               .burst = std::max(options.burst > 0 ? options.burst : options.per_second, 1.0),
               .clients = options.clients} {}

std::chrono::milliseconds RateLimit::take(std::string_view client, std::size_t count,
                                          net::Clock::time_point now) {
  if (!limited()) return {};
  const auto found = by_client_.find(client);
  if (found != by_client_.end()) {
    buckets_.splice(buckets_.end(), buckets_, found->second);
  } else {
    if (buckets_.size() >= options_.clients) {
      by_client_.erase(buckets_.front().client);
      buckets_.pop_front();
    }
    buckets_.push_back({std::string(client), options_.burst, now});
    by_client_.emplace(buckets_.back().client, std::prev(buckets_.end()));
  }
  Bucket& bucket = buckets_.back();
  const double seconds = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.left = std::min(options_.burst, bucket.left + seconds * options_.per_second);
  bucket.filled = now;
  // More at once than a bucket ever holds needs a full one, and leaves a debt.
  const double needed = std::min(static_cast<double>(count), options_.burst);
  if (bucket.left + 1e-9 >= needed) {
    bucket.left -= static_cast<double>(count);
    return {};
  }
  const double wait = (needed - bucket.left) / options_.per_second;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(wait * 1000)));
}

std::string client_of(const http::Request& request, const Grant& grant) {
  if (grant.verified) {
    const std::string token = credentials_of(request)->token;
    // A JSON Web Token's signature may have several forms that are all good; what it signs has one.
    const bool jwt = std::ranges::count(token, '.') == 2;
    return "token " + digest(jwt ? token.substr(0, token.rfind('.')) : token);
  }
  return "network " + std::to_string(request.peer ? net::client_network(request.peer->address) : 0);
}

}  // namespace sse
