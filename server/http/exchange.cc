#include "server/http/exchange.h"

#include <exception>
#include <utility>

#include "server/http/problem.h"

namespace http {

Exchange& Exchange::operator=(Exchange&& other) noexcept {
  Exchange dropped(std::move(*this));
  wire_ = std::move(other.wire_);
  return *this;
}

Exchange::~Exchange() {
  if (!alive()) return;
  try {
    respond(problem(500, "The handler gave no answer."));
  } catch (const std::exception&) {  // no memory, for which its connection pays
  }
}

void Exchange::hint(const Headers& fields) {
  if (alive()) wire_->hint(fields);
}

void Exchange::interim(int status, const Headers& fields) {
  if (alive()) wire_->interim(status, fields);
}

Push Exchange::push(std::string_view target, Priority priority) {
  return alive() ? wire_->push(target, priority) : Push::gone;
}

std::unique_ptr<Body> Exchange::content() { return alive() ? wire_->content() : nullptr; }

void Exchange::on_gone(std::function<void()> told) {
  if (alive()) wire_->on_gone(std::move(told));
}

void Exchange::note(Note note) {
  if (alive()) wire_->note(std::move(note));
}

void Exchange::respond(Response response) {
  const std::unique_ptr<Wire> wire = std::move(wire_);
  if (wire && wire->alive()) wire->respond(std::move(response));
}

void Exchange::collect(Exchange exchange, std::size_t limit, Collected then) {
  if (!exchange.alive()) return;
  // The wire is owned by its own continuation, which the engine drops with the stream.
  Wire& wire = *exchange.wire_;
  auto kept = std::make_shared<Exchange>(std::move(exchange));
  wire.collect(limit, [kept, then = std::move(then)](std::string content) {
    then(std::move(*kept), std::move(content));
  });
}

}  // namespace http
