#include "prove/readers.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace prove {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds longest_step{100};  // of a publisher's rest, between two looks

// "<publisher> <number> <topic>": a stream does not say of which topic an event is.
std::string topic_of(const std::string& data) { return data.substr(data.rfind(' ') + 1); }

// Of an answer that is not what was asked for, or has ended, in words.
std::string refusal_of(int status, const std::string& failure, const std::string& content) {
  if (!failure.empty()) return failure;
  const json problem = json::parse(content, nullptr, false);
  return std::to_string(status) + (problem.is_object() ? " " + problem.value("detail", "") : "");
}

const char* name_of(StreamReader::Kind kind) {
  switch (kind) {
    case StreamReader::Kind::herald:
      return "streams";
    case StreamReader::Kind::mercure:
      return "mercure";
    case StreamReader::Kind::stalling:
      return "stalling";
  }
  return "";
}

}  // namespace

Reader::Reader(Driver& driver, const Field& field, std::string kind, std::set<std::string> topics,
               unsigned seed)
    : driver_(driver),
      field_(field),
      topics_(topics),
      record_(std::move(kind), std::move(topics)),
      random_(seed) {}

std::optional<Id> Reader::reached() const {
  const std::lock_guard lock(mutex_);
  return reached_;
}

void Reader::reach(const Id& id) {
  const std::lock_guard lock(mutex_);
  reached_ = id;
}

const std::string& Reader::any_node() {
  return field_
      .nodes[std::uniform_int_distribution<std::size_t>(0, field_.nodes.size() - 1)(random_)];
}

milliseconds Reader::between(int least_ms, int most_ms) {
  return milliseconds(std::uniform_int_distribution<int>(least_ms, most_ms)(random_));
}

std::vector<std::string> Reader::fields() const {
  if (field_.token.empty()) return {};
  return {"authorization: Bearer " + field_.token};
}

void Reader::note(const Id& id, const std::string& topic, const std::string& data) {
  if (data.starts_with(field_.mark)) {
    record_.event(id, topic, data);
  } else {
    record_.others(id);
  }
}

void Reader::note_gap(const json& gap) {
  if (!gap.is_object()) return;
  record_.gap(gap.value("reason", "?"), Id::parse(gap.value("complete_after", "")).value_or(Id{}));
}

std::string Reader::topic_parameters() const {
  std::string text;
  for (const std::string& topic : topics_) {
    text.append(text.empty() ? "?topic=" : "&topic=").append(topic);
  }
  return text;
}

// -------------------------------------------------------------------------------------- streams

StreamReader::StreamReader(Driver& driver, const Field& field, Kind kind,
                           std::set<std::string> topics, unsigned seed)
    : Reader(driver, field, name_of(kind), std::move(topics), seed), kind_(kind) {}

void StreamReader::connect() {
  rest_.clear();
  Driver::Request request;
  request.url = any_node() + (kind_ == Kind::mercure ? "/.well-known/mercure" : "/events") +
                topic_parameters();
  request.fields = fields();
  if (!last_id_.empty()) request.fields.push_back("last-event-id: " + last_id_);
  record_.connected();
  driver_.send(*this, request);
  // After a while it goes to another node, in the middle of whatever comes.
  const bool patient = kind_ == Kind::stalling;  // or it would never fall behind
  driver_.after(patient ? between(5000, 20000) : between(1000, 6000),
                [this, connection = ++connection_] {
                  if (connection != connection_) return;
                  driver_.cancel(*this);
                  connect();
                });
}

void StreamReader::finished(int status, const std::string& failure) {
  record_.refused(refusal_of(status, failure, rest_));
  driver_.after(between(50, 300), [this, connection = ++connection_] {
    if (connection == connection_) connect();
  });
}

void StreamReader::bytes(std::string_view text) {
  rest_ += text;
  std::size_t begin = 0;
  for (auto end = rest_.find("\n\n"); end != rest_.npos; end = rest_.find("\n\n", begin)) {
    take(std::string_view(rest_).substr(begin, end - begin));
    begin = end + 2;
  }
  rest_.erase(0, begin);
}

void StreamReader::take(std::string_view block) {
  std::string type;
  std::optional<std::string> id;
  std::optional<std::string> data;
  while (!block.empty()) {
    const auto end = block.find('\n');
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(end == block.npos ? block.size() : end + 1);
    if (line.starts_with("id: ")) id = line.substr(4);
    if (line.starts_with("event: ")) type = line.substr(7);
    if (line.starts_with("data: ")) data = line.substr(6);
  }
  if (type == "herald.gap" && data) return note_gap(json::parse(*data, nullptr, false));
  if (!id) return;
  last_id_ = *id;
  const std::optional<Id> at = Id::parse(*id);
  if (!at) return;
  if (data) {
    note(*at, topic_of(*data), *data);
  } else {
    record_.checkpoint(*at);
  }
  reach(*at);
}

// ---------------------------------------------------------------------------------------- polls

PollReader::PollReader(Driver& driver, const Field& field, std::set<std::string> topics,
                       unsigned seed)
    : Reader(driver, field, "polls", std::move(topics), seed) {}

void PollReader::poll() {
  answer_.clear();
  Driver::Request request;
  request.url = any_node() + "/poll" + topic_parameters() + "&envelope=true&timeout=3";
  if (!cursor_.empty()) request.url += "&after=" + cursor_;
  request.fields = fields();
  request.timeout = milliseconds(6000);
  record_.connected();
  driver_.send(*this, request);
}

void PollReader::finished(int status, const std::string& failure) {
  const bool answered = status == 200 && failure.empty();
  if (answered) take();
  if (!answered) record_.refused(refusal_of(status, failure, answer_));
  driver_.after(answered ? between(0, 50) : between(50, 300), [this] { poll(); });
}

void PollReader::take() {
  const json answer = json::parse(answer_, nullptr, false);
  if (!answer.is_object()) return;
  if (answer.contains("gap")) note_gap(answer["gap"]);
  for (const json& message : answer.value("messages", json::array())) {
    const std::string data = message.value("data", "");
    if (const auto id = Id::parse(message.value("id", ""))) {
      note(*id, message.value("topic", ""), data);
    }
  }
  cursor_ = answer.value("cursor", "");
  const std::optional<Id> at = Id::parse(cursor_);
  if (!at) return;
  record_.checkpoint(*at);
  reach(*at);
}

// ----------------------------------------------------------------------------------- publishing

Publisher::Publisher(Driver& driver, const Field& field, Ledger& ledger, Counts& counts,
                     std::string name, std::vector<std::string> topics, milliseconds pause,
                     unsigned seed)
    : driver_(driver),
      field_(field),
      ledger_(ledger),
      counts_(counts),
      name_(std::move(name)),
      topics_(std::move(topics)),
      pause_(pause),
      random_(seed) {}

void Publisher::next() {
  if (state_ == State::finishing && farewells_ == topics_.size()) {
    farewells_ = 0;
    state_ = State::done;
  }
  if (state_ == State::done) return rest(longest_step);
  if (state_ == State::finishing) {
    topic_ = topics_[farewells_++];
  } else {
    topic_ = topics_[std::uniform_int_distribution<std::size_t>(0, topics_.size() - 1)(random_)];
  }
  data_ = name_ + " " + std::to_string(++number_) + " " + topic_;
  send();
}

// No longer, once it is asked for its last events.
void Publisher::rest(milliseconds pause) {
  const auto step = state_ == State::finishing ? milliseconds(0) : std::min(pause, longest_step);
  driver_.after(step, [this, left = pause - step] {
    if (left.count() == 0 || state_ == State::finishing) return next();
    rest(left);
  });
}

void Publisher::send() {
  answer_.clear();
  const auto node = std::uniform_int_distribution<std::size_t>(0, field_.nodes.size() - 1)(random_);
  Driver::Request request;
  request.url = field_.nodes[node] + "/send";
  request.fields = {"content-type: application/json",
                    "idempotency-key: " + name_ + "-" + std::to_string(number_)};
  if (!field_.token.empty()) request.fields.push_back("authorization: Bearer " + field_.token);
  request.content = json{{"topic", topic_}, {"message", data_}}.dump();
  request.timeout = milliseconds(5000);
  driver_.send(*this, request);
}

void Publisher::finished(int status, const std::string& failure) {
  const bool whole = failure.empty();
  const json answer = json::parse(answer_, nullptr, false);
  const std::optional<Id> id = status == 200 && whole && answer.is_object()
                                   ? Id::parse(answer.value("id", ""))
                                   : std::nullopt;
  if (!id) {
    ++(status == 0 || !whole ? counts_.unsure : counts_.refused);
    refusal_ = refusal_of(status, failure, answer_);
    return driver_.after(milliseconds(100), [this] { send(); });
  }
  ++counts_.acknowledged;
  ledger_.acknowledged(*id, topic_, data_);
  last_[topic_] = *id;
  rest(pause_);
}

}  // namespace prove
