#include "cli/subscriber.h"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "cli/answers.h"
#include "cli/transfer.h"
#include "server/net/error.h"

namespace cli {
namespace {

using std::chrono::milliseconds;

// A stream says something every 15 s or so: after this long without a byte it is dead.
constexpr long silent_seconds = 60;
constexpr milliseconds first_wait{1000};
constexpr milliseconds longest_wait{30'000};

// Failures that another attempt will not mend.
bool final_failure(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
}

}  // namespace

// What outlives one connection: where the stream is, and how long to wait.
struct Subscriber::Connection {
  Options options;
  std::function<Wish(const StreamEvent&)> take;
  Complain complain;
  std::string last_event_id;
  bool enough = false;
  unsigned failures = 0;  // in a row
  std::minstd_rand random{std::random_device{}()};

  // One connection, to its end. True: another one is wanted.
  bool connect(milliseconds& wait);
  milliseconds patience(std::optional<milliseconds> retry);
};

namespace {

// The content of one response: events if it is a stream, else the reason.
struct Intake {
  Transfer& transfer;
  EventParser parser;
  const bool& enough;

  static std::size_t write(char* bytes, std::size_t, std::size_t count, void* self) {
    auto& intake = *static_cast<Intake*>(self);
    if (intake.transfer.status() != 200) {
      return Transfer::append(bytes, 1, count, &intake.transfer.answer);
    }
    intake.parser.feed({bytes, count});
    return intake.enough ? 0 : count;
  }
};

}  // namespace

bool Subscriber::Connection::connect(milliseconds& wait) {
  Transfer transfer(options.target, options.token, options.ca_file, options.trust);
  transfer.add_field("accept: text/event-stream");
  if (!last_event_id.empty()) transfer.add_field("last-event-id: " + last_event_id);
  Intake intake{transfer, EventParser([this](const StreamEvent& event) {
                  if (!enough) enough = take(event) == Wish::enough;
                }),
                enough};
  curl_easy_setopt(transfer.easy(), CURLOPT_WRITEFUNCTION, Intake::write);
  curl_easy_setopt(transfer.easy(), CURLOPT_WRITEDATA, &intake);
  curl_easy_setopt(transfer.easy(), CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(transfer.easy(), CURLOPT_LOW_SPEED_TIME, silent_seconds);
  const CURLcode code = transfer.perform();
  if (!intake.parser.last_id().empty()) last_event_id = intake.parser.last_id();
  if (enough) return false;
  const long status = transfer.status();
  if (final_failure(code)) throw net::Error(transfer.why(code, "follow"));
  if (code == CURLE_OK && status == 204) return false;
  if (code == CURLE_OK && status >= 400 && status != 429 && status < 500) {
    throw net::Error(refusal_of(options.target.url, status, transfer.answer));
  }
  const bool streamed = status == 200 && intake.parser.retry().has_value();
  failures = streamed ? 0 : failures + 1;
  if (code != CURLE_OK) complain(transfer.why(code, "follow"));
  if (code == CURLE_OK && status != 200) {
    complain(refusal_of(options.target.url, status, transfer.answer));
  }
  wait = std::max(patience(intake.parser.retry()),
                  milliseconds(seconds_of(transfer.response_field("retry-after")) * 1000));
  return true;
}

// As the server says; else longer each time, and never all clients at once.
milliseconds Subscriber::Connection::patience(std::optional<milliseconds> retry) {
  if (retry && failures == 0) return *retry;
  const milliseconds most = std::min(longest_wait, first_wait * (1U << std::min(failures, 6U)));
  return milliseconds(
      std::uniform_int_distribution<milliseconds::rep>(most.count() / 2, most.count())(random));
}

Subscriber::Subscriber(Options options, std::function<Wish(const StreamEvent&)> take,
                       Complain complain)
    : connection_(std::make_unique<Connection>()) {
  connection_->last_event_id = options.last_event_id;
  connection_->options = std::move(options);
  connection_->take = std::move(take);
  connection_->complain = std::move(complain);
}

Subscriber::~Subscriber() = default;

void Subscriber::follow() {
  milliseconds wait{0};
  while (connection_->connect(wait)) std::this_thread::sleep_for(wait);
}

}  // namespace cli
