#include "cli/response_fields.h"

#include <utility>

namespace cli {
namespace {

// The outer exchange, with the answer completed on its way through.
class CompletingWire final : public http::Wire {
 public:
  CompletingWire(http::Exchange outer, std::shared_ptr<const http::Headers> fields)
      : outer_(std::move(outer)), fields_(std::move(fields)) {}

  bool alive() const override { return outer_.alive(); }
  void hint(const http::Headers& fields) override { outer_.hint(fields); }
  http::Push push(std::string_view target, http::Priority priority) override {
    return outer_.push(target, priority);
  }
  void respond(http::Response response) override {
    for (const http::Field field : *fields_) {
      if (!response.field(field.name)) response.fields.add(field.name, field.value);
    }
    outer_.respond(std::move(response));
  }
  std::unique_ptr<http::Body> content() override { return outer_.content(); }
  void on_gone(std::function<void()> told) override { outer_.on_gone(std::move(told)); }
  void collect(std::size_t limit, std::function<void(std::string)> then) override {
    // `then` owns this wire, and the engine owns the continuation for as long as the stream lives.
    http::Exchange::collect(
        std::move(outer_), limit,
        [this, then = std::move(then)](http::Exchange back, std::string content) {
          outer_ = std::move(back);
          then(std::move(content));
        });
  }

 private:
  http::Exchange outer_;
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
  next_.handle(request,
               http::Exchange(std::make_unique<CompletingWire>(std::move(exchange), fields_)));
}

}  // namespace cli
