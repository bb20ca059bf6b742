#include "server/h2/session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <new>
#include <stdexcept>

#include "server/http/problem.h"

namespace h2 {
namespace {

constexpr std::size_t frame_header = 9;  // bytes (RFC 9113 section 4.1)
// A DATA frame smaller than this is not worth its header while more could follow in the next
// record.
constexpr std::size_t least_payload = 256;
constexpr std::size_t longest_queue = 10'000;  // frames that wait to be sent
constexpr std::size_t largest_diary = 4096;    // targets

std::uint8_t* mutable_bytes(std::string_view text) {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

// Of text that nghttp2 copies.
nghttp2_nv copied(std::string_view name, std::string_view value) {
  return {mutable_bytes(name), mutable_bytes(value), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NO_COPY_NAME};
}

// Of text that lives until the frame has been written.
nghttp2_nv lent(http::Field field) {
  return {mutable_bytes(field.name), mutable_bytes(field.value), field.name.size(),
          field.value.size(), NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

// The fields of one answer as nghttp2 takes them, on the stack unless there are very many.
class FieldList {
 public:
  void add(const nghttp2_nv& field) {
    if (many_.empty() && count_ < few_.size()) {
      few_[count_++] = field;
      return;
    }
    if (many_.empty()) many_.assign(few_.begin(), few_.begin() + static_cast<long>(count_));
    many_.push_back(field);
    ++count_;
  }
  void lend(const http::Headers& headers) {
    for (const http::Field field : headers) add(lent(field));
  }
  const nghttp2_nv* begin() const { return many_.empty() ? few_.data() : many_.data(); }
  std::size_t size() const { return count_; }

 private:
  std::array<nghttp2_nv, 40> few_;
  std::vector<nghttp2_nv> many_;
  std::size_t count_ = 0;
};

bool bodiless(int status) { return status == 204 || status == 304; }

const char* name_of(std::uint32_t error_code) { return nghttp2_http2_strerror(error_code); }

}  // namespace

void Session::FreeSession::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

// ---------------------------------------------------------------- what nghttp2 calls: facts are
// noted

struct Session::Callbacks {
  static Session& self(void* user) { return *static_cast<Session*>(user); }
  static Stream* stream(nghttp2_session* session, std::int32_t id) {
    return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, id));
  }

  static int begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    self(user).open_header_section_ = true;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    Stream& opened = self(user).open(frame->hd.stream_id);
    nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, &opened);
    return 0;
  }

  static int header(nghttp2_session* session, const nghttp2_frame* frame,
                    const std::uint8_t* name_bytes, std::size_t name_size,
                    const std::uint8_t* value_bytes, std::size_t value_size, std::uint8_t,
                    void* user) {
    Stream* found = stream(session, frame->hd.stream_id);
    if (!found) return 0;
    const Limits& limits = self(user).around_.limits;
    found->header_bytes += name_size + value_size + 32;
    if (found->header_bytes > 4 * limits.header_bytes) {
      // Stops the callbacks for this header section: a bomb of HPACK costs no more than its
      // decoding.
      self(user).watch_.charge(20);
      self(user).open_header_section_ = false;
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    http::Request& request = found->request;
    if (found->header_bytes > limits.header_bytes ||
        request.fields.size() >= limits.header_fields) {
      found->too_large = true;
      return 0;
    }
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;  // trailers: nobody here reads them
    const std::string_view name(reinterpret_cast<const char*>(name_bytes), name_size);
    const std::string_view value(reinterpret_cast<const char*>(value_bytes), value_size);
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
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) me.settings_acknowledged_ = true;
        return 0;
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) me.ping_outstanding_ = false;
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
      if (got.end) *flags |= NGHTTP2_DATA_FLAG_EOF;
      return static_cast<ssize_t>(got.bytes);
    } catch (const std::exception&) {
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;  // that stream is reset, and no other
    }
  }

  // ...and at once afterwards the header goes into the gap.
  static int send(nghttp2_session*, nghttp2_frame*, const std::uint8_t* header, std::size_t size,
                  nghttp2_data_source*, void* user) {
    Output& output = *self(user).output_;
    std::memcpy(output.free().data(), header, frame_header);
    output.commit(frame_header + size);
    return 0;
  }

  static nghttp2_session_callbacks* table() {
    nghttp2_session_callbacks* made = nullptr;
    if (nghttp2_session_callbacks_new(&made) != 0) throw std::bad_alloc();
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

// ----------------------------------------------------------------------------------------- Session

Session::Session(Surroundings surroundings, std::function<void()> has_output)
    : around_(surroundings), has_output_(std::move(has_output)), watched_(around_.loop.now()) {
  static const nghttp2_session_callbacks* const callbacks = Callbacks::table();
  static const nghttp2_option* const options = Callbacks::options();
  nghttp2_session* made = nullptr;
  if (nghttp2_session_server_new2(&made, callbacks, this, options) != 0) throw std::bad_alloc();
  nghttp2_.reset(made);
  const Limits& limits = around_.limits;
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrent_streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.header_bytes)},
  };
  nghttp2_submit_settings(made, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(made, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<std::int32_t>(limits.connection_window));
}

Session::~Session() {
  inside_ = true;  // nobody is there to be told of output
  for (Stream& stream : streams_) {
    if (!stream.closed()) {
      stream.close(NGHTTP2_CANCEL);
      closed_.push_back(&stream);
    }
  }
  nghttp2_.reset();
  reap();
}

Stream& Session::open(std::int32_t id) {
  Stream& stream = streams_.emplace_back(*this, id);
  stream.place = std::prev(streams_.end());
  around_.tally.streams_now.add(1);
  return stream;
}

void Session::note_output() {
  if (!inside_) has_output_();
}

bool Session::receive(std::span<const std::byte> bytes) {
  if (ending_) return false;
  inside_ = true;
  const auto now = around_.loop.now();
  watch_.refill(now - watched_);
  watched_ = now;
  const FrameWatch::Passed passed = watch_.feed(bytes);
  const ssize_t taken = nghttp2_session_mem_recv(
      nghttp2_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), passed.bytes);
  dispatch();
  give_back_window();
  reap();
  inside_ = false;
  if (taken < 0) {
    const bool flood = taken == NGHTTP2_ERR_FLOODED;
    end(flood ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR,
        nghttp2_strerror(static_cast<int>(taken)));
  } else if (passed.verdict != Verdict::fine) {
    const auto code = static_cast<std::uint32_t>(passed.verdict);
    end(code, name_of(code));
  } else if (watch_.exhausted() ||
             nghttp2_session_get_outbound_queue_size(nghttp2_.get()) > longest_queue) {
    end(NGHTTP2_ENHANCE_YOUR_CALM, "too many frames that ask for work and do none");
  }
  return !ending_;
}

void Session::dispatch() {
  // By index: a handler may push, and what is pushed arrives at once.
  for (std::size_t i = 0; i < arrived_.size(); ++i) dispatch(*arrived_[i]);
  arrived_.clear();
  for (std::size_t i = 0; i < content_.size(); ++i) content_[i]->deliver_content();
}

void Session::dispatch(Stream& stream) {
  // HEADERS and RST_STREAM can come in one read: work for nobody is not begun.
  if (stream.closed()) return;
  around_.tally.requests.add(1);
  http::Request& request = stream.request;
  request.peer = &around_.peer;
  if (takes_pushes() && diary_.size() < largest_diary) {
    diary_.insert(std::hash<std::string_view>{}(request.target));
  }
  http::Exchange exchange = stream.exchange();
  if (stream.too_large) {
    exchange.respond(
        http::problem(431, "The fields of this request are larger than is taken here."));
    return;
  }
  if (request.target.size() > around_.limits.target_bytes) {
    exchange.respond(http::problem(414, "The target of this request is too long."));
    return;
  }
  if (!request.target.starts_with('/') && !(request.target == "*" && request.method == "OPTIONS")) {
    exchange.respond(http::problem(request.method == "CONNECT" ? 501 : 400,
                                   "The target must be a path that begins with a slash."));
    return;
  }
  if (request.authority.find('@') != std::string::npos) {
    exchange.respond(http::problem(400, "The authority must not hold user information."));
    return;
  }
  try {
    around_.root.handle(request, std::move(exchange));
  } catch (const std::exception&) {
    // The exchange has gone with the handler's frame, and so was answered 500.
  }
}

void Session::content_wanted(Stream& stream) {
  const std::size_t bytes = stream.take_consumed();
  if (bytes == 0) return;
  // Who has been answered need not send the rest: only the connection gets its window back.
  if (stream.closed() || stream.answered()) {
    nghttp2_session_consume_connection(nghttp2_.get(), bytes);
  } else {
    nghttp2_session_consume(nghttp2_.get(), stream.id(), bytes);
  }
}

void Session::give_back_window() {
  for (Stream* stream : content_) content_wanted(*stream);
  content_.clear();
}

void Session::reap() {
  // By index: a body that goes may drop an exchange, and that may close another stream.
  for (std::size_t i = 0; i < closed_.size(); ++i) {
    Stream& stream = *closed_[i];
    if (nghttp2_ && stream.unconsumed() > 0) {
      nghttp2_session_consume_connection(nghttp2_.get(), stream.unconsumed());
    }
    if (stream.request.pushed) --pushing_;
    if (around_.log) around_.log->completed(stream.access(around_.peer, around_.loop.now()));
    around_.tally.streams_now.add(-1);
    streams_.erase(stream.place);
  }
  closed_.clear();
}

// ------------------------------------------------------------------------------------------ output

bool Session::fill(Output& output) {
  inside_ = true;
  output_ = &output;
  output_full_ = false;
  for (;;) {
    if (!rest_.empty()) rest_ = rest_.subspan(output.append(rest_));
    if (!rest_.empty() || output_full_) break;
    const std::uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(nghttp2_.get(), &bytes);
    if (size < 0) {
      ending_ = true;
      complaint_ = nghttp2_strerror(static_cast<int>(size));
      break;
    }
    rest_ = {reinterpret_cast<const std::byte*>(bytes), static_cast<std::size_t>(size)};
    if (size == 0 && !output_full_) break;
  }
  output_ = nullptr;
  reap();
  inside_ = false;
  return !rest_.empty() || output_full_;
}

bool Session::done() const {
  return rest_.empty() && nghttp2_session_want_read(nghttp2_.get()) == 0 &&
         nghttp2_session_want_write(nghttp2_.get()) == 0;
}

void Session::announce_drain() {
  nghttp2_submit_shutdown_notice(nghttp2_.get());
  note_output();
}

void Session::drain() {
  nghttp2_submit_goaway(nghttp2_.get(), NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(nghttp2_.get()), NGHTTP2_NO_ERROR,
                        nullptr, 0);
  note_output();
}

void Session::end(std::uint32_t error_code, std::string complaint) {
  if (ending_) return;
  ending_ = true;
  complaint_ = std::move(complaint);
  nghttp2_session_terminate_session(nghttp2_.get(), error_code);
  note_output();
}

void Session::ping() {
  ping_outstanding_ = true;
  nghttp2_submit_ping(nghttp2_.get(), NGHTTP2_FLAG_NONE, nullptr);
  note_output();
}

// ------------------------------------------------------------------------------------- for a
// stream

void Session::prioritise(Stream& stream, const http::Response& response) {
  if (stream.request.pushed) return;  // was told when it was promised
  const http::Priority wanted = response.live ? http::Priority{0, true} : response.priority;
  if (!response.live && (wanted == http::Priority{} || stream.request.fields.has("priority")))
    return;
  const nghttp2_extpri priority{wanted.urgency, wanted.incremental ? 1 : 0};
  nghttp2_session_change_extpri_stream_priority(nghttp2_.get(), stream.id(), &priority,
                                                response.live ? 1 : 0);
}

void Session::submit(Stream& stream, http::Response& response) {
  if (stream.request.pushed && response.status >= 300) {
    reset(stream, NGHTTP2_CANCEL);  // nobody has asked for an error
    return;
  }
  prioritise(stream, response);
  const std::string status = std::to_string(response.status);
  const std::optional<std::uint64_t> length =
      response.body ? response.body->length() : std::optional<std::uint64_t>(0);
  const std::string length_text = length ? std::to_string(*length) : "";

  FieldList fields;
  fields.add(copied(":status", status));
  if (response.prepared) fields.lend(*response.prepared);
  fields.lend(response.fields);
  fields.add(copied("date", around_.date.now()));
  if (length && !bodiless(response.status)) fields.add(copied("content-length", length_text));

  if (stream.request.method == "HEAD" || bodiless(response.status) || length == 0) {
    response.body = nullptr;
  }
  nghttp2_data_provider provider{.source = {.ptr = &stream}, .read_callback = Callbacks::read};
  nghttp2_submit_response(nghttp2_.get(), stream.id(), fields.begin(), fields.size(),
                          response.body ? &provider : nullptr);
  note_output();
}

void Session::hint(Stream& stream, const http::Headers& fields) {
  if (fields.empty()) return;
  std::vector<nghttp2_nv> list;
  list.reserve(1 + fields.size());
  list.push_back(copied(":status", "103"));
  for (const http::Field field : fields) list.push_back(copied(field.name, field.value));
  for (nghttp2_nv& field : list) field.flags = NGHTTP2_NV_FLAG_NONE;
  nghttp2_submit_headers(nghttp2_.get(), NGHTTP2_FLAG_NONE, stream.id(), nullptr, list.data(),
                         list.size(), nullptr);
  around_.tally.hints.add(1);
  note_output();
}

bool Session::takes_pushes() const {
  const auto setting = [this](nghttp2_settings_id id) {
    return nghttp2_session_get_remote_settings(nghttp2_.get(), id);
  };
  return setting(NGHTTP2_SETTINGS_ENABLE_PUSH) == 1 &&
         setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS) > 0;
}

http::Push Session::push(Stream& parent, std::string_view target, http::Priority priority) {
  if (parent.request.pushed) return http::Push::nested;
  if (!takes_pushes()) return http::Push::refused;
  const std::uint64_t hash = std::hash<std::string_view>{}(target);
  if (diary_.contains(hash)) return http::Push::repeated;
  if (pushed_ >= around_.limits.pushes || pushing_ >= around_.limits.concurrent_pushes) {
    return http::Push::exhausted;
  }
  http::Request request;
  request.method = "GET";
  request.scheme = parent.request.scheme;
  request.authority = parent.request.authority;
  request.target = target;
  request.pushed = true;
  for (const char* name : {"accept-encoding", "accept-language", "user-agent"}) {
    if (const auto value = parent.request.fields.get(name)) request.fields.add(name, *value);
  }
  std::vector<nghttp2_nv> list = {
      copied(":method", request.method), copied(":scheme", request.scheme),
      copied(":authority", request.authority), copied(":path", request.target)};
  for (const http::Field field : request.fields) list.push_back(copied(field.name, field.value));
  for (nghttp2_nv& field : list) field.flags = NGHTTP2_NV_FLAG_NONE;
  const std::int32_t id = nghttp2_submit_push_promise(
      nghttp2_.get(), NGHTTP2_FLAG_NONE, parent.id(), list.data(), list.size(), nullptr);
  if (id < 0) return http::Push::refused;
  Stream& promised = open(id);
  promised.request = std::move(request);
  promised.end_content();
  nghttp2_session_set_stream_user_data(nghttp2_.get(), id, &promised);
  // nghttp2 would put every push at urgency 3, ahead of images and behind nothing that matters.
  const nghttp2_extpri extended{priority.urgency, priority.incremental ? 1 : 0};
  nghttp2_session_change_extpri_stream_priority(nghttp2_.get(), id, &extended, 0);
  diary_.insert(hash);
  ++pushed_;
  ++pushing_;
  around_.tally.pushes.add(1);
  arrived_.push_back(&promised);
  if (!inside_) {
    inside_ = true;
    dispatch();
    give_back_window();
    inside_ = false;
  }
  note_output();
  return http::Push::promised;
}

void Session::reset(Stream& stream, std::uint32_t error_code) {
  nghttp2_submit_rst_stream(nghttp2_.get(), NGHTTP2_FLAG_NONE, stream.id(), error_code);
  note_output();
}

void Session::resume(Stream& stream) {
  nghttp2_session_resume_data(nghttp2_.get(), stream.id());
  note_output();
}

// ---------------------------------------------------------------------------- for the deadlines

std::optional<net::Clock::time_point> Session::content_awaited_since() const {
  std::optional<net::Clock::time_point> oldest;
  for (const Stream& stream : streams_) {
    if (stream.awaits_content() && (!oldest || stream.last_content() < *oldest)) {
      oldest = stream.last_content();
    }
  }
  return oldest;
}

void Session::reset_stalled(net::Clock::time_point since) {
  for (Stream& stream : streams_) {
    if (!stream.closed() && stream.could_send() && stream.last_progress() < since) {
      reset(stream, NGHTTP2_CANCEL);
    }
  }
}

void Session::stop_uploads() {
  answered_early_ = false;
  for (Stream& stream : streams_) {
    if (!stream.closed() && stream.answered() && !stream.body() && !stream.content_ended()) {
      reset(stream, NGHTTP2_NO_ERROR);
    }
  }
}

bool Session::has_live_streams() const { return std::ranges::any_of(streams_, &Stream::live); }

}  // namespace h2
