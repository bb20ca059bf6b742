#include "sse/redis_client.h"

#include <hiredis/async.h>

#include <exception>
#include <utility>

namespace sse {
namespace {

constexpr const char* no_memory = "no memory is left";

RedisReply copy(const redisReply& reply) {
  RedisReply made;
  switch (reply.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      made.kind = RedisReply::Kind::text;
      made.text.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_ERROR:
      made.kind = RedisReply::Kind::error;
      made.text.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_INTEGER:
      made.kind = RedisReply::Kind::number;
      made.integer = reply.integer;
      break;
    case REDIS_REPLY_ARRAY:
      made.kind = RedisReply::Kind::list;
      made.items.reserve(reply.elements);
      for (std::size_t i = 0; i < reply.elements; ++i)
        made.items.push_back(copy(*reply.element[i]));
      break;
    default:
      break;
  }
  return made;
}

std::string reason_of(const redisAsyncContext& context, const char* otherwise) {
  return context.errstr && *context.errstr ? context.errstr : otherwise;
}

// What passes by itself, or with the operator's help, without a change of our settings.
bool passes(const std::string& error) {
  for (const char* word : {"LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN"}) {
    if (error.starts_with(word)) return true;
  }
  return false;
}

}  // namespace

// hiredis frees the context after its last callback, whoever ended the connection.
struct RedisClient::Hooks {
  static RedisClient& of(void* self) { return *static_cast<RedisClient*>(self); }
  static RedisClient* of(const redisAsyncContext* context) {
    return static_cast<RedisClient*>(context->data);
  }
  // No exception may pass through hiredis: for want of memory, this connection ends.
  template <typename Work>
  static void guarded(RedisClient& self, Work work) {
    try {
      work();
    } catch (const std::exception&) {
      self.fail_soon(no_memory);
    }
  }
  static void want(void* self, void (net::Watch::*what)(bool), bool on) {
    guarded(of(self), [&] { (*of(self).watch_.*what)(on); });
  }
  static void reading(void* self) { want(self, &net::Watch::want_read, true); }
  static void not_reading(void* self) { want(self, &net::Watch::want_read, false); }
  static void writing(void* self) { want(self, &net::Watch::want_write, true); }
  static void not_writing(void* self) { want(self, &net::Watch::want_write, false); }
  static void cleanup(void* self) { of(self).watch_.reset(); }

  static void connected(const redisAsyncContext* context, int status) {
    RedisClient* self = of(context);
    if (!self) return;
    if (status == REDIS_OK) {
      self->connected_ = true;
      return guarded(*self, [&] { self->sign_in(); });
    }
    self->context_ = nullptr;
    guarded(*self, [&] { self->fail(Ending::away, reason_of(*context, "it cannot be reached")); });
  }
  static void disconnected(const redisAsyncContext* context, int) {
    RedisClient* self = of(context);
    if (!self) return;
    self->context_ = nullptr;
    guarded(*self,
            [&] { self->fail(Ending::away, reason_of(*context, "the connection was closed")); });
  }
  static void replied(redisAsyncContext* context, void* reply, void*) {
    RedisClient* self = of(context);
    // Without a reply the connection is about to be over, and all are told together.
    if (!self || !reply) return;
    guarded(*self, [&] { self->answer(copy(*static_cast<redisReply*>(reply))); });
  }
};

RedisClient::RedisClient(net::Loop& loop, Options options, Owner& owner)
    : loop_(loop),
      options_(std::move(options)),
      owner_(owner),
      deadline_(loop, [this] { overdue(); }) {}

RedisClient::~RedisClient() {
  pending_.clear();
  if (redisAsyncContext* context = std::exchange(context_, nullptr)) {
    watch_.reset();
    context->ev = {};
    context->data = nullptr;
    redisAsyncFree(context);
  }
}

void RedisClient::connect(const RedisAddress::Place& place) {
  context_ = place.host.empty() ? redisAsyncConnectUnix(place.path.c_str())
                                : redisAsyncConnect(place.host.c_str(), place.port);
  if (!context_ || context_->err != 0) {
    const std::string reason = context_ ? context_->errstr : no_memory;
    if (context_) redisAsyncFree(std::exchange(context_, nullptr));
    return fail_soon(reason);
  }
  context_->data = this;
  watch_ = std::make_unique<net::Watch>(loop_, context_->c.fd, [this](net::Watch::Ready ready) {
    redisAsyncContext* context = context_;
    if (!context) return;
    // Either may free the context and, with it, this very watch.
    ready.readable ? redisAsyncHandleRead(context) : redisAsyncHandleWrite(context);
  });
  watch_->want_read(false);
  context_->ev = {.data = this,
                  .addRead = Hooks::reading,
                  .delRead = Hooks::not_reading,
                  .addWrite = Hooks::writing,
                  .delWrite = Hooks::not_writing,
                  .cleanup = Hooks::cleanup};
  redisAsyncSetConnectCallback(context_, Hooks::connected);
  redisAsyncSetDisconnectCallback(context_, Hooks::disconnected);
  deadline_.start(options_.timeout);
}

void RedisClient::sign_in() {
  const RedisAddress& address = options_.address;
  const auto checked = [this](const RedisReply& reply) { expect(reply); };
  if (!address.password.empty()) {
    std::vector<std::string> words{"AUTH"};
    if (!address.user.empty()) words.push_back(address.user);
    words.push_back(address.password);
    command(words, checked);
  }
  command({"SELECT", std::to_string(address.database)}, checked);
  command({"PING"}, [this](const RedisReply& reply) {
    expect(reply);
    if (reply.failed() || !context_) return;
    ready_ = true;
    owner_.redis_ready();
  });
}

void RedisClient::expect(const RedisReply& reply) {
  if (reply.kind != RedisReply::Kind::error) return;
  refusal_ = passes(reply.text) ? Ending::away : Ending::refused;
  close(reply.text);
}

void RedisClient::command(const std::vector<std::string>& words, Done done,
                          std::chrono::milliseconds longer) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  pending_.push_back({std::move(done), loop_.now() + options_.timeout + longer});
  const int sent =
      redisAsyncCommandArgv(context_, Hooks::replied, nullptr, static_cast<int>(words.size()),
                            texts.data(), sizes.data());
  if (sent != REDIS_OK) return fail_soon(no_memory);  // or the replies would be for others
  if (pending_.size() == 1) watch_deadlines();
}

// Not inside of the call that has failed.
void RedisClient::fail_soon(const std::string& reason) {
  failed_ = reason;
  deadline_.start({});
}

void RedisClient::answer(const RedisReply& reply) {
  if (pending_.empty()) return;
  const Done done = std::move(pending_.front().done);
  pending_.pop_front();
  watch_deadlines();
  done(reply);
}

void RedisClient::watch_deadlines() {
  if (failed_) return;
  if (pending_.empty()) return deadline_.stop();
  deadline_.start(pending_.front().due - loop_.now());
}

void RedisClient::overdue() {
  if (failed_) {
    const std::string reason = *std::exchange(failed_, std::nullopt);
    return context_ ? close(reason) : fail(Ending::away, reason);
  }
  close(connected_ ? "it does not answer" : "it cannot be reached in time");
}

void RedisClient::close(const std::string& reason) {
  if (std::exchange(failed_, std::nullopt)) deadline_.stop();
  redisAsyncContext* context = std::exchange(context_, nullptr);
  if (!context) return;
  watch_.reset();
  context->ev = {};
  context->data = nullptr;
  redisAsyncFree(context);
  fail(std::exchange(refusal_, Ending::away), reason);
}

void RedisClient::fail(Ending ending, const std::string& reason) {
  connected_ = ready_ = false;
  deadline_.stop();
  const std::deque<Pending> lost = std::exchange(pending_, {});
  const RedisReply none{.kind = RedisReply::Kind::lost, .text = reason, .items = {}};
  for (const Pending& each : lost) each.done(none);
  owner_.redis_closed(ending, reason);
}

}  // namespace sse
