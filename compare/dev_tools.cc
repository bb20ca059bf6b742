#include "compare/dev_tools.h"

#include <algorithm>
#include <utility>

#include "server/net/error.h"

namespace lab {

using nlohmann::json;

DevTools::DevTools(net::Loop& loop, const Options& options)
    : loop_(loop),
      options_(options),
      patience_(loop,
                [this] {
                  late_ = true;
                  loop_.stop();
                }),
      browser_(
          loop, options.browser, [this](std::string_view text) { on_message(text); },
          [this] {
            ended_ = true;
            loop_.stop();
          }) {}

void DevTools::on_message(std::string_view text) {
  const json message = json::parse(text, nullptr, false);
  if (!message.is_object()) return;
  if (message.value("id", 0) == last_call_ && last_call_ > 0) {
    answer_ = message;
  } else if (message.contains("method")) {
    events_.push_back({message.value("method", ""), message.value("sessionId", "")});
  }
  if (done_ && done_()) loop_.stop();
}

void DevTools::run_until(const std::function<bool()>& done, const std::string& what) {
  if (done()) return;
  late_ = false;
  done_ = done;
  patience_.start(options_.patience);
  if (!ended_) loop_.run();
  patience_.stop();
  done_ = nullptr;
  if (done()) return;
  if (ended_) {
    throw net::Error("the browser " + options_.browser.program +
                     " ended by itself: try whether it starts with --headless");
  }
  throw net::Error("the browser did not answer in time (" + what + ")");
}

json DevTools::call(const std::string& method, const json& parameters, const std::string& session) {
  json message = {{"id", ++last_call_}, {"method", method}, {"params", parameters}};
  if (!session.empty()) message["sessionId"] = session;
  answer_.reset();
  browser_.send(message.dump());
  run_until([this] { return answer_.has_value(); }, method);
  if (answer_->contains("error")) {
    throw net::Error("the browser refused " + method + ": " +
                     (*answer_)["error"].value("message", "no reason given"));
  }
  return answer_->value("result", json::object());
}

void DevTools::wait_for(const std::string& event, const std::string& session) {
  run_until(
      [&] {
        return std::ranges::any_of(events_, [&](const Event& one) {
          return one.method == event && one.session == session;
        });
      },
      event);
}

}  // namespace lab
