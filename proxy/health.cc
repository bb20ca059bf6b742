#include "proxy/health.h"

#include <optional>
#include <utility>

#include "proxy/response_head.h"
#include "proxy/transfer.h"

namespace proxy {

class HealthCheck::Probe final : private Transfer::Client {
 public:
  Probe(net::Loop& loop, Multi& multi, Pool& pool, Pool::Member& member, const Options& options)
      : multi_(multi),
        pool_(pool),
        member_(member),
        options_(options),
        head_({}),
        timer_(loop, [this] { on_time(); }) {
    call_.method = "GET";
    call_.target = options_.path;
    call_.host = member.address.authority;
    call_.fields = {{"accept", "*/*"}, {"user-agent", "herald (health check)"}};
    timer_.start({});
  }

 private:
  Verdict on_head_line(std::string_view line) override {
    const auto stage = head_.take(line);
    return stage == ResponseHead::Stage::wrong ? Verdict::stop : Verdict::go_on;
  }
  Verdict on_content(std::span<const std::byte>) override { return Verdict::go_on; }
  std::optional<http::Read> content(std::span<std::byte>) override { return std::nullopt; }

  void on_end(const Outcome& outcome) override {
    if (outcome.kind != Outcome::Kind::complete) return judged(outcome.reason);
    const int status = head_.status();
    if (status < 400 && options_.on_answer) options_.on_answer(head_.fields());
    judged(status < 400 ? "" : options_.path + " is answered " + std::to_string(status));
  }

  // Empty: well.
  void judged(const std::string& fault) {
    transfer_.reset();
    fault.empty() ? pool_.checked_well(member_) : pool_.checked_unwell(member_, fault);
    timer_.start(options_.interval);
  }

  void on_time() {
    if (transfer_) return judged(options_.path + " is not answered in time");
    head_ = ResponseHead({});
    Transfer::Client& me = *this;
    transfer_.emplace(multi_, member_.address, call_, me);
    timer_.start(options_.patience);
  }

  Multi& multi_;
  Pool& pool_;
  Pool::Member& member_;
  const Options options_;
  Call call_;
  ResponseHead head_;
  std::optional<Transfer> transfer_;
  net::Timer timer_;
};

HealthCheck::HealthCheck(net::Loop& loop, Multi& multi, Pool& pool, const Options& options) {
  if (options.path.empty()) return;
  for (Pool::Member& member : pool.members()) {
    probes_.emplace_back(loop, multi, pool, member, options);
  }
}

HealthCheck::~HealthCheck() = default;

}  // namespace proxy
