#include "tests/support/peer.h"

#include <nghttp2/nghttp2.h>

#include <cstring>

namespace testing {
namespace {

nghttp2_nv nv(std::string_view name, std::string_view value) {
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
          value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::vector<nghttp2_nv> head(std::string_view method, std::string_view scheme,
                             std::string_view target, const http::Headers& fields) {
  std::vector<nghttp2_nv> list = {nv(":method", method), nv(":scheme", scheme),
                                  nv(":authority", "app.test"), nv(":path", target)};
  for (const http::Field field : fields) list.push_back(nv(field.name, field.value));
  return list;
}

std::span<const std::byte> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

}  // namespace

struct Peer::Callbacks {
  static Peer& self(void* user) { return *static_cast<Peer*>(user); }

  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    Reply& reply = self(user).replies_[frame->hd.stream_id];
    if (!reply.answered()) reply.fields = {};
    return 0;
  }

  static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t, void* user) {
    const std::string_view n(reinterpret_cast<const char*>(name), name_size);
    const std::string_view v(reinterpret_cast<const char*>(value), value_size);
    Reply& reply = self(user).replies_[frame->hd.stream_id];
    if (frame->hd.type == NGHTTP2_PUSH_PROMISE) {
      if (n == ":path") reply.promises.emplace_back(frame->push_promise.promised_stream_id, v);
    } else {
      (reply.answered() ? reply.trailers : reply.fields).add(n, v);
    }
    return 0;
  }

  static int frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Peer& me = self(user);
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      me.goaway_ = frame->goaway.error_code;
      me.goaway_last_stream_ = frame->goaway.last_stream_id;
    }
    if (frame->hd.type == NGHTTP2_PUSH_PROMISE) me.replies_[frame->hd.stream_id].order += 'p';
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
    Reply& reply = me.replies_[frame->hd.stream_id];
    const bool interim = frame->hd.type == NGHTTP2_HEADERS && reply.status().starts_with('1');
    const char section = reply.answered() ? 't' : interim ? 'i' : 'h';
    reply.order += frame->hd.type == NGHTTP2_DATA ? 'd' : section;
    if (interim) {
      reply.hints.push_back(std::move(reply.fields));
      reply.fields = {};
    }
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) reply.ended = true;
    return 0;
  }

  static int data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                  std::size_t size, void* user) {
    Peer& me = self(user);
    me.replies_[id].body.append(reinterpret_cast<const char*>(bytes), size);
    me.data_order_.push_back(id);
    if (!me.reads) return 0;
    nghttp2_session_consume_connection(me.client_, size);
    if (id != me.neglected) nghttp2_session_consume_stream(me.client_, id, size);
    return 0;
  }

  static int closed(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
    if (code != 0) self(user).replies_[id].reset = code;
    return 0;
  }

  static ssize_t upload(nghttp2_session* session, std::int32_t id, std::uint8_t* into,
                        std::size_t size, std::uint32_t* flags, nghttp2_data_source*, void* user) {
    Upload& from = self(user).uploads_[id];
    const std::size_t count = std::min(size, from.content.size() - from.sent);
    std::memcpy(into, from.content.data() + from.sent, count);
    from.sent += count;
    if (from.whole && from.sent == from.content.size()) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (from.trailers.empty()) return static_cast<ssize_t>(count);
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      std::vector<nghttp2_nv> list;
      for (const http::Field field : from.trailers) list.push_back(nv(field.name, field.value));
      nghttp2_submit_trailer(session, id, list.data(), list.size());
    } else if (count == 0) {
      return NGHTTP2_ERR_DEFERRED;
    }
    return static_cast<ssize_t>(count);
  }
};

Peer::Peer(http::Handler& root, Options options) : scheme_(std::move(options.scheme)) {
  self_.tls = "TLSv1.3";
  session_ = std::make_unique<h2::Session>(h2::Session::Surroundings{.root = root,
                                                                     .limits = limits_,
                                                                     .peer = self_,
                                                                     .loop = loop_,
                                                                     .tally = tally_,
                                                                     .date = date_,
                                                                     .log = options.log,
                                                                     .slice = options.slice},
                                           [this] { ++output_told; });
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, Callbacks::begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::closed);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_session_client_new2(&client_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_ENABLE_PUSH, options.take_pushes ? 1U : 0U},
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.concurrent_pushes},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(options.window)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };
  nghttp2_submit_settings(client_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  pump();
}

Peer::~Peer() {
  session_ = nullptr;
  nghttp2_session_del(client_);
}

std::int32_t Peer::send(std::string_view method, std::string_view target,
                        const http::Headers& fields) {
  const auto list = head(method, scheme_, target, fields);
  return nghttp2_submit_request(client_, nullptr, list.data(), list.size(), nullptr, nullptr);
}

std::int32_t Peer::begin_post(std::string_view target, const http::Headers& fields) {
  const auto list = head("POST", scheme_, target, fields);
  nghttp2_data_provider provider{.source = {}, .read_callback = Callbacks::upload};
  return nghttp2_submit_request(client_, nullptr, list.data(), list.size(), &provider, nullptr);
}

void Peer::more(std::int32_t id, std::string_view content) {
  uploads_[id].content += content;
  nghttp2_session_resume_data(client_, id);
}

void Peer::finish(std::int32_t id, const http::Headers& trailers) {
  uploads_[id].trailers = trailers;
  uploads_[id].whole = true;
  nghttp2_session_resume_data(client_, id);
}

std::int32_t Peer::post(std::string_view target, std::string content, const http::Headers& fields) {
  const std::int32_t id = begin_post(target, fields);
  more(id, content);
  finish(id);
  return id;
}

void Peer::reset(std::int32_t id, std::uint32_t error_code) {
  nghttp2_submit_rst_stream(client_, NGHTTP2_FLAG_NONE, id, error_code);
}

void Peer::raw(std::string_view bytes) { raw_ += bytes; }
void Peer::ping() { nghttp2_submit_ping(client_, NGHTTP2_FLAG_NONE, nullptr); }
void Peer::set_window(std::uint32_t window) {
  const nghttp2_settings_entry setting{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window};
  nghttp2_submit_settings(client_, NGHTTP2_FLAG_NONE, &setting, 1);
}

void Peer::allow_pushes(std::uint32_t at_one_time) {
  const nghttp2_settings_entry setting{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, at_one_time};
  nghttp2_submit_settings(client_, NGHTTP2_FLAG_NONE, &setting, 1);
}

bool Peer::push_to_server() {
  // All that the client has to say arrives in one read.
  std::string all;
  const std::uint8_t* bytes = nullptr;
  for (ssize_t size = 0; (size = nghttp2_session_mem_send(client_, &bytes)) > 0;) {
    all.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
  all += std::exchange(raw_, {});
  return all.empty() || session_->receive(as_bytes(all));
}

void Peer::pull_from_server(std::size_t records) {
  for (std::size_t i = 0; i < records; ++i) {
    output_.clear();
    session_->fill(output_);
    const auto bytes = output_.bytes();
    if (bytes.empty()) return;
    nghttp2_session_mem_recv(client_, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                             bytes.size());
  }
}

void Peer::pump() {
  for (int quiet = 0; quiet < 2; ++quiet) {
    if (nghttp2_session_want_write(client_) != 0 || !raw_.empty()) quiet = 0;
    push_to_server();
    loop_.settle();
    for (;;) {
      output_.clear();
      session_->fill(output_);
      const auto bytes = output_.bytes();
      if (bytes.empty()) break;
      quiet = 0;
      nghttp2_session_mem_recv(client_, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                               bytes.size());
    }
  }
}

}  // namespace testing
