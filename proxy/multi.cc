#include "proxy/multi.h"

#include <curl/curl.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "proxy/curl_handles.h"
#include "proxy/transfer.h"
#include "server/net/error.h"
#include "server/net/reserve.h"

namespace proxy {
namespace {
// Where there was no memory to watch a socket.
constexpr std::chrono::milliseconds watching_again{50};
}  // namespace

struct Multi::Handle {
  net::Handle<CURLM, curl_multi_cleanup> curl;
};

struct Multi::Callbacks {
  // Were it to fail, libcurl would do nothing more for anybody, ever.
  static int socket(CURL*, curl_socket_t fd, int what, void* user, void*) {
    auto& me = *static_cast<Multi*>(user);
    try {
      what == CURL_POLL_REMOVE ? me.forget(fd) : me.watch(fd, what);
    } catch (const std::exception&) {
      me.again_.start(watching_again);
    }
    return 0;
  }

  static int time(CURLM*, long millis, void* user) {
    auto& timer = static_cast<Multi*>(user)->timer_;
    millis < 0 ? timer.stop() : timer.start(std::chrono::milliseconds(millis));
    return 0;
  }
};

Multi::Multi(net::Loop& loop, Options options)
    : loop_(loop),
      options_(std::move(options)),
      timer_(loop, [this] { act(CURL_SOCKET_TIMEOUT, 0); }),
      sweep_(loop, [this] { forgotten_.clear(); }),
      again_(loop, [this] { watch_again(); }),
      handle_(std::make_unique<Handle>()) {
  using net::Lending;
  static const CURLcode ready =
      curl_global_init_mem(CURL_GLOBAL_DEFAULT, Lending::malloc, Lending::free, Lending::realloc,
                           Lending::strdup, Lending::calloc);
  handle_->curl.reset(ready == CURLE_OK ? curl_multi_init() : nullptr);
  CURLM* curl = handle_->curl.get();
  if (!curl) throw net::Error("libcurl cannot be used");
  curl_multi_setopt(curl, CURLMOPT_SOCKETFUNCTION, Callbacks::socket);
  curl_multi_setopt(curl, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(curl, CURLMOPT_TIMERFUNCTION, Callbacks::time);
  curl_multi_setopt(curl, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(curl, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.idle_connections));
  curl_multi_setopt(curl, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
}

Multi::~Multi() = default;

void Multi::add(Transfer& transfer) {
  if (curl_multi_add_handle(handle_->curl.get(), transfer.easy_->curl.get()) != CURLM_OK) {
    throw net::Error("libcurl takes no transfer");
  }
}

void Multi::remove(Transfer& transfer) {
  curl_multi_remove_handle(handle_->curl.get(), transfer.easy_->curl.get());
}

void Multi::act(int fd, int events) {
  int running = 0;
  curl_multi_socket_action(handle_->curl.get(), fd, events, &running);
  tell_ended();
}

void Multi::tell_ended() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(handle_->curl.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const int result = message->data.result;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    transfer->finish(result);
  }
}

void Multi::watch(int fd, int what) {
  auto& socket = watched_[fd];
  socket.what = what;
  keep(fd, socket);
}

void Multi::keep(int fd, Watched& socket) {
  if (!socket.watch) {
    socket.watch = std::make_unique<net::Watch>(loop_, fd, [this, fd](net::Watch::Ready ready) {
      act(fd, (ready.readable ? CURL_CSELECT_IN : 0) | (ready.writable ? CURL_CSELECT_OUT : 0));
    });
  }
  socket.watch->want_read((socket.what & CURL_POLL_IN) != 0);
  socket.watch->want_write((socket.what & CURL_POLL_OUT) != 0);
}

void Multi::watch_again() {
  try {
    for (auto& [fd, socket] : watched_) keep(fd, socket);
  } catch (const std::exception&) {
    again_.start(watching_again);
  }
}

void Multi::forget(int fd) {
  const auto found = watched_.find(fd);
  if (found == watched_.end()) return;
  if (auto& watch = found->second.watch) {
    watch->want_read(false);
    watch->want_write(false);
    forgotten_.push_back(std::move(watch));
    sweep_.schedule();
  }
  watched_.erase(found);
}

}  // namespace proxy
