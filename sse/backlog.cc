#include "sse/backlog.h"

#include <utility>

namespace sse {
namespace {

// Between two questions, while the store is away or has nothing new.
constexpr std::chrono::milliseconds pause{500};

}  // namespace

Backlog::Backlog(Archive& archive, net::Loop& loop, Reader& reader, Matchers topics)
    : archive_(archive), loop_(loop), reader_(reader), again_(loop, [this] { ask(); }) {
  range_.topics = std::move(topics);
}

Backlog::~Backlog() { forget(); }

void Backlog::fetch_named(std::string name) {
  range_.named = std::move(name);
  range_.after = 0;
  ask();
}

void Backlog::fetch(std::uint64_t seq) {
  range_.named.clear();
  range_.after = seq;
  page_.reset();
  again_.stop();
  ask();
}

void Backlog::fetch_later(std::uint64_t seq) {
  forget();
  range_.named.clear();
  range_.after = seq;
  page_.reset();
  again_.start(pause);
}

void Backlog::ask() {
  forget();
  asked_ = std::make_shared<Asked>(Asked{this});
  archive_.read(range_, loop_, [asked = asked_](std::variant<Past, Refused> said) {
    if (asked->by) asked->by->arrive(std::move(said));
  });
}

void Backlog::arrive(std::variant<Past, Refused> said) {
  forget();
  if (std::holds_alternative<Refused>(said)) return again_.start(pause);
  page_ = std::make_unique<const Past>(std::get<Past>(std::move(said)));
  reader_.page_arrived();
}

void Backlog::forget() {
  if (asked_) asked_->by = nullptr;
  asked_.reset();
}

}  // namespace sse
