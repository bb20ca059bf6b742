// A connection of HTTP/1.1: whatever comes, and in whichever pieces, the same requests are seen.
// (Pieces may decide where the server stops reading: what comes in time keeps a connection open.)
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "server/http/problem.h"
#include "tests/session/handlers.h"
#include "tests/support/h1_peer.h"

namespace {

// What the handlers see: requests, and contents that are whole.
std::vector<std::string> heard(std::string_view bytes, std::size_t piece) {
  std::vector<std::string> seen;
  testing::Answering root([&seen](const http::Request& request, http::Exchange exchange) {
    fuzz::require(!request.fields.has("transfer-encoding") && !request.fields.has("host"),
                  "handlers see no field of the connection");
    std::string all = request.method + ' ' + request.target + ' ' + request.authority;
    for (const http::Field field : request.fields) {
      all.append("\n").append(field.name).append(": ").append(field.value);
    }
    seen.push_back(std::move(all));
    if (request.method != "POST") return exchange.respond(testing::text("x"));
    http::Exchange::collect(std::move(exchange), 1000,
                            [&seen](http::Exchange back, std::string got) {
                              seen.push_back(got);
                              back.respond(testing::text(std::move(got)));
                            });
  });
  testing::H1Peer peer(root);
  for (std::size_t at = 0; at < bytes.size(); at += piece) peer.say(bytes.substr(at, piece));
  return seen;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, std::min<std::size_t>(size, 4096));
  const std::vector<std::string> whole = heard(text, text.size() + 1);
  const std::vector<std::string> split = heard(text, 1 + size % 7);
  const auto both = static_cast<std::ptrdiff_t>(std::min(whole.size(), split.size()));
  fuzz::require(std::equal(whole.begin(), whole.begin() + both, split.begin()),
                "pieces do not change what is asked");
  return 0;
}
