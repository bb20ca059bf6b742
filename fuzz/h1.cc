// A connection of HTTP/1.1: whatever comes, and in whichever pieces, the same requests are seen.
// (Pieces may decide where the server stops reading: what comes in time keeps a connection open.)
#include <algorithm>

#include "fuzz/target.h"
#include "server/http/problem.h"
#include "tests/session/handlers.h"
#include "tests/support/h1_peer.h"

namespace {

struct Run {
  std::string answers;
  std::vector<std::string> asked;
};

Run talk(std::string_view bytes, std::size_t piece) {
  testing::Answering root([](const http::Request& request, http::Exchange exchange) {
    fuzz::require(!request.fields.has("transfer-encoding") && !request.fields.has("host"),
                  "handlers see no field of the connection");
    if (request.method != "POST") return exchange.respond(testing::text("x"));
    http::Exchange::collect(std::move(exchange), 1000, [](http::Exchange back, std::string got) {
      back.respond(testing::text(std::move(got)));
    });
  });
  testing::H1Peer peer(root);
  Run run;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    run.answers += peer.say(bytes.substr(at, piece));
  }
  run.asked = root.asked;
  return run;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, std::min<std::size_t>(size, 4096));
  const Run whole = talk(text, text.size() + 1);
  const Run split = talk(text, 1 + size % 7);
  const std::size_t both = std::min(whole.asked.size(), split.asked.size());
  fuzz::require(std::equal(whole.asked.begin(), whole.asked.begin() + static_cast<long>(both),
                           split.asked.begin()),
                "pieces do not change what is asked");
  return 0;
}
