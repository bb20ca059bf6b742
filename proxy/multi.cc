#include "proxy/multi.h"

#include <curl/curl.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "proxy/curl_handles.h"
#include "proxy/transfer.h"
#include "server/net/error.h"

namespace proxy {

struct Multi::Handle {
  net::Handle<CURLM, curl_multi_cleanup> curl;
};

struct Multi::Callbacks {
  static int socket(CURL*, curl_socket_t fd, int what, void* user, void*) {
    auto& me = *static_cast<Multi*>(user);
    try {
      what == CURL_POLL_REMOVE ? me.forget(fd) : me.watch(fd, what);
    } catch (const std::exception&) {
      return -1;  // no memory for a watch: libcurl ends what it was for
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
      handle_(std::make_unique<Handle>()) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
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
  auto& watch = watches_[fd];
  if (!watch) {
    watch = std::make_unique<net::Watch>(loop_, fd, [this, fd](net::Watch::Ready ready) {
      act(fd, (ready.readable ? CURL_CSELECT_IN : 0) | (ready.writable ? CURL_CSELECT_OUT : 0));
    });
  }
  watch->want_read((what & CURL_POLL_IN) != 0);
  watch->want_write((what & CURL_POLL_OUT) != 0);
}

void Multi::forget(int fd) {
  const auto found = watches_.find(fd);
  if (found == watches_.end()) return;
  found->second->want_read(false);
  found->second->want_write(false);
  forgotten_.push_back(std::move(found->second));
  watches_.erase(found);
  sweep_.schedule();
}

}  // namespace proxy
