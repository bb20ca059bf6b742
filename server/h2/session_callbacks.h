// What nghttp2 calls while it reads and writes: facts are noted in the Session, and nothing else is
// done. For the session's own .cc files only.
#pragma once

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <span>
#include <string_view>

#include "server/h2/session.h"

namespace h2 {

struct Session::Callbacks {
  static constexpr std::size_t frame_header = 9;  // bytes (RFC 9113 section 4.1)
  // A DATA frame smaller than this is not worth its header while more could follow in the next
  // record.
  static constexpr std::size_t least_payload = 256;
  static constexpr std::int64_t most_window = 0x7fffffff;

  static Session& self(void* user) { return *static_cast<Session*>(user); }
  static Stream* stream(nghttp2_session* session, std::int32_t id) {
    return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, id));
  }

  // nghttp2 resets the streams whose windows a SETTINGS frame would take above 2^31-1, where RFC
  // 9113 section 6.9.2 asks for the end of the connection: what it will forget is noted before.
  static int begin_frame(nghttp2_session* session, const nghttp2_frame_hd* head, void* user) {
    if (head->type != NGHTTP2_SETTINGS) return 0;
    Session& me = self(user);
    me.widest_window_ = 0;
    for (const Stream& stream : me.streams_) {
      const std::int64_t window =
          nghttp2_session_get_stream_remote_window_size(session, stream.id());
      me.widest_window_ = std::max(me.widest_window_, window);
    }
    me.initial_window_ =
        nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE);
    return 0;
  }
  static void settings_received(nghttp2_session* session, Session& me) {
    const std::int64_t initial =
        nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE);
    if (me.widest_window_ + initial - me.initial_window_ > most_window) me.window_overflow_ = true;
  }

  static int begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Session& me = self(user);
    me.open_header_section_ = true;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
      me.reading_ = stream(session, frame->hd.stream_id);
      return 0;
    }
    me.reading_ = &me.open(frame->hd.stream_id);
    nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, me.reading_);
    return 0;
  }

  static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name_bytes,
                    std::size_t name_size, const std::uint8_t* value_bytes, std::size_t value_size,
                    std::uint8_t, void* user) {
    Stream* found = self(user).reading_;
    if (!found) return 0;
    const http::Limits& limits = self(user).around_.limits;
    found->header_bytes += name_size + value_size + 32;
    if (found->header_bytes > 4 * limits.header_bytes) {
      // Stops the callbacks for this header section: a bomb of HPACK costs no more than its
      // decoding.
      self(user).watch_.charge(20);
      self(user).open_header_section_ = false;
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    http::Request& request = found->request;
    const bool trailer = frame->headers.cat != NGHTTP2_HCAT_REQUEST;
    if (found->header_bytes > limits.header_bytes ||
        request.fields.size() + found->trailers.size() >= limits.header_fields) {
      // Trailers with some left out would say something else: their stream is reset.
      if (trailer && !found->too_large) {
        self(user).watch_.charge(5);
        self(user).open_header_section_ = false;
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
      }
      found->too_large = true;
      return 0;
    }
    const std::string_view name(reinterpret_cast<const char*>(name_bytes), name_size);
    const std::string_view value(reinterpret_cast<const char*>(value_bytes), value_size);
    if (trailer) {
      found->trailers.add(name, value);
      return 0;
    }
    if (!name.starts_with(':')) {
      if (name == "host" && request.authority.empty()) request.authority = value;
      request.fields.add(name, value);
    } else if (name == ":path") {
      request.target = value;
    } else if (name == ":method") {
      request.method = value;
    } else if (name == ":authority") {
      request.authority = value;
    } else if (name == ":scheme") {
      request.scheme = value;
    }
    return 0;
  }

  static int data_chunk(nghttp2_session* session, std::uint8_t, std::int32_t id,
                        const std::uint8_t* bytes, std::size_t size, void* user) {
    Stream* found = stream(session, id);
    if (!found) return 0;
    found->receive({reinterpret_cast<const char*>(bytes), size});
    self(user).content_.push_back(found);
    return 0;
  }

  static int frame_received(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Session& me = self(user);
    switch (frame->hd.type) {
      case NGHTTP2_SETTINGS:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) {
          me.settings_acknowledged_ = true;
        } else {
          settings_received(session, me);
        }
        return 0;
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) me.ping_outstanding_ = false;
        return 0;
      case NGHTTP2_RST_STREAM:
        // Also of a push that is over: the client has not wanted it.
        if (frame->hd.stream_id % 2 == 0) ++me.cancelled_;
        return 0;
      case NGHTTP2_HEADERS:
        me.open_header_section_ = false;
        break;
      case NGHTTP2_DATA:
        break;
      default:
        return 0;
    }
    Stream* found = stream(session, frame->hd.stream_id);
    if (!found) return 0;
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
      me.arrived_.push_back(found);
    }
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      found->end_content();
      me.content_.push_back(found);
    }
    return 0;
  }

  static int invalid_frame(nghttp2_session*, const nghttp2_frame*, int, void* user) {
    self(user).watch_.charge(10);
    self(user).open_header_section_ = false;
    return 0;
  }

  static int frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_RST_STREAM) {
      const std::uint32_t code = frame->rst_stream.error_code;
      const bool clients_fault = code == NGHTTP2_PROTOCOL_ERROR ||
                                 code == NGHTTP2_FLOW_CONTROL_ERROR ||
                                 code == NGHTTP2_STREAM_CLOSED || code == NGHTTP2_REFUSED_STREAM;
      if (clients_fault) self(user).watch_.charge(5);
      return 0;
    }
    const bool ends = (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
                      (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (!ends) return 0;
    Stream* found = stream(session, frame->hd.stream_id);
    if (found) found->sent_all();
    if (found && !found->content_ended()) self(user).answered_early_ = true;
    return 0;
  }

  static int frame_not_sent(nghttp2_session* session, const nghttp2_frame* frame, int, void* user) {
    if (frame->hd.type != NGHTTP2_PUSH_PROMISE) return 0;
    Stream* found = stream(session, frame->push_promise.promised_stream_id);
    if (found) close(user, *found, NGHTTP2_REFUSED_STREAM);
    return 0;
  }

  static int stream_closed(nghttp2_session* session, std::int32_t id, std::uint32_t error_code,
                           void* user) {
    if (Stream* found = stream(session, id)) close(user, *found, error_code);
    return 0;
  }

  static void close(void* user, Stream& stream, std::uint32_t error_code) {
    if (stream.closed()) return;
    stream.close(error_code);
    self(user).closed_.push_back(&stream);
  }

  // The body writes into the output behind a gap for the frame's header...
  static ssize_t read(nghttp2_session*, std::int32_t, std::uint8_t*, std::size_t size,
                      std::uint32_t* flags, nghttp2_data_source* source, void* user) {
    Session& me = self(user);
    const std::span<std::byte> free = me.output_->free();
    if (free.size() < frame_header + std::min(size, least_payload)) {
      me.output_full_ = true;
      return NGHTTP2_ERR_PAUSE;
    }
    auto& sender = *static_cast<Stream*>(source->ptr);
    const std::size_t room = std::min(size, free.size() - frame_header);
    try {
      const http::Read got = sender.read(free.subspan(frame_header, room));
      if (got.bytes == 0 && !got.end) return NGHTTP2_ERR_DEFERRED;
      *flags = NGHTTP2_DATA_FLAG_NO_COPY;
      if (!got.end) return static_cast<ssize_t>(got.bytes);
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (const http::Headers trailers = sender.body()->trailers(); !trailers.empty()) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        me.submit_trailers(sender, trailers);
      }
      return static_cast<ssize_t>(got.bytes);
    } catch (const std::exception&) {
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;  // that stream is reset, and no other
    }
  }

  // ...and at once afterwards the header goes into the gap.
  static int send(nghttp2_session*, nghttp2_frame*, const std::uint8_t* header, std::size_t size,
                  nghttp2_data_source*, void* user) {
    http::Output& output = *self(user).output_;
    std::memcpy(output.free().data(), header, frame_header);
    output.commit(frame_header + size);
    return 0;
  }

  static nghttp2_session_callbacks* table() {
    nghttp2_session_callbacks* made = nullptr;
    if (nghttp2_session_callbacks_new(&made) != 0) throw std::bad_alloc();
    nghttp2_session_callbacks_set_on_begin_frame_callback(made, begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(made, header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, data_chunk);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, frame_received);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, invalid_frame);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, frame_sent);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(made, frame_not_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, stream_closed);
    nghttp2_session_callbacks_set_send_data_callback(made, send);
    return made;
  }

  static nghttp2_option* options() {
    nghttp2_option* made = nullptr;
    if (nghttp2_option_new(&made) != 0) throw std::bad_alloc();
    nghttp2_option_set_no_auto_window_update(made, 1);
    nghttp2_option_set_no_closed_streams(made, 1);
    nghttp2_option_set_builtin_recv_extension_type(made, NGHTTP2_PRIORITY_UPDATE);
    nghttp2_option_set_server_fallback_rfc7540_priorities(made, 0);
    // The frame watch judges resets with everything else, and ends the connection for good.
    nghttp2_option_set_stream_reset_rate_limit(made, 10'000, 1'000);
    return made;
  }
};

}  // namespace h2
