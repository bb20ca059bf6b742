// TlsContext: what all TLS connections of a worker have in common. Nothing of HTTP but its names in
// ALPN.
#pragma once

#include <memory>

#include "server/net/certificates.h"
#include "server/net/credentials.h"
#include "server/net/ticket_keys.h"

struct ssl_ctx_st;

namespace net {

// TLS 1.2 with ECDHE and AEAD, and 1.3; ALPN h2, else http/1.1 (a client that offers neither gets
// the alert no_application_protocol, RFC 7301 section 3.2; one that offers nothing is let in
// without a protocol); the certificate by the name that the client asks
// for, with an OCSP response if it asks for one; resumption by tickets; no
// renegotiation, no compression, no early data. One for each worker: connections hold a reference
// of their own.
class TlsContext {
 public:
  // Throws net::Error. `tickets` must outlive the context and every socket made with it.
  TlsContext(std::shared_ptr<const Certificates> certificates, TicketKeys& tickets);
  // With one certificate for every name.
  TlsContext(const Credentials& credentials, TicketKeys& tickets);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* native() const { return context_; }

 private:
  ssl_ctx_st* context_;
};

}  // namespace net
