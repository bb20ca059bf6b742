// Certificates: all credentials of a server, and which of them a client gets for the name that it
// asks for (server_name, RFC 6066 section 3). Immutable, any thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/credentials.h"

namespace net {

class Certificates {
 public:
  // `standard` is for clients that name no host, or one that no certificate is for. Each of `more`
  // is for the names in its subjectAltName; where two have the same name, the earlier one has it,
  // and `standard` comes first.
  explicit Certificates(std::shared_ptr<const Credentials> standard,
                        std::vector<std::shared_ptr<const Credentials>> more = {});

  const Credentials& standard() const { return *all_.front(); }
  // The exact name, else a wildcard in place of its first label (RFC 9525 section 6.3), in any
  // case of letters; null if neither is there.
  const Credentials* find(std::string_view host) const;
  // Of the one that expires first.
  std::chrono::system_clock::time_point expires() const;
  // `standard` first.
  const std::vector<std::shared_ptr<const Credentials>>& all() const { return all_; }

 private:
  std::vector<std::shared_ptr<const Credentials>> all_;
  std::map<std::string, const Credentials*, std::less<>> by_name_;
};

}  // namespace net
