// The records of a TLS 1.3 connection after its handshake, sealed or raw, in any order and cut
// anywhere: what is heard is what was sealed as content; what comes back can be read, and an alert
// is the last of it.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "server/net/record_layer.h"

namespace {

using net::ContentType;

net::TrafficKeys keys(unsigned char first) {
  net::TrafficSecret secret;
  secret.size = 32;
  secret.bytes[0] = first;
  return {*net::find_cipher_suite(0x1301), secret};
}

struct Conversation {
  net::SendBuffer said;  // by the client
  std::string meant;     // content in front of the first raw bytes
};

// Each step: a byte for the type (its highest bit: the bytes go as they are), one for the size,
// bytes.
Conversation read_steps(std::string_view steps) {
  Conversation talk;
  net::TrafficKeys writing = keys(1);
  bool sealed = true;
  while (steps.size() >= 2) {
    const auto kind = static_cast<unsigned char>(steps[0]);
    const std::string_view bytes = steps.substr(2, static_cast<unsigned char>(steps[1]));
    steps.remove_prefix(2 + bytes.size());
    const auto content = std::as_bytes(std::span(bytes.data(), bytes.size()));
    if (kind >= 128) {
      talk.said.append(content);
      sealed = sealed && bytes.empty();
      continue;
    }
    const int type = kind & 64 ? 20 + kind % 4 : kind;
    writing.seal(static_cast<ContentType>(type), content, talk.said);
    // The type of a padded record is its last byte that is not 0.
    const std::size_t end = type != 0 ? bytes.size() : bytes.find_last_not_of('\0');
    if (end == bytes.npos) continue;
    const auto read_as = static_cast<ContentType>(type != 0 ? type : bytes[end]);
    const std::string_view inner = bytes.substr(0, end);
    if (read_as == ContentType::application_data && sealed) talk.meant += inner;
    if (read_as == ContentType::handshake && inner.size() == 5 && inner[0] == 24) writing.update();
  }
  return talk;
}

struct Run {
  std::string heard;
  net::Socket::Status status = net::Socket::Status::open;
};

Run listen(const Conversation& talk, std::size_t piece) {
  net::RecordLayer server(keys(1), keys(2), {.content = 100, .per_key = 5});
  net::SendBuffer sent;
  Run run;
  std::vector<std::byte> waiting;
  const auto all = talk.said.bytes();
  for (std::size_t at = 0; at < all.size() && run.status == net::Socket::Status::open;
       at += piece) {
    const auto next = all.subspan(at, std::min(piece, all.size() - at));
    waiting.insert(waiting.end(), next.begin(), next.end());
    std::span<std::byte> arrived = waiting;
    run.status = server.read(
        arrived,
        [&](std::span<const std::byte> content) {
          run.heard.append(reinterpret_cast<const char*>(content.data()), content.size());
          server.write(content, sent);
        },
        sent);
    waiting = {arrived.begin(), arrived.end()};
  }

  std::vector<std::byte> bytes(sent.bytes().begin(), sent.bytes().end());
  net::TrafficKeys reading = keys(2);
  std::string echoed;
  bool alerted = false;
  for (std::span<std::byte> rest = bytes; !rest.empty();) {
    const auto record = rest.first(net::record_size(rest));
    rest = rest.subspan(record.size());
    const auto opened = reading.open(record);
    fuzz::require(opened.has_value(), "the peer can read what is sent");
    fuzz::require(!alerted, "nothing comes behind an alert");
    alerted = opened->type == ContentType::alert;
    if (opened->type == ContentType::handshake) reading.update();
    if (opened->type == ContentType::application_data) {
      echoed.append(reinterpret_cast<const char*>(opened->content.data()), opened->content.size());
    }
  }
  fuzz::require(echoed == run.heard, "content comes back as it was written");
  fuzz::require(!alerted || run.status == net::Socket::Status::failed,
                "an alert tells of a failure");
  return run;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Conversation talk = read_steps(fuzz::text_of(bytes, std::min<std::size_t>(size, 4096)));
  const Run whole = listen(talk, talk.said.size() + 1);
  const Run split = listen(talk, 1 + size % 40);
  fuzz::require(whole.heard == split.heard && whole.status == split.status,
                "pieces do not change what is heard");
  fuzz::require(talk.meant.starts_with(whole.heard), "only what was sealed as content is heard");
  fuzz::require(whole.status != net::Socket::Status::open || whole.heard == talk.meant,
                "as long as nothing is wrong, all of it is heard");
  return 0;
}
