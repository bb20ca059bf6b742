#include "cli/response_fields.h"

#include <utility>

#include "server/http/filtered_wire.h"

namespace cli {
namespace {

// Adds the fields that the answer has not got yet.
class Completing final {
 public:
  explicit Completing(std::shared_ptr<const http::Headers> fields) : fields_(std::move(fields)) {}

  void complete(http::Response& response) const {
    for (const http::Field field : *fields_) {
      if (!response.field(field.name)) response.fields.add(field.name, field.value);
    }
  }

 private:
  std::shared_ptr<const http::Headers> fields_;
};

std::string strict_transport_security(const Config::Hsts& hsts) {
  using std::chrono::seconds;
  std::string value =
      "max-age=" + std::to_string(std::chrono::duration_cast<seconds>(hsts.max_age).count());
  if (hsts.include_subdomains) value += "; includeSubDomains";
  if (hsts.preload) value += "; preload";
  return value;
}

}  // namespace

http::Headers response_fields(const Config& config) {
  http::Headers fields;
  if (config.hsts.max_age.count() > 0) {
    fields.add("strict-transport-security", strict_transport_security(config.hsts));
  }
  const std::string& preset = config.serve.security_headers;
  if (preset == "off") return fields;
  fields.add("x-content-type-options", "nosniff");
  fields.add("referrer-policy", "strict-origin-when-cross-origin");
  fields.add("x-frame-options", preset == "strict" ? "DENY" : "SAMEORIGIN");
  if (preset != "strict") return fields;
  fields.add("content-security-policy",
             "default-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'");
  fields.add("cross-origin-opener-policy", "same-origin");
  fields.add("cross-origin-resource-policy", "same-origin");
  fields.add("permissions-policy", "camera=(), microphone=(), geolocation=()");
  return fields;
}

void ResponseFields::handle(const http::Request& request, http::Exchange exchange) {
  if (fields_->empty()) return next_.handle(request, std::move(exchange));
  next_.handle(request, http::filtered<Completing>(std::move(exchange), fields_for(request)));
}

std::shared_ptr<const http::Headers> ResponseFields::fields_for(const http::Request& request) {
  const auto removed = rules_.removed(request.authority, request.target);
  if (removed.empty()) return fields_;
  auto fields = std::make_shared<http::Headers>(*fields_);
  for (const std::string& name : removed) fields->remove(name);
  return fields;
}

}  // namespace cli
