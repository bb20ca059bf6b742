#include "sse/long_poll.h"

#include <utility>

#include "server/http/problem.h"
#include "sse/poll_body.h"
#include "sse/poll_text.h"

namespace sse {
namespace {

constexpr std::string_view methods = "GET, HEAD, OPTIONS";
constexpr std::chrono::milliseconds shortest_lease{5'000};
// For the archive's answer, at least, though the client would rather not wait.
constexpr std::chrono::milliseconds archive_wait{2000};
// Bytes of an answer besides its messages, as a rule.
constexpr std::size_t usual_frame = 96;
// That are worth an answer that is ready at once.
constexpr std::size_t most_looks = 2 * Subscription::looks_together;

// An answer to a client whose cursor we keep; tells when it has been read to the end.
class ReceiptBody final : public http::Body {
 public:
  ReceiptBody(std::shared_ptr<const std::string> text, ClientCursors& cursors, std::string client,
              std::uint64_t ticket)
      : body_(std::move(text)), cursors_(cursors), client_(std::move(client)), ticket_(ticket) {}

  std::optional<std::uint64_t> length() const override { return body_.length(); }
  http::Read read(std::span<std::byte> into, http::Waker& later) override {
    const http::Read got = body_.read(into, later);
    if (got.end) cursors_.sent(client_, ticket_);
    return got;
  }

 private:
  http::MemoryBody body_;
  ClientCursors& cursors_;
  std::string client_;
  std::uint64_t ticket_;
};

http::Response overloaded(std::string_view sentence) {
  http::Response response = http::problem(503, sentence);
  response.fields.add("retry-after", "2");
  return response;
}

}  // namespace

// A request that may be held.
struct LongPoll::Poller {
  PollRequest poll;
  Grant grant;
  Rights rights;
  http::Headers fields;  // CORS
  std::uint64_t connection;
};

// A poll that waits, or is about to be answered.
struct LongPoll::Held final : Subscription::Reader {
  Held(LongPoll& owner, http::Exchange right, PollRequest asked, ClientCursors::Turn mine,
       const Resume& resume, Rights readable)
      : home(owner),
        exchange(std::move(right)),
        poll(std::move(asked)),
        turn(std::move(mine)),
        gap(resume.gap),
        rights(readable),
        subscription(owner.replica_, *this, poll.topics, resume, std::move(readable)),
        timer(owner.loop_, [this] { home.answer_empty(*this); }) {}
  void news() override { home.answer(*this); }

  LongPoll& home;
  http::Exchange exchange;
  PollRequest poll;
  ClientCursors::Turn turn;
  std::optional<Gap> gap;
  Rights rights;
  std::uint64_t connection = 0;
  http::Headers fields;  // CORS
  Subscription subscription;
  net::Timer timer;
  Polls::iterator place;
  bool over = false;
};

// Counts as long as there is somebody to take it.
struct LongPoll::Text {
  Text(std::string made, std::shared_ptr<std::size_t> of_all)
      : text(std::move(made)), bytes(text.capacity()), all(std::move(of_all)) {
    *all += bytes;
  }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
  ~Text() { *all -= bytes; }
  const std::string text;
  const std::size_t bytes;
  const std::shared_ptr<std::size_t> all;
};

// The text of an answer, and what it was made of.
struct LongPoll::Answer {
  EventRef first;     // null: none, or not to be shared
  std::string topic;  // the one that was asked for
  std::size_t max = 0;
  Shape shape = Shape::message;
  Frame frame = Frame::object;
  std::uint64_t tail = 0;
  std::size_t events = 0;
  std::string cursor;
  std::shared_ptr<const std::string> text;
};

LongPoll::LongPoll(net::Loop& loop, Replica& replica, const Sequencer& sequencer,
                   Audience& audience, ClientCursors& cursors, const Authorizer& authorizer,
                   const Cors& cors, Anteroom& anteroom, Options options)
    : loop_(loop),
      replica_(replica),
      sequencer_(sequencer),
      audience_(audience),
      cursors_(cursors),
      authorizer_(authorizer),
      cors_(cors),
      anteroom_(anteroom),
      options_(options),
      prepared_(std::make_shared<const http::Headers>(
          http::Headers{{"content-type", "application/json"}, {"cache-control", "no-store"}})),
      sweep_(loop, [this] {
        finished_.clear();
        last_.reset();
      }) {}

LongPoll::~LongPoll() = default;

void LongPoll::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method == "OPTIONS") return exchange.respond(cors_.preflight(request, methods));
  http::Headers fields;
  cors_.add(request, fields);
  const auto send = [&](http::Response response) {
    response.fields.append(fields);
    exchange.respond(std::move(response));
  };
  if (request.method == "HEAD") {
    http::Response response;
    response.prepared = prepared_;
    return send(std::move(response));
  }
  if (request.method != "GET") return send(http::method_not_allowed(methods));
  auto poll = read_poll(request);
  if (const auto* reason = std::get_if<std::string>(&poll)) {
    return send(http::problem(400, *reason));
  }
  auto& wanted = std::get<PollRequest>(poll);
  Decision decision = authorizer_.subscriber(request, wanted.topics);
  if (const auto* denied = std::get_if<Denied>(&decision)) return send(denied->response());
  if (auto response = refuse(wanted)) return send(*std::move(response));
  auto& grant = std::get<Grant>(decision);
  Rights rights = grant.rights();
  Poller poller{.poll = std::move(wanted),
                .grant = std::move(grant),
                .rights = std::move(rights),
                .fields = std::move(fields),
                .connection = request.peer ? request.peer->connection : 0};
  if (anteroom_.passes(poller.poll.topics, poller.rights)) {
    return hold(std::move(poller), std::move(exchange));
  }
  const auto kept = std::make_shared<Poller>(std::move(poller));
  anteroom_.enter(std::move(exchange), kept->poll.topics, kept->rights,
                  [this, kept](http::Exchange ready) {
                    if (auto response = refuse(kept->poll)) {
                      response->fields.append(kept->fields);
                      return ready.respond(*std::move(response));
                    }
                    hold(std::move(*kept), std::move(ready));
                  });
}

std::optional<http::Response> LongPoll::refuse(const PollRequest& poll) {
  if (audience_.draining()) return overloaded("The server is about to stop.");
  if (!replica_.started()) return overloaded("The history of events is not there yet.");
  if (!replica_.has_room(poll.topics)) return overloaded("Too many topics are in use.");
  if (busy() >= options_.held) return overloaded("Too many polls are waiting.");
  return std::nullopt;
}

void LongPoll::hold(Poller poller, http::Exchange exchange) {
  if (options_.presence) attend(poller);
  PollRequest& poll = poller.poll;
  const std::uint64_t connection = poller.connection;
  const std::string client = poll.client;
  ClientCursors::Turn turn{.ticket = 0, .after = {}};
  if (!client.empty()) {
    supersede(client);
    turn = cursors_.begin(client, connection, poll.after, replica_.id(replica_.tail()).print(),
                          loop_.now());
    poll.after = turn.after;
  }
  const Resume from = resume(replica_, sequencer_.newest(), poll.topics, poll.after, poller.rights);
  held_.push_back(std::make_unique<Held>(*this, std::move(exchange), std::move(poll),
                                         std::move(turn), from, std::move(poller.rights)));
  Held& held = *held_.back();
  held.place = std::prev(held_.end());
  held.connection = connection;
  held.fields = std::move(poller.fields);
  if (!client.empty()) by_client_[client] = &held;
  if (held.gap || held.subscription.next()) return answer(held);
  if (held.subscription.catching_up())
    held.poll.timeout = std::max(held.poll.timeout, archive_wait);
  if (held.poll.timeout == held.poll.timeout.zero()) return answer_empty(held);
  held.exchange.on_gone([&held] { held.home.finish(held); });
  held.subscription.wait();
  // Sooner rather than later: the client may have set its own alarm to the time it asked for.
  held.timer.start(jitter_.around(held.poll.timeout * 95 / 100, 0.05));
}

// A poller is there until twice the time of a poll has passed without another.
void LongPoll::attend(const Poller& poller) {
  const PollRequest& poll = poller.poll;
  std::string client = poll.client;
  if (client.empty()) {
    client = "connection " + std::to_string(poller.connection);
    for (const TopicMatcher& topic : poll.topics) client.append("\n").append(topic.text());
  }
  const auto until = loop_.now() + 2 * std::max(poll.timeout, shortest_lease);
  options_.presence->renew(loop_, client, poll.topics, poller.grant, until);
}

void LongPoll::supersede(const std::string& client) {
  const auto found = by_client_.find(client);
  if (found != by_client_.end()) answer_empty(*found->second);
}

void LongPoll::drain() {
  while (!held_.empty()) answer_empty(*held_.front());
}

// One topic, nothing that others may not have, and out of the replica.
bool LongPoll::shareable(const Held& held) {
  return held.poll.topics.size() == 1 && held.poll.topics[0].is_exact() && !held.rights &&
         !held.subscription.catching_up();
}

void LongPoll::answer(Held& held) {
  if (!held.exchange.alive()) return finish(held);
  if (auto missed = held.subscription.missed()) held.gap = std::move(missed);
  const EventRef* first = held.subscription.next();
  // The archive had nothing, or what there is this reader may not have.
  if (!first && !held.gap) return held.subscription.wait();
  const bool alike = first && last_ && last_->first == *first && shareable(held) &&
                     last_->topic == held.poll.topics[0].text() && last_->max == held.poll.max &&
                     last_->shape == held.poll.shape && last_->frame == held.poll.frame &&
                     last_->tail == replica_.tail();
  if (!alike || held.gap) {
    // What is kept for those who read slowly is bounded, and so is what is done in one go.
    const std::size_t looks = held.subscription.breadth() * held.poll.max;
    if (*text_bytes_ >= options_.text_bytes || looks > most_looks) return answer_as_read(held);
    last_ = std::make_unique<Answer>(gather(held, std::exchange(held.gap, std::nullopt)));
  }
  const Answer& answer = *last_;
  if (!held.poll.client.empty() &&
      !cursors_.offer(held.poll.client, held.turn, held.connection, answer.cursor, loop_.now())) {
    // Another worker has had a later poll of this client: this one is void, and moves nothing.
    return respond_empty(held, held.turn.after);
  }
  audience_.deliveries += answer.events;
  if (held.poll.client.empty()) {
    return respond(held, std::make_unique<http::MemoryBody>(answer.text));
  }
  respond(held,
          std::make_unique<ReceiptBody>(answer.text, cursors_, held.poll.client, held.turn.ticket));
}

LongPoll::Answer LongPoll::gather(Held& held, const std::optional<Gap>& gap) {
  Answer made;
  made.max = held.poll.max;
  made.shape = held.poll.shape;
  made.frame = held.poll.frame;
  made.tail = replica_.tail();
  const Frame frame = gap ? Frame::object : made.frame;
  std::string last_id;
  const EventRef* event = held.subscription.next();
  std::string text;
  text.reserve(event ? (*event)->block().size() + usual_frame : usual_frame);
  polled::append_opening(text, frame);
  if (event && !gap && shareable(held)) {
    made.first = *event;
    made.topic = held.poll.topics[0].text();
  }
  while (event && made.events < made.max &&
         (made.events == 0 || text.size() < options_.answer_bytes)) {
    if (made.events++ > 0) text += ',';
    polled::append_message_opening(text, **event, made.shape);
    polled::append_data(text, **event, 0, std::string::npos);
    polled::append_message_end(text, **event, made.shape);
    last_id = (*event)->id();
    held.subscription.take();
    event = held.subscription.next();
  }
  made.cursor = event ? last_id : held.subscription.reached();
  if (gap) ++audience_.gaps;
  const bool more = event || held.subscription.catching_up();
  polled::append_ending(text, frame, made.cursor, more, gap);
  const auto counted = std::make_shared<const Text>(std::move(text), text_bytes_);
  made.text = {counted, &counted->text};
  return made;
}

// What it comes to is not known yet, and so the client's cursor stays where it is until then.
void LongPoll::answer_as_read(Held& held) {
  const ClientCursors::Turn& turn = held.turn;
  PollBody::Terms terms{.max = held.poll.max,
                        .bytes = options_.answer_bytes,
                        .gap = std::exchange(held.gap, std::nullopt),
                        .shape = held.poll.shape,
                        .frame = held.poll.frame};
  if (const std::string& client = held.poll.client; !client.empty()) {
    if (!cursors_.offer(client, turn, held.connection, turn.after, loop_.now())) {
      return respond_empty(held, turn.after);
    }
    terms.receipt.emplace(PollBody::Receipt{cursors_, client, turn, held.connection});
  }
  respond(held, std::make_unique<PollBody>(std::move(held.subscription), audience_, bodies_,
                                           std::move(terms)));
}

// Time is up, or the client has sent another poll. It has everything up to now, and needs not
// confirm that it got nothing.
void LongPoll::answer_empty(Held& held) {
  const std::string reached = held.subscription.reached();
  const std::string& client = held.poll.client;
  const bool moved = client.empty() || !held.exchange.alive() ||
                     cursors_.advance(client, held.turn, reached, loop_.now());
  respond_empty(held, moved ? reached : held.turn.after);
}

void LongPoll::respond_empty(Held& held, const std::string& cursor) {
  if (held.poll.frame == Frame::list) return respond(held, http::text_body("[]"));
  respond(held, http::text_body("{\"messages\":[],\"cursor\":" + http::json_string(cursor) + "}"));
}

void LongPoll::respond(Held& held, std::unique_ptr<http::Body> body) {
  http::Response response;
  response.prepared = prepared_;
  response.fields = std::move(held.fields);
  response.live = true;
  response.body = std::move(body);
  held.exchange.respond(std::move(response));
  finish(held);
}

void LongPoll::finish(Held& held) {
  if (std::exchange(held.over, true)) return;
  held.timer.stop();
  const auto named = by_client_.find(held.poll.client);
  if (named != by_client_.end() && named->second == &held) by_client_.erase(named);
  finished_.splice(finished_.end(), held_, held.place);
  sweep_.schedule();
}

}  // namespace sse
