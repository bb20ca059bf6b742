// TlsClient: what all TLS connections of a loader share: whom they trust, and ALPN h2. Also the
// tickets by which a later connection is resumed. Knows no connection.
#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_session_st;

namespace lab {

// What a server gave to resume a session by (RFC 8446 section 4.6.1). Immutable; may be offered any
// number of times, so that every run of a comparison begins alike. Null: none.
using TlsTicket = std::shared_ptr<ssl_session_st>;

class TlsClient {
 public:
  enum class Verify { on, off };
  struct Options {
    Verify verify = Verify::on;
    std::string ca_file;  // PEM; empty: what this system trusts
  };

  // Throws net::Error when the file has no certificate.
  explicit TlsClient(const Options& options);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  ssl_ctx_st* native() const { return context_; }

 private:
  ssl_ctx_st* context_;
};

}  // namespace lab
