#include "sse/backlog.h"

#include <utility>

namespace sse {
namespace {

// Between two questions, while the store is away or has nothing new.
constexpr std::chrono::milliseconds pause{500};

std::size_t weight(const Past& page) {
  std::size_t bytes = sizeof(Past) + page.events.capacity() * sizeof(EventRef);
  for (const EventRef& event : page.events) bytes += event->weight();
  return bytes;
}

}  // namespace

Backlog::Backlog(Archive& archive, PageRoom& room, net::Loop& loop, Reader& reader, Matchers topics)
    : archive_(archive), room_(room), loop_(loop), reader_(reader), again_(loop, [this] {
        enter();
      }) {
  range_.topics = std::move(topics);
}

Backlog::~Backlog() {
  forget();
  room_.leave(*this);
}

void Backlog::fetch_named(std::string name) {
  range_.named = std::move(name);
  range_.after = 0;
  enter();
}

void Backlog::fetch(std::uint64_t seq) {
  range_.named.clear();
  range_.after = seq;
  enter();
}

void Backlog::fetch_later(std::uint64_t seq) {
  forget();
  range_.named.clear();
  range_.after = seq;
  page_.reset();
  again_.start(pause);
  room_.leave(*this);
}

void Backlog::enter() {
  forget();
  page_.reset();
  again_.stop();
  room_.enter(*this);
}

void Backlog::admitted() {
  asked_ = std::make_shared<Asked>(Asked{this});
  archive_.read(range_, loop_, [asked = asked_](std::variant<Past, Refused> said) {
    if (asked->by) asked->by->arrive(std::move(said));
  });
}

void Backlog::arrive(std::variant<Past, Refused> said) {
  forget();
  if (std::holds_alternative<Refused>(said)) {
    again_.start(pause);
    return room_.leave(*this);
  }
  page_ = std::make_unique<const Past>(std::get<Past>(std::move(said)));
  room_.keep(*this, weight(*page_));
  reader_.page_arrived();
}

void Backlog::forget() {
  if (asked_) asked_->by = nullptr;
  asked_.reset();
}

}  // namespace sse
