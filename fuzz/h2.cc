// A connection of HTTP/2: the preface, and then whatever comes. Pieces do not change what the
// server makes of it.
#include <string>
#include <vector>

#include "fuzz/h2_client.h"
#include "fuzz/target.h"
#include "tests/session/handlers.h"
#include "tests/support/peer.h"

namespace {

// With a client that is in order, before and besides.
void talk(std::string_view bytes) {
  testing::Answering root([](const http::Request& request, http::Exchange exchange) {
    fuzz::require(!request.target.empty(), "a request has a target");
    exchange.hint({{"link", "</a.css>; rel=preload; as=style"}});
    exchange.push("/a.css", {});
    if (request.method != "POST") return exchange.respond(testing::text("x"));
    http::Exchange::collect(std::move(exchange), 1000, [](http::Exchange back, std::string got) {
      back.respond(testing::text(std::move(got)));
    });
  });
  testing::Peer peer(root);
  peer.get("/first");
  peer.pump();
  peer.raw(bytes);
  peer.pump();
  peer.loop().advance(std::chrono::seconds(1));
  peer.pump();
}

// What the server has ended, and how; it answers nobody, so that no answer comes in between.
fuzz::H2Client judged(std::string_view bytes, std::size_t piece) {
  std::vector<http::Exchange> held;
  testing::Answering root([&held](const http::Request&, http::Exchange exchange) {
    held.push_back(std::move(exchange));
  });
  net::Loop loop(net::Loop::Time::manual);
  http::Limits limits;
  http::Tally tally;
  http::Date date;
  const http::Peer self;
  h2::Session session({.root = root,
                       .limits = limits,
                       .peer = self,
                       .loop = loop,
                       .tally = tally,
                       .date = date,
                       .log = nullptr},
                      [] {});
  session.receive(std::as_bytes(std::span(h2::preface)));
  fuzz::H2Client client;
  bool open = true;
  for (std::size_t at = 0; open && at < bytes.size(); at += piece) {
    const std::string_view next = bytes.substr(at, piece);
    client.sent(next);
    open = session.receive(std::as_bytes(std::span(next)));
    http::Output output;
    while (session.fill(output)) {
      client.received(output.bytes());
      output.clear();
    }
    client.received(output.bytes());
  }
  return client;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  talk(text);
  const std::string settings("\0\0\0\4\0\0\0\0\0", 9);
  const fuzz::H2Client whole = judged(settings + std::string(text), settings.size() + size);
  const fuzz::H2Client cut = judged(settings + std::string(text), 1 + size % 7);
  fuzz::require(whole.goaway() == cut.goaway(), "pieces do not change how a connection ends");
  fuzz::require(whole.resets() == cut.resets(), "pieces do not change which streams are reset");
  return 0;
}
