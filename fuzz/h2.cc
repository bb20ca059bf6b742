// A connection of HTTP/2: the preface, and then whatever comes.
#include "fuzz/target.h"
#include "tests/session/handlers.h"
#include "tests/support/peer.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
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
  peer.raw(fuzz::text_of(bytes, size));
  peer.pump();
  peer.loop().advance(std::chrono::seconds(1));
  peer.pump();
  return 0;
}
