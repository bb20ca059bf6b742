#include "cli/request_metrics.h"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <catch2/catch.hpp>
#include <string>

namespace {

struct World {
  World() { peer.tls = "TLSv1.3"; }
  void ended(std::string_view target, int status, const std::vector<http::Note>& notes) {
    metrics.completed({.peer = peer,
                       .method = "GET",
                       .authority = "app.test",
                       .target = target,
                       .user_agent = "",
                       .referer = "",
                       .traceparent = "",
                       .status = status,
                       .notes = notes});
  }
  std::string value(const std::string& series) const {
    const std::string text = prometheus::TextSerializer().Serialize(registry.Collect());
    const auto at = text.find('\n' + series + ' ');
    if (at == std::string::npos) return "none";
    const auto begin = at + series.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
  }

  http::Peer peer;
  cli::Config config;
  prometheus::Registry registry;
  cli::RequestMetrics metrics{registry, config, nullptr};
};

}  // namespace

TEST_CASE_METHOD(World, "what the app server was asked is counted as its part, answered or not") {
  ended("/app.css", 200, {});
  ended("/slow", 0, {{"upstream", "http://a"}});
  ended("/more", 503, {{"upstream_error", "too many requests"}});
  CHECK(value("herald_requests_total{code=\"200\",part=\"files\"}") == "1");
  CHECK(value("herald_requests_total{code=\"0\",part=\"upstream\"}") == "1");
  CHECK(value("herald_requests_total{code=\"503\",part=\"upstream\"}") == "1");
  CHECK(value("herald_upstream_errors_total") == "1");
}

TEST_CASE_METHOD(World, "a request that was its client's mistake is no error of the app server") {
  ended("/", 405, {{"upstream_error", "a method that is not passed on"}});
  CHECK(value("herald_requests_total{code=\"405\",part=\"upstream\"}") == "1");
  CHECK(value("herald_upstream_errors_total") == "0");
}
