#include "proxy/fields.h"

#include <catch2/catch.hpp>

using namespace proxy;

namespace {

http::Request request(http::Headers fields) {
  static const http::Peer peer{.address = "192.0.2.7", .tls = {}, .cipher = {}};
  http::Request made;
  made.method = "GET";
  made.scheme = "https";
  made.authority = "app.test";
  made.target = "/";
  made.fields = std::move(fields);
  made.peer = &peer;
  return made;
}

}  // namespace

TEST_CASE("what belongs to one connection stays behind on the way to the app") {
  const auto passed = request_fields(request({{"keep-alive", "1"},
                                              {"proxy-authorization", "secret"},
                                              {"content-length", "5"},
                                              {"expect", "100-continue"},
                                              {"host", "other.test"},
                                              {"accept", "text/html"},
                                              {"x-own", ""}}),
                                     Forwarding::replace);
  for (const char* name : {"te", "connection", "keep-alive", "proxy-authorization",
                           "content-length", "expect", "host"}) {
    CAPTURE(name);
    CHECK_FALSE(passed.has(name));
  }
  CHECK(passed.get("accept") == "text/html");
  CHECK(passed.get("x-own") == "");
}

TEST_CASE("a client that takes trailers has them asked of the app") {
  const auto passed =
      request_fields(request({{"te", "trailers"}, {"trailer", "x-sum"}}), Forwarding::replace);
  CHECK(passed.get("te") == "trailers");
  CHECK(passed.get("connection") == "te");
  CHECK(passed.get("trailer") == "x-sum");
}

TEST_CASE("trailers cannot change what went before them") {
  const auto passed = response_trailers({{"x-sum", "5"},
                                         {"etag", "\"5\""},
                                         {"content-length", "5"},
                                         {"content-type", "text/html"},
                                         {"transfer-encoding", "chunked"},
                                         {"host", "other.test"},
                                         {"authorization", "Bearer x"},
                                         {"cookie", "a=1"},
                                         {"set-cookie", "a=1"},
                                         {"x-forwarded-for", "6.6.6.6"},
                                         {"bad name", "1"},
                                         {"x-bad", "a\x01z"}});
  CHECK(passed.size() == 2);
  CHECK(passed.get("x-sum") == "5");
  CHECK(passed.get("etag") == "\"5\"");
}

TEST_CASE("trailers of a request say nothing of who asks either") {
  const auto passed = request_trailers({{"x-sum", "5"},
                                        {"host", "other.test"},
                                        {"forwarded", "for=6.6.6.6"},
                                        {"x-forwarded-port", "80"},
                                        {"x-real-ip", "6.6.6.6"},
                                        {"x_real_ip", "6.6.6.6"}});
  CHECK(passed.size() == 1);
  CHECK(passed.get("x-sum") == "5");
}

TEST_CASE("the app is told who asked, and a client cannot tell it otherwise") {
  const auto asked = request({{"x-forwarded-for", "6.6.6.6"},
                              {"x-forwarded-proto", "http"},
                              {"x-forwarded-port", "80"},
                              {"forwarded", "for=6.6.6.6"},
                              {"x-real-ip", "6.6.6.6"},
                              {"x_forwarded_for", "6.6.6.6"}});
  const auto passed = request_fields(asked, Forwarding::replace);
  CHECK(passed.joined("forwarded") == "for=192.0.2.7;host=app.test;proto=https");
  CHECK(passed.joined("x-forwarded-for") == "192.0.2.7");
  CHECK(passed.joined("x-forwarded-proto") == "https");
  CHECK(passed.joined("x-forwarded-host") == "app.test");
  CHECK(passed.joined("via") == "2.0 herald");
  CHECK_FALSE(passed.has("x-forwarded-port"));
  CHECK_FALSE(passed.has("x-real-ip"));
  CHECK_FALSE(passed.has("x_forwarded_for"));
}

TEST_CASE("behind another proxy, what it says is believed and added to") {
  const auto passed = request_fields(request({{"x-forwarded-for", "198.51.100.1"},
                                              {"x-forwarded-proto", "http"},
                                              {"x-forwarded-host", "www.test"},
                                              {"x-forwarded-port", "8080"},
                                              {"x-real-ip", "198.51.100.1"},
                                              {"forwarded", "for=198.51.100.1"},
                                              {"via", "1.1 edge"}}),
                                     Forwarding::append);
  CHECK(passed.joined("x-forwarded-for") == "198.51.100.1, 192.0.2.7");
  CHECK(passed.joined("forwarded") == "for=198.51.100.1, for=192.0.2.7;host=app.test;proto=https");
  CHECK(passed.joined("x-forwarded-proto") == "http");
  CHECK(passed.joined("x-forwarded-host") == "www.test");
  CHECK(passed.joined("x-forwarded-port") == "8080");
  CHECK(passed.joined("x-real-ip") == "198.51.100.1");
  CHECK(passed.joined("via") == "1.1 edge, 2.0 herald");
}

TEST_CASE("via says how the request came") {
  auto asked = request({});
  asked.version = http::Version::http_1_1;
  CHECK(request_fields(asked, Forwarding::replace).joined("via") == "1.1 herald");
}

TEST_CASE("addresses of IPv6 and ports are quoted in forwarded") {
  const http::Peer peer{.address = "2001:db8::1", .tls = {}, .cipher = {}};
  auto asked = request({});
  asked.peer = &peer;
  asked.authority = "app.test:8443";
  CHECK(request_fields(asked, Forwarding::replace).joined("forwarded") ==
        "for=\"[2001:db8::1]\";host=\"app.test:8443\";proto=https");
}

TEST_CASE("a cookie that HTTP/2 took apart is whole again") {
  const auto passed =
      request_fields(request({{"cookie", "a=1"}, {"cookie", "b=2"}}), Forwarding::replace);
  CHECK(passed.size() > 0);
  CHECK(passed.joined("cookie") == "a=1; b=2");
}

TEST_CASE("the app sees the host that the client asked for, or its own") {
  const Address to = Address::parse("http://127.0.0.1:3000");
  CHECK(host_field("app.test", to, Host::of_client) == "app.test");
  CHECK(host_field("app.test", to, Host::of_upstream) == "127.0.0.1:3000");
  CHECK(host_field("", to, Host::of_client) == "127.0.0.1:3000");
}

TEST_CASE("an answer comes without what belongs to its connection, named or not") {
  const auto passed = response_fields({{"connection", "keep-alive, X-Internal"},
                                       {"keep-alive", "timeout=5"},
                                       {"x-internal", "1"},
                                       {"transfer-encoding", "chunked"},
                                       {"upgrade", "h2c"},
                                       {"trailer", "x-sum"},
                                       {"date", "then"},
                                       {"content-length", "5"},
                                       {"set-cookie", "a=1"},
                                       {"set-cookie", "b=2"},
                                       {"bad name", "1"},
                                       {"x-bad", "a\x01z"},
                                       {"x-latin", "caf\xe9"}});
  CHECK(passed.size() == 4);
  CHECK(passed.get("trailer") == "x-sum");
  CHECK(passed.joined("set-cookie") == "a=1, b=2");
  CHECK(passed.get("x-latin") == "caf\xe9");
}

TEST_CASE("how often a request has passed a Herald can be seen") {
  CHECK(times_seen({}) == 0);
  CHECK(times_seen({{"via", "2.0 herald, 1.1 edge"}, {"via", "2.0 herald"}}) == 2);
}

TEST_CASE("what can stand in a request line is a target, and nothing else") {
  CHECK(is_target("/a%20b?c=d"));
  CHECK(is_target("*"));
  CHECK(is_target("/caf\xc3\xa9"));
  CHECK_FALSE(is_target("/a b"));
  CHECK_FALSE(is_target("/a\r\nx: y"));
  CHECK_FALSE(is_target("/a#b"));
}

TEST_CASE("pages are urgent and downloads are not") {
  CHECK(priority_of("Text/HTML; charset=utf-8").urgency == 0);
  CHECK(priority_of("text/css").urgency == 1);
  CHECK(priority_of("image/png").urgency == 4);
  CHECK(priority_of("application/octet-stream").urgency == 6);
  CHECK(priority_of("application/json") == http::Priority{});
}
