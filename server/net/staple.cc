#include "server/net/staple.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include <ctime>
#include <utility>

#include "server/net/error.h"
#include "server/net/handle.h"

namespace net {
namespace {

using Response = Handle<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using Basic = Handle<OCSP_BASICRESP, OCSP_BASICRESP_free>;

Staple::Time time_of(const ASN1_GENERALIZEDTIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

Basic basic_of(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* next = bytes;
  const Response response(d2i_OCSP_RESPONSE(nullptr, &next, static_cast<long>(der.size())));
  const bool whole = response && next == bytes + der.size();
  // An error, such as tryLater, is a response as well, but none to show.
  const bool answers =
      whole && OCSP_response_status(response.get()) == OCSP_RESPONSE_STATUS_SUCCESSFUL;
  Basic basic(answers ? OCSP_response_get1_basic(response.get()) : nullptr);
  ERR_clear_error();
  return basic;
}

// What it says of the certificate with the serial number of `leaf`; null: nothing.
OCSP_SINGLERESP* word_about(OCSP_BASICRESP* basic, const X509& leaf) {
  for (int i = 0; i < OCSP_resp_count(basic); ++i) {
    OCSP_SINGLERESP* one = OCSP_resp_get0(basic, i);
    auto* id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(one));
    ASN1_INTEGER* serial = nullptr;
    OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, id);
    if (ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(&leaf)) == 0) return one;
  }
  return nullptr;
}

}  // namespace

std::shared_ptr<const Staple> Staple::parse(std::string der, const x509_st& leaf,
                                            const std::string& name,
                                            const std::string& certificate_name) {
  const Basic basic = basic_of(der);
  if (!basic) {
    throw Error(name +
                " holds no answer of an OCSP responder in DER form: fetch it with openssl "
                "ocsp -respout");
  }
  OCSP_SINGLERESP* word = word_about(basic.get(), leaf);
  if (!word) {
    throw Error("the OCSP response in " + name + " is not about the certificate in " +
                certificate_name + ": fetch it anew");
  }
  ASN1_GENERALIZEDTIME* next_update = nullptr;
  const int status = OCSP_single_get0_status(word, nullptr, nullptr, nullptr, &next_update);
  if (status == V_OCSP_CERTSTATUS_REVOKED) {
    throw Error("the certificate in " + certificate_name + " is revoked, says the OCSP response " +
                name + ": renew it");
  }
  if (status != V_OCSP_CERTSTATUS_GOOD) {
    throw Error("the OCSP response in " + name + " does not know the certificate in " +
                certificate_name + ": ask the responder of its authority");
  }
  // Without a next update, newer ones may be had at any time, and this one stays good.
  const Time until = next_update ? time_of(next_update) : Time::max();
  return std::shared_ptr<const Staple>(new Staple(std::move(der), until));
}

}  // namespace net
