// X.509 for development, made with OpenSSL: keys, an authority, the certificates it signs, their
// PEM. Pure values in and out; files, locks and the question when to renew are development's.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "server/net/handle.h"

struct evp_pkey_st;
struct x509_st;
extern "C" void EVP_PKEY_free(evp_pkey_st*);
extern "C" void X509_free(x509_st*);

namespace certs {

using Time = std::chrono::system_clock::time_point;
using Key = net::Handle<evp_pkey_st, EVP_PKEY_free>;
using Certificate = net::Handle<x509_st, X509_free>;

struct Identity {
  Certificate certificate;
  Key key;
};

// A host name or a numeric address, as a certificate would carry it: lower case, without brackets
// or a final dot. Throws net::Error when it can be neither.
std::string normalized_host(std::string_view host);

// EC P-256, self-signed, valid for ten years from an hour before `now`; signs leaves only.
Identity make_authority(Time now);
// EC P-256 for TLS servers, valid for 90 days, though never longer than `authority`.
Identity make_leaf(const Identity& authority, const std::vector<std::string>& hosts, Time now);

// PEM. The key is PKCS #8, not encrypted.
std::string to_pem(const x509_st& certificate);
std::string to_pem(const evp_pkey_st& key);
// Null when the text is not that, or is encrypted.
Certificate parse_certificate(const std::string& pem);
Key parse_key(const std::string& pem);

bool fits(const x509_st& certificate, const evp_pkey_st& key);
bool signed_by(const x509_st& certificate, const x509_st& authority);
Time valid_from(const x509_st& certificate);
Time valid_until(const x509_st& certificate);
// The names and addresses a certificate is for, sorted.
std::vector<std::string> hosts_of(const x509_st& certificate);
// Base64 of the SHA-256 of the public key: what Chromium's
// --ignore-certificate-errors-spki-list takes.
std::string spki_sha256(const x509_st& certificate);

}  // namespace certs
