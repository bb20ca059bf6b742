#include "server/net/certificates.h"

#include <catch2/catch.hpp>

#include "certs/x509.h"

namespace {

using Shared = std::shared_ptr<const net::Credentials>;

Shared made_for(const std::vector<std::string>& hosts) {
  static const auto now = std::chrono::system_clock::now();
  static const certs::Identity authority = certs::make_authority(now);
  const certs::Identity leaf = certs::make_leaf(authority, hosts, now);
  return net::Credentials::parse(certs::to_pem(*leaf.certificate), certs::to_pem(*leaf.key),
                                 "c.pem", "k.pem");
}

}  // namespace

TEST_CASE("the names of a certificate are those of its subjectAltName, not its addresses") {
  auto names = made_for({"app.test", "*.app.test", "127.0.0.1"})->names();
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"*.app.test", "app.test"});
}

TEST_CASE("a certificate is found by its exact name, in any case of letters") {
  const Shared a = made_for({"a.test"});
  const Shared b = made_for({"b.test", "www.b.test"});
  const net::Certificates all(a, {b});
  CHECK(&all.standard() == a.get());
  CHECK(all.find("a.test") == a.get());
  CHECK(all.find("b.test") == b.get());
  CHECK(all.find("WWW.B.Test") == b.get());
}

TEST_CASE("a name that no certificate is for finds none") {
  const net::Certificates all(made_for({"a.test"}), {made_for({"*.b.test"})});
  for (const char* name :
       {"", ".", "c.test", "test", "xa.test", "www.a.test", "a.test.", "b.test"}) {
    CHECK(all.find(name) == nullptr);
  }
}

TEST_CASE("a wildcard stands for one label, and yields to an exact name") {
  const Shared wide = made_for({"*.app.test"});
  const Shared exact = made_for({"www.app.test"});
  const net::Certificates all(wide, {exact});
  CHECK(all.find("api.app.test") == wide.get());
  CHECK(all.find("www.app.test") == exact.get());
  CHECK(all.find("app.test") == nullptr);
  CHECK(all.find("a.api.app.test") == nullptr);
  CHECK(all.find(".app.test") == nullptr);
}

TEST_CASE("of two certificates for one name the earlier has it, the standard one first") {
  const Shared standard = made_for({"a.test"});
  const Shared second = made_for({"a.test", "b.test"});
  const Shared third = made_for({"b.test"});
  const net::Certificates all(standard, {second, third});
  CHECK(all.find("a.test") == standard.get());
  CHECK(all.find("b.test") == second.get());
}
