#include "cli/token.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <nlohmann/json.hpp>

#include "certs/files.h"
#include "server/net/error.h"
#include "server/net/handle.h"
#include "sse/json_web_token.h"

namespace cli {
namespace {

using nlohmann::json;

using Bio = net::Handle<BIO, BIO_free_all>;
using PrivateKey = net::Handle<EVP_PKEY, EVP_PKEY_free>;

constexpr std::size_t shortest_secret = 32;  // RFC 7518 section 3.2: as long as the hash

int no_password(char*, int, int, void*) { return -1; }

bool is_p256(const EVP_PKEY& key) {
  std::array<char, 64> group{};
  if (EVP_PKEY_get_group_name(&key, group.data(), group.size(), nullptr) != 1) return false;
  return std::string_view(group.data()) == "prime256v1";
}

void require_ec_key(const std::string& pem, const std::string& name) {
  const std::string remedy =
      ": make one with openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256";
  if (pem.find("PUBLIC KEY-----") != pem.npos) {
    throw net::Error(name + " holds a public key, and tokens are made with the private one");
  }
  if (pem.find("ENCRYPTED") != pem.npos) {
    throw net::Error(name + " is encrypted: decrypt it with openssl pkey");
  }
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (!key) throw net::Error(name + " is not a private key in PEM" + remedy);
  if (!is_p256(*key)) throw net::Error(name + " is not an EC key on the curve P-256" + remedy);
}

// RFC 9396, as Mercure's draft 08 profiles it.
json detail(const char* action, const std::vector<std::string>& topics) {
  constexpr std::string_view pattern = "urlpattern:";
  json matchers = json::array();
  for (const std::string& topic : topics) {
    if (topic.starts_with(pattern)) {
      matchers.push_back({{"match", topic.substr(pattern.size())}, {"match_type", "urlpattern"}});
    } else {
      matchers.push_back({{"match", topic}});
    }
  }
  return {{"type", "https://mercure.rocks/authorization-detail"},
          {"actions", {action}},
          {"topics", std::move(matchers)}};
}

// `type`: of the token (RFC 7515 section 4.1.9).
std::string sign(const TokenKey& key, const Claims& claims, json rights, const char* type) {
  const auto issued = std::chrono::system_clock::to_time_t(claims.issued);
  rights["iat"] = issued;
  rights["exp"] = issued + static_cast<long>(claims.lifetime.count());
  try {
    return sse::sign_token(sse::Key::read(key.content()), rights, type);
  } catch (const json::exception&) {
    throw net::Error("a topic is not UTF-8");
  }
}

}  // namespace

TokenKey TokenKey::load(const std::string& file) {
  auto content = certs::read_file(file);
  if (!content) throw net::Error("cannot read " + file + ": there is no such file");
  return parse(std::move(*content), file);
}

TokenKey TokenKey::parse(std::string content, const std::string& name) {
  if (content.find("-----BEGIN ") != content.npos) {
    require_ec_key(content, name);
    return {Algorithm::es256, std::move(content)};
  }
  // All line breaks at the end, as the server reads it.
  content.erase(content.find_last_not_of("\r\n") + 1);
  if (content.size() < shortest_secret) {
    throw net::Error(name + " is too short for a secret (" + std::to_string(content.size()) +
                     " bytes, at least 32 are needed): make one with openssl rand -hex 32");
  }
  return {Algorithm::hs256, std::move(content)};
}

std::string make_token(const TokenKey& key, const Claims& claims) {
  json mercure = json::object();
  if (!claims.publish.empty()) mercure["publish"] = claims.publish;
  if (!claims.subscribe.empty()) mercure["subscribe"] = claims.subscribe;
  return sign(key, claims, {{"mercure", mercure}}, "JWT");
}

std::string make_token(const TokenKey& key, const Claims& claims, const Parties& parties) {
  json details = json::array();
  if (!claims.publish.empty()) details.push_back(detail("publish", claims.publish));
  if (!claims.subscribe.empty()) details.push_back(detail("subscribe", claims.subscribe));
  return sign(key, claims,
              {{"iss", parties.issuer},
               {"aud", parties.audience},
               {"authorization_details", std::move(details)}},
              "at+jwt");
}

}  // namespace cli
