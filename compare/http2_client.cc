#include "compare/http2_client.h"

#include <nghttp2/nghttp2.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "server/net/error.h"

namespace lab {
namespace {

constexpr std::int32_t stream_window = 6 << 20;
constexpr std::int32_t connection_window = 15 << 20;

using Kind = Http2Client::Event::Kind;

nghttp2_nv nv(const http::Field& field) {
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(field.name.data())),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(field.value.data())), field.name.size(),
          field.value.size(), NGHTTP2_NV_FLAG_NONE};
}

bool interim(const http::Headers& fields) {
  const auto status = fields.get(":status");
  return status && status->starts_with('1');
}

}  // namespace

struct Http2Client::Callbacks {
  static Http2Client& self(void* user) { return *static_cast<Http2Client*>(user); }

  static int begin_headers(nghttp2_session*, const nghttp2_frame*, void* user) {
    self(user).section_ = {};
    return 0;
  }

  static int header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t, void* user) {
    self(user).section_.add({reinterpret_cast<const char*>(name), name_size},
                            {reinterpret_cast<const char*>(value), value_size});
    return 0;
  }

  static int frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Client& me = self(user);
    Event event;
    event.stream = frame->hd.stream_id;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        if (!me.section_.has(":status")) return 0;  // trailers
        event.kind = interim(me.section_) ? Kind::interim : Kind::headers;
        event.fields = std::exchange(me.section_, {});
        break;
      case NGHTTP2_PUSH_PROMISE:
        event.kind = Kind::promise;
        event.promised = frame->push_promise.promised_stream_id;
        event.fields = std::exchange(me.section_, {});
        break;
      case NGHTTP2_GOAWAY:
        me.going_away_ = true;
        event.kind = Kind::going_away;
        event.stream = frame->goaway.last_stream_id;
        event.error = frame->goaway.error_code;
        break;
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) return 0;
        event.kind = Kind::pong;
        break;
      default:
        return 0;
    }
    me.events_.push_back(std::move(event));
    return 0;
  }

  static int data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                  std::size_t size, void* user) {
    Event event;
    event.kind = Kind::content;
    event.stream = id;
    event.content = {reinterpret_cast<const std::byte*>(bytes), size};
    self(user).events_.push_back(std::move(event));
    return 0;
  }

  static int closed(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
    Http2Client& me = self(user);
    if (!me.receiving_) return 0;  // our own RST_STREAM has left
    Event event;
    event.kind = code == NGHTTP2_NO_ERROR ? Kind::ended : Kind::broken;
    event.stream = id;
    event.error = code;
    me.events_.push_back(std::move(event));
    return 0;
  }

  static int not_sent(nghttp2_session*, const nghttp2_frame* frame, int, void* user) {
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    Event event;
    event.kind = Kind::broken;
    event.stream = frame->hd.stream_id;
    event.error = NGHTTP2_REFUSED_STREAM;
    self(user).events_.push_back(std::move(event));
    return 0;
  }
};

void Http2Client::FreeSession::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

Http2Client::Http2Client(Pushes pushes) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, Callbacks::begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::closed);
  nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, Callbacks::not_sent);
  nghttp2_session* session = nullptr;
  const int made = nghttp2_session_client_new(&session, callbacks, this);
  nghttp2_session_callbacks_del(callbacks);
  if (made != 0) throw net::Error("cannot make an HTTP/2 session");
  nghttp2_.reset(session);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, 65536},
      {NGHTTP2_SETTINGS_ENABLE_PUSH, pushes == Pushes::taken ? 1U : 0U},
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1000},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, 262144},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, connection_window);
}

Http2Client::~Http2Client() = default;

std::span<const Http2Client::Event> Http2Client::receive(std::span<const std::byte> bytes) {
  meter_.read(bytes);
  receiving_ = true;
  const ssize_t read = nghttp2_session_mem_recv(
      nghttp2_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  receiving_ = false;
  if (read < 0) damaged_ = true;
  told_ = std::exchange(events_, {});
  return told_;
}

bool Http2Client::ended_for_error() const {
  return damaged_ || (!going_away_ && nghttp2_session_want_read(nghttp2_.get()) == 0);
}

std::span<const std::byte> Http2Client::next_output() {
  const std::uint8_t* bytes = nullptr;
  const ssize_t size = nghttp2_session_mem_send(nghttp2_.get(), &bytes);
  if (size <= 0) return {};
  return {reinterpret_cast<const std::byte*>(bytes), static_cast<std::size_t>(size)};
}

std::int32_t Http2Client::request(const http::Headers& fields) {
  std::vector<nghttp2_nv> list;
  list.reserve(fields.size());
  for (const http::Field field : fields) list.push_back(nv(field));
  return nghttp2_submit_request(nghttp2_.get(), nullptr, list.data(), list.size(), nullptr,
                                nullptr);
}

void Http2Client::cancel(std::int32_t stream) {
  nghttp2_submit_rst_stream(nghttp2_.get(), NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
}

void Http2Client::ping() { nghttp2_submit_ping(nghttp2_.get(), NGHTTP2_FLAG_NONE, nullptr); }

std::string error_name(std::uint32_t error_code) { return nghttp2_http2_strerror(error_code); }

}  // namespace lab
