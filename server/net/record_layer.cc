#include "server/net/record_layer.h"

#include <openssl/ssl.h>

#include <algorithm>

namespace net {
namespace {

constexpr unsigned cost_of_empty = 1;
constexpr unsigned cost_of_update = 8;

constexpr std::byte fatal{2};
constexpr std::byte key_update{24};
constexpr std::byte update_not_requested{0};
constexpr std::byte update_requested{1};

}  // namespace

Socket::Status RecordLayer::read(std::span<std::byte>& arrived, const Socket::Sink& sink,
                                 SendBuffer& out) {
  while (arrived.size() >= record_header) {
    if (arrived[0] != static_cast<std::byte>(ContentType::application_data)) {
      return fail(Alert::unexpected_message, "a record that is not protected", out);
    }
    const std::size_t size = record_size(arrived);
    if (size > record_header + max_content + max_expansion) {
      return fail(Alert::record_overflow, "a record that is too long", out);
    }
    if (arrived.size() < size) return Status::open;
    const std::span record = arrived.first(size);
    arrived = arrived.subspan(size);
    const auto opened = reading_.open(record);
    if (!opened) return fail(Alert::bad_record_mac, "a record that cannot be decrypted", out);
    const Status status = take(*opened, sink, out);
    if (status != Status::open) return status;
  }
  return Status::open;
}

Socket::Status RecordLayer::take(const TrafficKeys::Opened& record, const Socket::Sink& sink,
                                 SendBuffer& out) {
  if (record.content.size() > max_content) {
    return fail(Alert::record_overflow, "a record that is too long", out);
  }
  if (message_size_ > 0 && record.type != ContentType::handshake) {
    return fail(Alert::unexpected_message, "a record between the halves of a message", out);
  }
  switch (record.type) {
    case ContentType::application_data:
      if (record.content.empty()) return idle(cost_of_empty, out);
      patience_ = std::min(patience_ + 1, full_patience);
      sink(record.content);
      return Status::open;
    case ContentType::alert:
      return on_alert(record.content, out);
    case ContentType::handshake:
      return on_handshake(record.content, out);
    case ContentType::change_cipher_spec:
      break;
  }
  return fail(Alert::unexpected_message, "a record of a type that has no place here", out);
}

Socket::Status RecordLayer::on_alert(std::span<const std::byte> alert, SendBuffer& out) {
  if (alert.size() != 2) return fail(Alert::decode_error, "an alert of a wrong length", out);
  const auto description = static_cast<Alert>(alert[1]);
  if (description == Alert::close_notify) return Status::closed;
  if (description == Alert::user_canceled) return idle(cost_of_empty, out);
  error_ = SSL_alert_desc_string_long(std::to_integer<int>(alert[1]));
  return Status::failed;
}

Socket::Status RecordLayer::on_handshake(std::span<const std::byte> fragment, SendBuffer& out) {
  const std::size_t room = message_.size() - message_size_;
  // Nothing may follow it in its record, as that would be read with the wrong keys (section 5.1).
  if (fragment.empty() || fragment.size() > room ||
      (message_size_ == 0 && fragment[0] != key_update)) {
    return fail(Alert::unexpected_message, "a message that has no place after the handshake", out);
  }
  std::ranges::copy(fragment, message_.begin() + message_size_);
  message_size_ += static_cast<std::uint8_t>(fragment.size());
  if (message_size_ < message_.size()) return idle(cost_of_empty, out);

  message_size_ = 0;
  constexpr std::array one_byte{std::byte{0}, std::byte{0}, std::byte{1}};
  if (!std::ranges::equal(std::span(message_).subspan(1, 3), one_byte)) {
    return fail(Alert::decode_error, "a KeyUpdate of a wrong length", out);
  }
  if (message_[4] != update_requested && message_[4] != update_not_requested) {
    return fail(Alert::illegal_parameter, "a KeyUpdate that asks for what there is not", out);
  }
  reading_.update();
  owes_update_ = owes_update_ || message_[4] == update_requested;
  return idle(cost_of_update, out);
}

// Of what costs us something and its sender nearly nothing, so much and no more.
Socket::Status RecordLayer::idle(unsigned cost, SendBuffer& out) {
  if (patience_ < cost) {
    return fail(Alert::unexpected_message, "too many records without content", out);
  }
  patience_ -= cost;
  return Status::open;
}

Socket::Status RecordLayer::fail(Alert alert, const char* why, SendBuffer& out) {
  error_ = why;
  tell(alert, out);
  return Status::failed;
}

void RecordLayer::tell(Alert alert, SendBuffer& out) {
  const std::byte level = alert == Alert::close_notify ? std::byte{1} : fatal;
  const std::array record{level, static_cast<std::byte>(alert)};
  writing_.seal(ContentType::alert, record, out);
}

void RecordLayer::write(std::span<const std::byte> content, SendBuffer& out) {
  while (!content.empty()) {
    // One answer to all that the peer has asked for meanwhile (section 4.6.3).
    if (owes_update_ || writing_.records() >= options_.per_key) renew_keys(out);
    const std::span piece = content.first(std::min(content.size(), options_.content));
    writing_.seal(ContentType::application_data, piece, out);
    content = content.subspan(piece.size());
  }
}

void RecordLayer::renew_keys(SendBuffer& out) {
  constexpr std::array message{key_update, std::byte{0}, std::byte{0}, std::byte{1},
                               update_not_requested};
  writing_.seal(ContentType::handshake, message, out);
  writing_.update();
  owes_update_ = false;
}

}  // namespace net
