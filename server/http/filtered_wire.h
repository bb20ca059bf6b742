// FilteredWire: the exchange that a middleware hands on in place of its own. What is said goes on
// to the outer exchange; a Filter sees to what differs.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/exchange.h"

namespace http {

// A Filter completes the answer, or wraps its body, before it leaves:
//   void complete(Response& response);
// It may also have these, which then speak to `outer` or do not:
//   void hint(const Headers& fields, Exchange& outer);
//   Push push(std::string_view target, Priority priority, Exchange& outer);
template <typename Filter>
class FilteredWire final : public Wire {
 public:
  template <typename... Arguments>
  explicit FilteredWire(Exchange outer, Arguments&&... of_filter)
      : outer_(std::move(outer)), filter_(std::forward<Arguments>(of_filter)...) {}
  FilteredWire(const FilteredWire&) = delete;
  FilteredWire& operator=(const FilteredWire&) = delete;

  Filter& filter() { return filter_; }
  // Empty while the content is collected.
  Exchange& outer() { return outer_; }

  bool alive() const override { return outer_.alive(); }
  void hint(const Headers& fields) override {
    if constexpr (requires { filter_.hint(fields, outer_); }) {
      filter_.hint(fields, outer_);
    } else {
      outer_.hint(fields);
    }
  }
  void interim(int status, const Headers& fields) override { outer_.interim(status, fields); }
  Push push(std::string_view target, Priority priority) override {
    if constexpr (requires { filter_.push(target, priority, outer_); }) {
      return filter_.push(target, priority, outer_);
    } else {
      return outer_.push(target, priority);
    }
  }
  void respond(Response response) override {
    filter_.complete(response);
    outer_.respond(std::move(response));
  }
  void collect(std::size_t limit, std::function<void(std::string)> then) override {
    // `then` owns this wire, and the engine owns the continuation for as long as the stream lives.
    Exchange::collect(std::move(outer_), limit,
                      [this, then = std::move(then)](Exchange back, std::string content) {
                        outer_ = std::move(back);
                        then(std::move(content));
                      });
  }
  std::unique_ptr<Body> content() override { return outer_.content(); }
  void on_gone(std::function<void()> told) override { outer_.on_gone(std::move(told)); }
  void note(Note note) override { outer_.note(std::move(note)); }

 private:
  Exchange outer_;
  Filter filter_;
};

// `outer` with a Filter of type `Filter`, made of these arguments, in front.
template <typename Filter, typename... Arguments>
Exchange filtered(Exchange outer, Arguments&&... of_filter) {
  return Exchange(std::make_unique<FilteredWire<Filter>>(std::move(outer),
                                                         std::forward<Arguments>(of_filter)...));
}

}  // namespace http
