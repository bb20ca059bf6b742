#include "proxy/transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <new>

#include "proxy/curl_handles.h"
#include "proxy/multi.h"

namespace proxy {
namespace {

constexpr long receive_buffer = 64 * 1024;
constexpr long send_buffer = 64 * 1024;

class Fields {
 public:
  explicit Fields(net::Handle<curl_slist, curl_slist_free_all>& list) : list_(list) {}

  // libcurl wants a field without a value written with ';', and takes "name:" as a wish to send
  // none of that name.
  void add(std::string_view name, std::string_view value) {
    std::string line(name);
    value.empty() ? line += ';' : line.append(": ").append(value);
    append(line);
  }
  void none(std::string_view name) { append(std::string(name) + ":"); }

 private:
  void append(const std::string& line) {
    curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    (void)list_.release();
    list_.reset(longer);
  }
  net::Handle<curl_slist, curl_slist_free_all>& list_;
};

bool takes_content(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

bool Call::repeatable() const {
  static constexpr auto idempotent =
      std::to_array<std::string_view>({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"});
  return content == Content::none && std::ranges::find(idempotent, method) != idempotent.end();
}

// The trampolines: what is thrown ends here, and the transfer with it.
struct Transfer::Callbacks {
  template <typename Work>
  static std::size_t guarded(std::size_t on_exception, Work work) {
    try {
      return work();
    } catch (const std::exception&) {
      return on_exception;
    }
  }

  static std::size_t head(char* text, std::size_t, std::size_t size, void* user) {
    auto& me = *static_cast<Transfer*>(user);
    return guarded(0, [&] {
      return me.client_.on_head_line({text, size}) == Client::Verdict::go_on ? size : 0;
    });
  }

  static std::size_t received(char* bytes, std::size_t, std::size_t size, void* user) {
    auto& me = *static_cast<Transfer*>(user);
    return guarded(0, [&]() -> std::size_t {
      switch (me.client_.on_content(std::as_bytes(std::span(bytes, size)))) {
        case Client::Verdict::go_on:
          return size;
        case Client::Verdict::wait:
          me.receiving_paused_ = true;
          return CURL_WRITEFUNC_PAUSE;
        case Client::Verdict::stop:
          break;
      }
      return CURL_WRITEFUNC_ERROR;
    });
  }

  static std::size_t wanted(char* into, std::size_t, std::size_t size, void* user) {
    auto& me = *static_cast<Transfer*>(user);
    return guarded(CURL_READFUNC_ABORT, [&]() -> std::size_t {
      const auto got = me.client_.content(std::as_writable_bytes(std::span(into, size)));
      if (!got) return CURL_READFUNC_ABORT;
      if (got->bytes > 0 || got->end) return got->bytes;
      me.sending_paused_ = true;
      return CURL_READFUNC_PAUSE;
    });
  }

  // libcurl owns the list from here on.
  static int behind_content(curl_slist** list, void* user) {
    auto& me = *static_cast<Transfer*>(user);
    const std::size_t done = guarded(CURL_TRAILERFUNC_ABORT, [&]() -> std::size_t {
      net::Handle<curl_slist, curl_slist_free_all> lines;
      Fields fields(lines);
      for (const http::Field field : me.client_.trailers()) fields.add(field.name, field.value);
      *list = lines.release();
      return CURL_TRAILERFUNC_OK;
    });
    return static_cast<int>(done);
  }

  // libcurl repeats a request whose reused connection was closed under it.
  static int about_to_send(void* user, char*, char*, int, int) {
    auto& me = *static_cast<Transfer*>(user);
    if (me.times_sent_++ > 0 && !me.call_.repeatable()) return CURL_PREREQFUNC_ABORT;
    return CURL_PREREQFUNC_OK;
  }
};

template <typename Value>
void Transfer::set(int option, Value value) {
  curl_easy_setopt(easy_->curl.get(), static_cast<CURLoption>(option), value);
}

Transfer::Transfer(Multi& multi, const Address& to, const Call& call, Client& client)
    : multi_(multi), call_(call), client_(client), easy_(std::make_unique<Easy>()) {
  easy_->curl.reset(curl_easy_init());
  if (!easy_->curl) throw std::bad_alloc();
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, easy_->reason.data());
  set(CURLOPT_NOSIGNAL, 1L);
  describe_way(to);
  describe_request();
  set(CURLOPT_HEADERFUNCTION, Callbacks::head);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, Callbacks::received);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_PREREQFUNCTION, Callbacks::about_to_send);
  set(CURLOPT_PREREQDATA, this);
  multi_.add(*this);
}

void Transfer::describe_way(const Address& to) {
  const Multi::Options& options = multi_.options();
  set(CURLOPT_URL, to.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");  // whatever the environment says
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  if (!to.socket.empty()) set(CURLOPT_UNIX_SOCKET_PATH, to.socket.c_str());
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect.count()));
  set(CURLOPT_MAXAGE_CONN,
      static_cast<long>(std::chrono::ceil<std::chrono::seconds>(options.keep_alive).count()));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_KEEPIDLE, 30L);
  set(CURLOPT_TCP_KEEPINTVL, 10L);
  set(CURLOPT_BUFFERSIZE, receive_buffer);
  set(CURLOPT_UPLOAD_BUFFERSIZE, send_buffer);
}

void Transfer::describe_request() {
  set(CURLOPT_REQUEST_TARGET, call_.target.c_str());
  if (call_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else {
    set(CURLOPT_CUSTOMREQUEST, call_.method.c_str());
  }
  Fields fields(easy_->fields);
  for (const char* name : {"accept", "user-agent", "expect", "content-type"}) {
    if (!call_.fields.has(name)) fields.none(name);
  }
  fields.add("host", call_.host);
  for (const http::Field field : call_.fields) fields.add(field.name, field.value);
  if (call_.content != Call::Content::none) {
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, Callbacks::wanted);
    set(CURLOPT_READDATA, this);
  }
  if (call_.content == Call::Content::of_length) {
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(call_.length));
  } else if (call_.content == Call::Content::of_unknown_length) {
    fields.add("transfer-encoding", "chunked");
    set(CURLOPT_TRAILERFUNCTION, Callbacks::behind_content);
    set(CURLOPT_TRAILERDATA, this);
  } else if (takes_content(call_.method)) {
    fields.add("content-length", "0");
  }
  set(CURLOPT_HTTPHEADER, easy_->fields.get());
}

Transfer::~Transfer() {
  if (!ended_) multi_.remove(*this);
}

void Transfer::finish(int result) {
  ended_ = true;
  multi_.remove(*this);
  client_.on_end(outcome_of(result));
}

Outcome Transfer::outcome_of(int result) const {
  using Kind = Outcome::Kind;
  std::string reason = easy_->reason.data();
  if (reason.empty()) reason = curl_easy_strerror(static_cast<CURLcode>(result));
  switch (result) {
    case CURLE_OK:
      return {};
    case CURLE_OPERATION_TIMEDOUT:  // none but that for connecting is set
      return {sent() ? Kind::lost : Kind::late_to_connect, reason};
    case CURLE_ABORTED_BY_CALLBACK:
      // By about_to_send: the connection was lost with the first sending.
      return {times_sent_ > 1 ? Kind::lost : Kind::stopped, reason};
    case CURLE_WRITE_ERROR:
      return {Kind::stopped, reason};
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_FILESIZE_EXCEEDED:
      return {Kind::malformed, reason};
    default:
      return {sent() ? Kind::lost : Kind::unreachable, reason};
  }
}

// libcurl may call back from inside this, and then again from the loop.
void Transfer::continue_unpaused() {
  curl_easy_pause(easy_->curl.get(), (receiving_paused_ ? CURLPAUSE_RECV : CURLPAUSE_RECV_CONT) |
                                         (sending_paused_ ? CURLPAUSE_SEND : CURLPAUSE_SEND_CONT));
}

void Transfer::receive_more() {
  if (ended_ || !receiving_paused_) return;
  receiving_paused_ = false;
  continue_unpaused();
}

void Transfer::send_more() {
  if (ended_ || !sending_paused_) return;
  sending_paused_ = false;
  continue_unpaused();
}

}  // namespace proxy
