#include "server/net/credentials.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <sstream>

#include "server/net/error.h"
#include "server/net/handle.h"
#include "server/net/staple.h"

namespace net {
namespace {

using Bio = Handle<BIO, BIO_free_all>;
using Certificate = Handle<X509, X509_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
void free_chain(STACK_OF(X509) * chain) { sk_X509_pop_free(chain, X509_free); }
using Chain = Handle<STACK_OF(X509), free_chain>;

std::string slurp(const std::string& file, const std::string& what) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw SystemError("cannot read the " + what + " " + file);
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) throw SystemError("cannot read the " + what + " " + file);
  return text.str();
}

Bio reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Set when OpenSSL asks for a pass phrase, which nobody is there to give.
int refuse_pass_phrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Key read_key(const std::string& pem, const std::string& name) {
  bool encrypted = false;
  Key key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, refuse_pass_phrase, &encrypted));
  ERR_clear_error();
  if (encrypted) {
    throw Error("the private key " + name +
                " is encrypted: remove its pass phrase (openssl pkey -in KEY -out PLAIN)");
  }
  if (!key) throw Error("the private key " + name + " holds no private key in PEM form");
  return key;
}

std::chrono::system_clock::time_point time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

std::string date_of(const ASN1_TIME* time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time_of(time));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts)};
}

std::vector<std::string> names_of(const X509* leaf) {
  using Names = Handle<GENERAL_NAMES, GENERAL_NAMES_free>;
  const Names all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    names.emplace_back(text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
  }
  return names;
}

}  // namespace

struct Credentials::State {
  Certificate leaf;
  Chain chain;
  Key key;
  std::vector<std::string> names;
  std::shared_ptr<const Staple> staple;
};

Credentials::Credentials(std::unique_ptr<State> state) : state_(std::move(state)) {}
Credentials::~Credentials() = default;

std::shared_ptr<const Credentials> Credentials::load(const std::string& certificate_file,
                                                     const std::string& key_file,
                                                     const std::string& ocsp_file) {
  const std::string certificate = slurp(certificate_file, "certificate");
  const std::string key = slurp(key_file, "private key");
  auto state = parsed(certificate, key, certificate_file, key_file);
  if (!ocsp_file.empty()) {
    state->staple =
        Staple::parse(slurp(ocsp_file, "OCSP response"), *state->leaf, ocsp_file, certificate_file);
  }
  return std::shared_ptr<const Credentials>(new Credentials(std::move(state)));
}

std::shared_ptr<const Credentials> Credentials::parse(const std::string& certificate_pem,
                                                      const std::string& key_pem,
                                                      const std::string& certificate_name,
                                                      const std::string& key_name) {
  return std::shared_ptr<const Credentials>(
      new Credentials(parsed(certificate_pem, key_pem, certificate_name, key_name)));
}

std::unique_ptr<Credentials::State> Credentials::parsed(const std::string& certificate_pem,
                                                        const std::string& key_pem,
                                                        const std::string& certificate_name,
                                                        const std::string& key_name) {
  auto state = std::make_unique<State>();
  const Bio in = reader(certificate_pem);
  state->leaf.reset(PEM_read_bio_X509_AUX(in.get(), nullptr, nullptr, nullptr));
  if (!state->leaf) {
    ERR_clear_error();
    throw Error("the certificate in " + certificate_name + " is not in PEM form");
  }
  state->chain.reset(sk_X509_new_null());
  while (X509* next = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
    sk_X509_push(state->chain.get(), next);
  }
  ERR_clear_error();  // the end of the file is no error
  state->key = read_key(key_pem, key_name);
  if (X509_check_private_key(state->leaf.get(), state->key.get()) != 1) {
    ERR_clear_error();
    throw Error("the private key " + key_name + " does not belong to the certificate " +
                certificate_name + ": name the pair that was made together");
  }
  if (X509_cmp_current_time(X509_get0_notAfter(state->leaf.get())) < 0) {
    throw Error("the certificate in " + certificate_name + " expired on " +
                date_of(X509_get0_notAfter(state->leaf.get())) + ": renew it");
  }
  if (X509_cmp_current_time(X509_get0_notBefore(state->leaf.get())) > 0) {
    throw Error("the certificate in " + certificate_name + " is not valid before " +
                date_of(X509_get0_notBefore(state->leaf.get())) + ": check this machine's clock");
  }
  state->names = names_of(state->leaf.get());
  return state;
}

std::chrono::system_clock::time_point Credentials::expires() const {
  return time_of(X509_get0_notAfter(state_->leaf.get()));
}
const std::vector<std::string>& Credentials::names() const { return state_->names; }
const Staple* Credentials::staple() const { return state_->staple.get(); }
x509_st* Credentials::leaf() const { return state_->leaf.get(); }
stack_st_X509* Credentials::chain() const { return state_->chain.get(); }
evp_pkey_st* Credentials::key() const { return state_->key.get(); }

}  // namespace net
