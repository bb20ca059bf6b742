// HPACK beside nghttp2's: blocks, of the length that a byte before each says, are taken or refused
// by both alike, and come to the same fields; and what our encoder writes is read by both as it
// was.
#include <nghttp2/nghttp2.h>

#include <string>
#include <utility>
#include <vector>

#include "fuzz/bytes.h"
#include "fuzz/target.h"
#include "server/h2/byte_queue.h"
#include "server/h2/hpack_decoder.h"
#include "server/h2/hpack_encoder.h"

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

class Ours final : private h2::FieldSink {
 public:
  bool read(std::span<const std::uint8_t> block) {
    fields.clear();
    return decoder_.decode(block, *this);
  }
  Fields fields;

 private:
  void field(std::string_view name, std::string_view value) override {
    fields.emplace_back(name, value);
  }
  h2::HpackDecoder decoder_;
};

class Theirs final {
 public:
  Theirs() { nghttp2_hd_inflate_new(&inflater_); }
  ~Theirs() { nghttp2_hd_inflate_del(inflater_); }
  Theirs(const Theirs&) = delete;
  Theirs& operator=(const Theirs&) = delete;

  bool read(std::span<const std::uint8_t> block) {
    fields.clear();
    for (;;) {
      nghttp2_nv field;
      int flags = 0;
      const ssize_t count =
          nghttp2_hd_inflate_hd2(inflater_, &field, &flags, block.data(), block.size(), 1);
      if (count < 0) return false;
      block = block.subspan(static_cast<std::size_t>(count));
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
        fields.emplace_back(std::string(reinterpret_cast<char*>(field.name), field.namelen),
                            std::string(reinterpret_cast<char*>(field.value), field.valuelen));
      }
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
    }
    nghttp2_hd_inflate_end_headers(inflater_);
    return true;
  }
  Fields fields;

 private:
  nghttp2_hd_inflater* inflater_ = nullptr;
};

std::span<const std::uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void decode(fuzz::Bytes input) {
  Ours ours;
  Theirs theirs;
  while (!input.empty()) {
    const auto block = octets(input.text());
    const bool taken = ours.read(block);
    fuzz::require(theirs.read(block) == taken, "both take a block, or neither does");
    if (!taken) return;
    fuzz::require(ours.fields == theirs.fields, "both read the same fields");
  }
}

// Names are of the kind that an answer has; their values are anything.
void encode(fuzz::Bytes input) {
  static constexpr std::string_view names[] = {":status", "content-type", "set-cookie", "etag",
                                               "x",       "link",         "vary",       "age"};
  h2::HpackEncoder encoder;
  Ours ours;
  Theirs theirs;
  while (!input.empty()) {
    const std::uint8_t shape = input.byte();
    if (shape > 200) encoder.limit(std::size_t{input.byte()} * 16);
    Fields fields;
    for (std::uint8_t i = 0; i <= (shape & 7U); ++i) {
      const auto name = names[input.byte() & 7U];
      fields.emplace_back(name, input.text());
    }
    h2::ByteQueue block;
    encoder.begin(block);
    for (const auto& [name, value] : fields) encoder.add(name, value, block);
    const auto bytes = block.bytes();
    const std::span written(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    fuzz::require(ours.read(written) && ours.fields == fields, "we read what we have written");
    fuzz::require(theirs.read(written) && theirs.fields == fields,
                  "others read what we have written");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Bytes input(fuzz::text_of(bytes, size));
  (input.byte() & 1U) == 0 ? decode(input) : encode(input);
  return 0;
}
