// RecordLayer: the records of a TLS 1.3 connection from its handshake on: content and alerts both
// ways, KeyUpdate, padding (RFC 8446 sections 4.6.3, 5 and 6). It takes the place of an OpenSSL
// connection, which holds 13 KiB and costs three times as much for a small record. A server's: no
// other message of the handshake protocol is expected any more. Without I/O.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "server/net/send_buffer.h"
#include "server/net/socket.h"
#include "server/net/traffic_keys.h"

namespace net {

// Of RFC 8446 section 6.
enum class Alert : std::uint8_t {
  close_notify = 0,
  unexpected_message = 10,
  bad_record_mac = 20,
  record_overflow = 22,
  illegal_parameter = 47,
  decode_error = 50,
  user_canceled = 90,
};

class RecordLayer {
 public:
  // Keys are used for so many records at most: AES-GCM protects 2^24.5 full ones safely (section
  // 5.5).
  static constexpr std::uint64_t records_per_key = std::uint64_t{1} << 24;

  struct Options {
    std::size_t content = max_content;  // in a record of ours; clients may ask for less (RFC 6066)
    std::uint64_t per_key = records_per_key;
  };
  RecordLayer(TrafficKeys reading, TrafficKeys writing, Options options)
      : reading_(std::move(reading)), writing_(std::move(writing)), options_(options) {}

  // Opens the whole records at the start of `arrived` in their place, gives their content to
  // `sink`, and takes them from `arrived`. What remains is the start of a record, to be given again
  // with more behind it. An alert about what is wrong goes to `out`.
  Socket::Status read(std::span<std::byte>& arrived, const Socket::Sink& sink, SendBuffer& out);
  // One record, or as many as Options::content makes necessary.
  void write(std::span<const std::byte> content, SendBuffer& out);
  // close_notify.
  void close(SendBuffer& out) { tell(Alert::close_notify, out); }

  // After Status::failed. A text for ever.
  const char* error() const { return error_; }

 private:
  using Status = Socket::Status;
  Status take(const TrafficKeys::Opened& record, const Socket::Sink& sink, SendBuffer& out);
  Status on_alert(std::span<const std::byte> alert, SendBuffer& out);
  Status on_handshake(std::span<const std::byte> fragment, SendBuffer& out);
  Status idle(unsigned cost, SendBuffer& out);
  Status fail(Alert alert, const char* why, SendBuffer& out);
  void tell(Alert alert, SendBuffer& out);
  void renew_keys(SendBuffer& out);

  TrafficKeys reading_;
  TrafficKeys writing_;
  Options options_;
  const char* error_ = nullptr;
  // Records that bring nothing are borne so far: an empty one costs 1, a KeyUpdate, for which keys
  // are made, 8; each that brings content gives 1 back.
  static constexpr unsigned full_patience = 32;
  unsigned patience_ = full_patience;
  bool owes_update_ = false;
  std::uint8_t message_size_ = 0;
  std::array<std::byte, 5> message_{};  // a KeyUpdate, as far as it has come
};

}  // namespace net
