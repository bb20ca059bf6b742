// ContentReader: a handler that keeps its exchange and reads the content when the test says so.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/session/handlers.h"

namespace testing {

// Keeps the exchange and the content of the last request, and reads when told to.
struct ContentReader final : http::Waker {
  Answering root{[this](const http::Request&, http::Exchange mine) {
    content = mine.content();
    exchange = std::move(mine);
    exchange.on_gone([this] { ++gone; });
  }};
  http::Exchange exchange;
  std::unique_ptr<http::Body> content;
  std::string text;
  bool ended = false;
  http::Headers trailers;
  int wakes = 0;
  int gone = 0;

  void wake() override { ++wakes; }
  // As far as it goes now, at most `most` bytes.
  void read(std::size_t most = std::string::npos) {
    std::vector<std::byte> buffer(16'384);
    while (most > 0) {
      const auto got = content->read(std::span(buffer).first(std::min(most, buffer.size())), *this);
      text.append(reinterpret_cast<const char*>(buffer.data()), got.bytes);
      most -= got.bytes;
      if (got.end) ended = true;
      if (got.end) trailers = content->trailers();
      if (got.end || got.bytes == 0) return;
    }
  }
};

}  // namespace testing
