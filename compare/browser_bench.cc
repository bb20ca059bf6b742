#include "compare/browser_bench.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "compare/browser_page.h"
#include "compare/link.h"
#include "server/net/error.h"

namespace lab {
namespace {

using nlohmann::json;

net::Clock::duration span_of(Milliseconds time) {
  return std::chrono::nanoseconds(std::llround(time * 1e6));
}

Link::Options link_options(const BrowserBench::Options& options, const Conditions& conditions) {
  Link::Options link;
  link.round_trip = span_of(conditions.round_trip);
  link.down = conditions.down;
  link.up = conditions.up;
  link.loss = options.loss;
  link.initial_window = options.initial_window;
  return link;
}

// Base64 of the SHA-256 of the public key, as Chromium takes it.
std::string key_digest(const X509* certificate) {
  unsigned char* key = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
  if (size <= 0) throw net::Error("the certificate has no public key");
  std::array<unsigned char, 32> digest;
  EVP_Q_digest(nullptr, "SHA256", nullptr, key, static_cast<std::size_t>(size), digest.data(),
               nullptr);
  OPENSSL_free(key);
  std::array<unsigned char, 45> text;  // 4 for each 3 bytes, and the end
  EVP_EncodeBlock(text.data(), digest.data(), digest.size());
  return reinterpret_cast<const char*>(text.data());
}

}  // namespace

// One link and one server, for one trial.
struct BrowserBench::World {
  World(BrowserBench& bench, const Trial& trial)
      : link(bench.loop_, link_options(bench.options_, trial.conditions), trial.seed),
        server(bench.loop_, bench.site_->files(), bench.planner_, bench.tls_,
               {.arm = trial.arm,
                .think = trial.conditions.think,
                .body_think = trial.conditions.body_think,
                // A cache judges by the date how old an answer is.
                .second = std::time(nullptr)}) {
    link.listen(server);
  }
  Link link;
  SiteServer server;
  std::list<SocketRelay> relays;
};

BrowserBench::BrowserBench(const MakeSite& make_site, const net::Credentials& credentials,
                           Options options)
    : options_(std::move(options)),
      site_(make_site(loop_)),
      planner_(site_->pages(), loop_, {.build = options_.plan}),
      tls_(credentials, tickets_) {
  net::Bound bound = net::bind_and_listen({"127.0.0.1", 0}, 16);
  endpoint_ = bound.endpoint;
  listener_.emplace(loop_, std::move(bound.fd),
                    [this](net::Accepted accepted) { accept(std::move(accepted)); });
  DevTools::Options browser;
  browser.browser.program = options_.program;
  browser.browser.trusted_key = key_digest(credentials.leaf());
  browser_.emplace(loop_, browser);
}

BrowserBench::~BrowserBench() = default;

std::string BrowserBench::name() {
  return browser_->call("Browser.getVersion", json::object()).value("product", "a browser");
}

void BrowserBench::accept(net::Accepted accepted) {
  if (!world_) return;
  SocketRelay& relay =
      world_->relays.emplace_back(loop_, std::move(accepted.fd), [](SocketRelay&) {});
  relay.join(world_->link.dial(relay.user()), SocketRelay::Stream::dialled);
}

Traffic BrowserBench::traffic() const {
  Traffic all;
  for (const SocketRelay& relay : world_->relays) {
    all.up += relay.traffic().up;
    all.down += relay.traffic().down;
  }
  return all;
}

PageLoad BrowserBench::load(const Trial& trial) {
  world_ = std::make_unique<World>(*this, trial);
  // A context has a cache and connections of its own.
  const std::string context = browser_->call("Target.createBrowserContext", json::object())
                                  .at("browserContextId")
                                  .get<std::string>();
  PageLoad load;
  try {
    const std::string target =
        browser_
            ->call("Target.createTarget", {{"url", "about:blank"}, {"browserContextId", context}})
            .at("targetId");
    const std::string session =
        browser_->call("Target.attachToTarget", {{"targetId", target}, {"flatten", true}})
            .at("sessionId");
    load = visit(trial.page, session);
    const Traffic crossed = traffic();
    load.sent = crossed.up;
    load.received = crossed.down;
  } catch (const json::exception& error) {
    throw net::Error(std::string("the browser said what was not expected: ") + error.what());
  }
  browser_->call("Target.disposeBrowserContext", {{"browserContextId", context}});
  world_ = nullptr;
  return load;
}

PageLoad BrowserBench::visit(const std::string& page, const std::string& session) {
  PageLoad load;
  browser_->forget_events();
  browser_->call("Page.enable", json::object(), session);
  const json went = browser_->call("Page.navigate",
                                   {{"url", "https://" + endpoint_.to_string() + page}}, session);
  if (went.contains("errorText")) {
    load.failure = "the browser could not load " + page + " (" + went.value("errorText", "") + ")";
    return load;
  }
  browser_->wait_for("Page.loadEventFired", session);
  const json said = browser_->call(
      "Runtime.evaluate",
      {{"expression", timeline_script}, {"awaitPromise", true}, {"returnByValue", true}}, session);
  const json timeline = json::parse(said.at("result").at("value").get<std::string>());
  load = load_of(timeline);
  const int status = timeline.at("navigation").value("status", 0);
  if (status != 200) {
    load = {};
    load.failure = "the server answered " + page + " with " + std::to_string(status);
  }
  return load;
}

}  // namespace lab
