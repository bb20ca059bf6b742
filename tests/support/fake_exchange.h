// FakeExchange: a double for the engine, which records what a handler did with its exchange.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/http/exchange.h"
#include "server/http/handler.h"

namespace testing {

class FakeExchange {
 public:
  // What the handler has done, kept apart so that it outlives the wire.
  struct Record {
    bool alive = true;
    std::vector<http::Headers> hints;
    std::vector<std::pair<int, http::Headers>> interim;  // but for hints
    std::vector<std::string> pushes;                     // promised targets, in order
    http::Push push_outcome = http::Push::promised;
    std::optional<http::Response> response;
    std::string content;  // what collect() gives
    bool withhold_content = false;
    std::size_t collect_limit = 0;
    std::function<void(std::string)> collecting;
    std::unique_ptr<http::Body> body;  // what content() gives
    std::function<void()> gone;
    std::vector<http::Note> notes;  // but for those of the answer
  };

  FakeExchange() : record_(std::make_shared<Record>()) {}

  Record* operator->() { return record_.get(); }
  // A right to answer, to be given to one handler.
  http::Exchange exchange() { return http::Exchange(std::make_unique<FakeWire>(record_)); }
  // The client goes.
  void leave() {
    record_->alive = false;
    if (const auto told = std::exchange(record_->gone, nullptr)) told();
  }

  bool answered() const { return record_->response.has_value(); }
  http::Response& response() { return record_->response.value(); }
  int status() { return answered() ? response().status : 0; }
  std::string field(std::string_view name) {
    return std::string(response().field(name).value_or("(none)"));
  }

  // As the access log would say it: of the answer, or of an exchange without one.
  std::string note(std::string_view name) {
    const auto& notes = answered() ? response().notes : record_->notes;
    const auto found = std::ranges::find(notes, name, &http::Note::name);
    return found == notes.end() ? "(none)" : found->value;
  }

  // Reads the body as far as it goes now; `chunk` bytes at a time.
  std::string read(std::size_t chunk = 16384) {
    std::string text;
    if (!answered() || !response().body) {
      ended = true;
      return text;
    }
    std::vector<std::byte> buffer(chunk);
    for (;;) {
      const http::Read got = response().body->read(buffer, waker);
      text.append(reinterpret_cast<const char*>(buffer.data()), got.bytes);
      if (got.end) ended = true;
      if (got.end || got.bytes == 0) return text;
    }
  }

  struct CountingWaker final : http::Waker {
    int wakes = 0;
    void wake() override { ++wakes; }
  };
  CountingWaker waker;
  bool ended = false;  // read() has met the end

 private:
  class FakeWire final : public http::Wire {
   public:
    explicit FakeWire(std::shared_ptr<Record> record) : record_(std::move(record)) {}
    ~FakeWire() override { record_->gone = nullptr; }
    bool alive() const override { return record_->alive && !record_->response; }
    void hint(const http::Headers& fields) override { record_->hints.push_back(fields); }
    void interim(int status, const http::Headers& fields) override {
      record_->interim.emplace_back(status, fields);
    }
    http::Push push(std::string_view target, http::Priority) override {
      if (record_->push_outcome == http::Push::promised) record_->pushes.emplace_back(target);
      return record_->push_outcome;
    }
    void respond(http::Response response) override {
      response.note_first(record_->notes);
      record_->response = std::move(response);
    }
    void collect(std::size_t limit, std::function<void(std::string)> then) override {
      record_->collect_limit = limit;
      if (record_->withhold_content) {
        record_->collecting = std::move(then);
      } else {
        then(record_->content);
      }
    }
    std::unique_ptr<http::Body> content() override { return std::move(record_->body); }
    void on_gone(std::function<void()> told) override { record_->gone = std::move(told); }
    void note(http::Note note) override { http::put(record_->notes, std::move(note)); }

   private:
    std::shared_ptr<Record> record_;
  };

  std::shared_ptr<Record> record_;
};

inline http::Request get(std::string target, std::initializer_list<http::Field> fields = {}) {
  http::Request request;
  request.method = "GET";
  request.scheme = "https";
  request.authority = "app.test";
  request.target = std::move(target);
  request.fields = http::Headers(fields);
  return request;
}

}  // namespace testing
