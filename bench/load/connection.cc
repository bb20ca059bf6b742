#include "bench/load/connection.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <utility>

#include "server/net/error.h"

namespace bench {
namespace {

// No stream and no connection waits for the client's windows: what is measured is the server.
constexpr std::int32_t window = 1 << 30;
constexpr unsigned char h2[] = {2, 'h', '2'};

net::Fd connect_to(const Target& target, std::uint32_t number) {
  net::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) throw net::SystemError("cannot make a socket");
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // The port is chosen when the address it goes to is known: each source address has all of them.
  setsockopt(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (target.receive_buffer > 0) {
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &target.receive_buffer,
               sizeof target.receive_buffer);
  }
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(0x7F010001 + number % target.sources);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) {
    throw net::SystemError("cannot bind a source address");
  }
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(target.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
      errno != EINPROGRESS) {
    throw net::SystemError("cannot connect");
  }
  return fd;
}

nghttp2_nv pair_of(const Field& field) {
  const auto bytes = [](std::string_view text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(field.name), bytes(field.value), field.name.size(), field.value.size(),
          NGHTTP2_NV_FLAG_NONE};
}

// Null: as they are by default.
net::Handle<nghttp2_option, nghttp2_option_del> options_of(std::int32_t stall_after) {
  nghttp2_option* made = nullptr;
  if (stall_after > 0) {
    nghttp2_option_new(&made);
    nghttp2_option_set_no_auto_window_update(made, 1);
  }
  return net::Handle<nghttp2_option, nghttp2_option_del>(made);
}

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

// --------------------------------------------------------------------------------------- ClientTls

ClientTls::ClientTls(Tickets tickets) : context_(SSL_CTX_new(TLS_client_method())) {
  if (!context_) throw net::Error("cannot make a TLS context");
  SSL_CTX_set_min_proto_version(context_, TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(context_, "TLS_AES_128_GCM_SHA256");
  SSL_CTX_set1_groups_list(context_, "X25519");
  SSL_CTX_set_alpn_protos(context_, h2, sizeof h2);
  SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context_, 1);  // one recv for the header and the content of a record
  if (tickets == Tickets::ignored) return;
  SSL_CTX_set_app_data(context_, this);
  SSL_CTX_set_session_cache_mode(context_,
                                 SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(context_, keep);
}

ClientTls::~ClientTls() {
  SSL_SESSION_free(session_);
  SSL_CTX_free(context_);
}

int ClientTls::keep(ssl_st* ssl, ssl_session_st* session) {
  auto& self = *static_cast<ClientTls*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  // A copy: OpenSSL spoils a session that a connection has used, and this one is used many times.
  SSL_SESSION_free(std::exchange(self.session_, SSL_SESSION_dup(session)));
  return 0;
}

// -------------------------------------------------------------------------------------- Connection

struct Connection::Callbacks {
  static Connection& self(void* user) { return *static_cast<Connection*>(user); }
  static Receiver* receiver(nghttp2_session* session, std::int32_t stream) {
    return static_cast<Receiver*>(nghttp2_session_get_stream_user_data(session, stream));
  }

  static int header(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t, void* user) {
    Receiver* of = receiver(session, frame->hd.stream_id);
    if (!of) return 0;
    const std::string_view text = text_of(value, value_size);
    if (text_of(name, name_size) != ":status") {
      of->field(text_of(name, name_size), text);
      return 0;
    }
    int status = 0;
    std::from_chars(text.data(), text.data() + text.size(), status);
    if (self(user).stall_after_ > 0 && !of->stalls()) {
      nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                            window);
    }
    if (status >= 200) of->answered(status);
    return 0;
  }

  static int data(nghttp2_session* session, std::uint8_t, std::int32_t stream,
                  const std::uint8_t* bytes, std::size_t size, void*) {
    if (Receiver* of = receiver(session, stream)) of->data(text_of(bytes, size));
    return 0;
  }

  static int frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Connection& me = self(user);
    if (frame->hd.type == NGHTTP2_GOAWAY && me.goodbye_.empty()) {
      me.goodbye_ = std::string("the server said goodbye: ") +
                    nghttp2_http2_strerror(frame->goaway.error_code);
    }
    const bool settings =
        frame->hd.type == NGHTTP2_SETTINGS && (frame->hd.flags & NGHTTP2_FLAG_ACK) == 0;
    if (!settings || std::exchange(me.open_, true)) return 0;
    me.owner_.opened(me);
    return 0;
  }

  static int closed(nghttp2_session* session, std::int32_t stream, std::uint32_t, void*) {
    if (Receiver* of = receiver(session, stream)) of->ended();
    return 0;
  }

  // Of a GOAWAY from either side, so that an early end can be explained.
  static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      self(user).goodbye_ =
          std::string("client gave up: ") + nghttp2_http2_strerror(frame->goaway.error_code);
    }
    return 0;
  }

  static nghttp2_session_callbacks* table() {
    nghttp2_session_callbacks* made = nullptr;
    nghttp2_session_callbacks_new(&made);
    nghttp2_session_callbacks_set_on_header_callback(made, header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, closed);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, frame_sent);
    return made;
  }
};

void Connection::FreeSession::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

Connection::Connection(net::Loop& loop, const Target& target, ClientTls& tls, std::uint32_t number,
                       Owner& owner)
    : owner_(owner),
      tls_(tls),
      stall_after_(target.stall_after),
      fd_(connect_to(target, number)),
      ssl_(SSL_new(tls.native())),
      flush_later_(loop, [this] { flush(); }) {
  if (!ssl_) throw net::Error("cannot make a TLS connection");
  SSL_set_fd(ssl_, fd_.get());
  SSL_set_connect_state(ssl_);
  if (tls.session()) {
    SSL_SESSION* session = SSL_SESSION_dup(tls.session());
    SSL_set_session(ssl_, session);
    SSL_SESSION_free(session);
  }
  watch_ = std::make_unique<net::Watch>(loop, fd_.get(), [this](auto) { on_ready(); });
  watch_->want_write(true);
}

Connection::~Connection() {
  if (handshaken_ && !failed_) SSL_shutdown(ssl_);
  watch_.reset();
  session_.reset();
  // OpenSSL would spoil the ticket of a connection that it thinks was cut.
  SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl_);
}

bool Connection::resumed() const { return SSL_session_reused(ssl_) == 1; }

std::uint64_t Connection::wire_bytes() const {
  return BIO_number_read(SSL_get_rbio(ssl_)) + BIO_number_written(SSL_get_wbio(ssl_));
}

void Connection::fail(const std::string& why) {
  if (std::exchange(failed_, true)) return;
  watch_->want_read(false);
  watch_->want_write(false);
  owner_.failed(*this, why);
}

void Connection::on_ready() {
  if (failed_ || (!handshaken_ && !handshake())) return;
  read();
  flush_later_.schedule();
}

bool Connection::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) {
    handshaken_ = true;
    begin();
    return true;
  }
  const int error = SSL_get_error(ssl_, result);
  const bool waits = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  if (!waits) fail("the TLS handshake failed");
  watch_->want_write(error == SSL_ERROR_WANT_WRITE);
  return false;
}

void Connection::begin() {
  static const nghttp2_session_callbacks* const callbacks = Callbacks::table();
  nghttp2_session* made = nullptr;
  const net::Handle<nghttp2_option, nghttp2_option_del> option = options_of(stall_after_);
  if (nghttp2_session_client_new2(&made, callbacks, this, option.get()) != 0) {
    throw net::Error("no memory");
  }
  session_.reset(made);
  const auto first = static_cast<std::uint32_t>(stall_after_ > 0 ? stall_after_ : window);
  const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                             {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, first}};
  nghttp2_submit_settings(made, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(made, NGHTTP2_FLAG_NONE, 0, window);
}

void Connection::read() {
  std::array<std::uint8_t, 16 * 1024> bytes;
  for (;;) {
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_read_ex(ssl_, bytes.data(), bytes.size(), &size);
    if (result != 1) {
      const int error = SSL_get_error(ssl_, result);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) fail("closed");
      return;
    }
    if (nghttp2_session_mem_recv(session_.get(), bytes.data(), size) < 0) {
      return fail("the server broke the rules of HTTP/2");
    }
    if (failed_) return;
  }
}

void Connection::flush() {
  if (!session_ || failed_) return;
  for (;;) {
    if (unsent_.empty()) {
      const std::uint8_t* bytes = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session_.get(), &bytes);
      if (size < 0) return fail("nghttp2 could not go on");
      if (size == 0) break;
      unsent_ = text_of(bytes, static_cast<std::size_t>(size));
    }
    ERR_clear_error();
    std::size_t taken = 0;
    if (SSL_write_ex(ssl_, unsent_.data(), unsent_.size(), &taken) != 1) break;
    unsent_.remove_prefix(taken);
  }
  watch_->want_write(!unsent_.empty());
  const bool done = nghttp2_session_want_read(session_.get()) == 0 &&
                    nghttp2_session_want_write(session_.get()) == 0;
  if (done) fail(goodbye_);
}

void Connection::get(std::string_view path, std::vector<Field> fields, Receiver& receiver) {
  const Field pseudo[] = {
      {":method", "GET"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", path}};
  fields.insert(fields.begin(), std::begin(pseudo), std::end(pseudo));
  submit(fields, receiver, nullptr);
}

void Connection::post(std::string_view path, std::string_view type, std::string& content,
                      Receiver& receiver) {
  const std::string length = std::to_string(content.size());
  submit({{":method", "POST"},
          {":scheme", "https"},
          {":authority", "localhost"},
          {":path", path},
          {"content-type", type},
          {"content-length", length}},
         receiver, &content);
}

void Connection::submit(const std::vector<Field>& fields, Receiver& receiver,
                        std::string* content) {
  std::vector<nghttp2_nv> list;
  list.reserve(fields.size());
  for (const Field& field : fields) list.push_back(pair_of(field));
  nghttp2_data_provider provider{};
  provider.source.ptr = content;
  provider.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t size,
                              std::uint32_t* flags, nghttp2_data_source* source, void*) -> ssize_t {
    auto& left = *static_cast<std::string*>(source->ptr);
    const std::size_t taken = left.copy(reinterpret_cast<char*>(into), size);
    left.erase(0, taken);
    if (left.empty()) *flags = NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(taken);
  };
  nghttp2_submit_request(session_.get(), nullptr, list.data(), list.size(),
                         content ? &provider : nullptr, &receiver);
  flush_later_.schedule();
}

}  // namespace bench
