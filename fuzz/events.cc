// An event stream as our own clients read it: the same events come of it, however it is cut.
#include "cli/event_parser.h"

#include <string>
#include <vector>

#include "fuzz/target.h"

namespace {

std::vector<std::string> read(std::string_view text, std::size_t piece) {
  std::vector<std::string> events;
  cli::EventParser parser([&](const cli::StreamEvent& event) {
    fuzz::require(event.data.find('\r') == std::string::npos, "data has line feeds only");
    events.push_back(event.id + "|" + event.type + "|" + event.data);
  });
  for (std::size_t at = 0; at < text.size(); at += piece) parser.feed(text.substr(at, piece));
  events.push_back(parser.last_id());
  return events;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, size);
  const auto whole = read(text, size + 1);
  fuzz::require(read(text, 1) == whole, "single bytes give the same events");
  fuzz::require(read(text, 1 + size % 5) == whole, "pieces give the same events");
  return 0;
}
