#include "cli/objections.h"

#include <algorithm>

#include "certs/x509.h"
#include "cli/units.h"
#include "hints/field_study.h"
#include "proxy/address.h"
#include "proxy/fields.h"
#include "server/http/headers.h"
#include "server/net/error.h"
#include "sse/signature.h"

namespace cli {

std::string endpoint_objection(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::string_view host = text.substr(0, std::min(colon, text.size()));
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  const bool bare_ipv6 = host.find(':') != host.npos && !bracketed;
  if (colon != text.npos && !bare_ipv6 &&
      parse_number(text.substr(colon + 1)).value_or(65536) <= 65535) {
    return {};
  }
  return "HOST:PORT, such as 127.0.0.1:8443, [::1]:8443 or :8443";
}

std::string plain_endpoint_objection(std::string_view text) {
  if (parse_number(text).value_or(65536) <= 65535 || endpoint_objection(text).empty()) return {};
  return "a port or HOST:PORT, such as 80 or 127.0.0.1:8080";
}

std::string folder_objection(std::string_view text) {
  return text.starts_with('/') ? "" : "a list of folders from / on, such as [\"/etc/herald\"]";
}

std::string host_objection(std::string_view text) {
  try {
    (void)certs::normalized_host(text);
    return {};
  } catch (const net::Error&) {
    return "names such as app.test, or numeric addresses";
  }
}

std::string location_objection(std::string_view text) {
  if (text.starts_with('/') && text.find_first_of("?# ") == text.npos) return {};
  return "a path that starts with /, such as /events";
}

std::string upstream_objection(std::string_view text) {
  try {
    (void)proxy::Address::parse(text);
    return {};
  } catch (const net::Error&) {
    return std::string(proxy::Address::expected);
  }
}

std::string health_objection(std::string_view text) {
  if (text.starts_with('/') && text.find_first_of("# ") == text.npos) return {};
  return "a path that starts with /, such as /healthz";
}

std::string field_objection(std::string_view text) {
  const bool lower = text == http::to_lower(text);
  return lower && proxy::is_token(text) ? "" : "the name of a field in lower case, such as x-build";
}

std::string algorithm_objection(std::string_view text) {
  if (sse::find_algorithm(text)) return {};
  return "names of algorithms among HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, "
         "ES256, ES384, ES512 and EdDSA";
}

std::string https_objection(std::string_view text) {
  if (text.starts_with("https://") && text.find('/', 8) != text.npos && text[8] != '/') return {};
  return "a URL such as https://app.test/.well-known/mercure";
}

std::string prefix_objection(std::string_view text) {
  if (!text.empty() && text.find_first_of("{} ") == text.npos) return {};
  return "a word without braces, such as herald";
}

std::string origin_objection(std::string_view text) {
  if (text == "*") return {};
  const std::size_t host = text.find("://");
  const bool has_path = host != text.npos && text.find('/', host + 3) != text.npos;
  if (host != text.npos && host > 0 && host + 3 < text.size() && !has_path) return {};
  return "\"*\" or origins without a path, such as https://app.test";
}

std::string experiment_objection(std::string_view text) {
  if (text == "off" || hints::Experiment::parse(text)) return {};
  return "off, or two different modes, such as early-hints vs link";
}

}  // namespace cli
