#include "prove/driver.h"

#include <curl/curl.h>

#include <algorithm>
#include <utility>

#include "server/net/handle.h"

namespace prove {
namespace {

using Clock = std::chrono::steady_clock;
using Easy = net::Handle<CURL, curl_easy_cleanup>;
using Fields = net::Handle<curl_slist, curl_slist_free_all>;

constexpr long connect_timeout_ms = 3000;
constexpr long streams_of_a_connection = 8;  // few, so that there are many connections

}  // namespace

struct Driver::Curl {
  net::Handle<CURLM, curl_multi_cleanup> multi{curl_multi_init()};
};

struct Driver::Exchange {
  Client& client;
  Request request;
  Easy easy{curl_easy_init()};
  Fields fields;
};

Driver::Driver(Trust trust) : trust_(trust), curl_(std::make_unique<Curl>()) {
  curl_multi_setopt(curl_->multi.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(curl_->multi.get(), CURLMOPT_MAX_CONCURRENT_STREAMS, streams_of_a_connection);
}

Driver::~Driver() { stop(); }

void Driver::start() {
  thread_ = std::thread([this] { run(); });
}

void Driver::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  curl_multi_wakeup(curl_->multi.get());
  thread_.join();
}

void Driver::send(Client& client, const Request& request) {
  auto made = std::make_unique<Exchange>(Exchange{client, request, Easy(curl_easy_init()), {}});
  CURL* easy = made->easy.get();
  const auto receive = +[](char* bytes, std::size_t, std::size_t count, void* self) {
    static_cast<Exchange*>(self)->client.bytes({bytes, count});
    return count;
  };
  curl_easy_setopt(easy, CURLOPT_URL, made->request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, made.get());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, made.get());
  if (request.timeout.count() > 0) {
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  }
  if (trust_ == Trust::anyone) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  for (const std::string& field : request.fields) {
    made->fields.reset(curl_slist_append(made->fields.release(), field.c_str()));
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, made->fields.get());
  if (!request.content.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.content.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, made->request.content.c_str());
  }
  curl_multi_add_handle(curl_->multi.get(), easy);
  exchanges_[&client] = std::move(made);
}

void Driver::cancel(Client& client) {
  const auto found = exchanges_.find(&client);
  if (found == exchanges_.end()) return;
  curl_multi_remove_handle(curl_->multi.get(), found->second->easy.get());
  exchanges_.erase(found);
}

void Driver::after(std::chrono::milliseconds delay, std::function<void()> task) {
  timers_.emplace(Clock::now() + delay, std::move(task));
}

void Driver::run() {
  for (Client* client : clients_) client->begin();
  while (!stopping_) {
    run_due();
    int running = 0;
    curl_multi_perform(curl_->multi.get(), &running);
    take_ends();
    const auto next =
        timers_.empty() ? Clock::now() + std::chrono::seconds(1) : timers_.begin()->first;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
    curl_multi_poll(curl_->multi.get(), nullptr, 0,
                    static_cast<int>(std::clamp<long>(wait.count(), 0, 1000)), nullptr);
  }
  while (!exchanges_.empty()) cancel(*exchanges_.begin()->first);
  timers_.clear();
}

void Driver::run_due() {
  while (!timers_.empty() && timers_.begin()->first <= Clock::now()) {
    const std::function<void()> task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
  }
}

void Driver::take_ends() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(curl_->multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode result = message->data.result;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    Exchange* ended = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &ended);
    Client& client = ended->client;
    cancel(client);
    client.finished(static_cast<int>(status),
                    result == CURLE_OK ? std::string() : curl_easy_strerror(result));
  }
}

}  // namespace prove
