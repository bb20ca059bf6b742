#include "compare/navigation.h"

#include <cstdlib>
#include <utility>

#include "compare/told_links.h"
#include "compare/urgency.h"
#include "server/http/message.h"

namespace lab {
namespace {

using Event = Http2Client::Event;

bool is_page(std::string_view content_type) {
  const std::string type = http::to_lower(http::trim(content_type));
  return type.starts_with("text/html") || type.starts_with("application/xhtml+xml");
}

std::vector<std::string> origins_of(const std::string& authority) {
  return {"https://" + authority};
}

}  // namespace

Navigation::Navigation(const Surroundings& around, Visit visit,
                       std::function<void(PageLoad)> finished)
    : around_(around),
      visit_(std::move(visit)),
      target_(visit_.requester.page),
      origins_(origins_of(visit_.requester.authority)),
      finished_(std::move(finished)),
      before_(around.connection.tls().traffic()),
      fetches_({around.loop, around.connection.http(), around.store, visit_.cache, visit_.requester,
                visit_.start},
               [this](Fetches::Need need) { page_.arrived(need); }),
      page_({around.loop, fetches_, around.texts, origins_}, target_),
      limit_(around.loop, [this] { out_of_time(); }) {
  limit_.start(visit_.limits.time);
  around_.connection.serve(this);
  if (!around_.connection.tls().secure()) return;
  begin();
  around_.connection.flush();
}

Navigation::~Navigation() { around_.connection.serve(nullptr); }

Milliseconds Navigation::since_start(net::Clock::time_point at) const {
  return std::chrono::duration<double, std::milli>(at - visit_.start).count();
}

// ------------------------------------------------------------------------------- beginning

void Navigation::secured() {
  load_.connected = now();
  begin();
}

void Navigation::begin() {
  fetches_.want({target_, Kind::document, Mode::navigate, urgency::document, Blocks::rendering});
  fetches_.settle([this] { return page_.phase(); });
  if (visit_.live.empty()) return;
  live_stream_ =
      around_.connection.http().request(event_stream_fields(visit_.requester, visit_.live));
  live_.emplace();
}

// ------------------------------------------------------------------------------- happening

void Navigation::happened(const Event& event) {
  if (over_) return;
  if (event.kind == Event::Kind::going_away) return going_away(event);
  if (event.kind == Event::Kind::pong) {
    if (asked_) finish();
    return;
  }
  if (event.kind == Event::Kind::promise) around_.offer.pushes = true;
  if (live_ && event.stream == live_stream_ && event.kind != Event::Kind::promise) {
    if (event.kind == Event::Kind::content) live_->read(event.content, around_.loop.now());
    return;
  }
  fetches_.happened(event);
  if (event.stream == fetches_.document_stream()) document_event(event);
}

void Navigation::document_event(const Event& event) {
  switch (event.kind) {
    case Event::Kind::interim:
      return early_hints(event.fields);
    case Event::Kind::headers:
      return document_head(event.fields);
    case Event::Kind::content:
      return document_content(event.content);
    case Event::Kind::ended:
      whole_ = true;
      load_.document = now();
      return page_.document_is_whole();
    case Event::Kind::broken:
      return fail("the server reset the stream of " + target_ + " (" + error_name(event.error) +
                  ")");
    default:
      return;
  }
}

// The first 103 counts, as in browsers.
void Navigation::early_hints(const http::Headers& fields) {
  if (fields.get(":status") != "103" || load_.early_hints) return;
  load_.early_hints = now();
  if (fields.has("link")) around_.offer.early_hints = true;
  if (!visit_.requester.takes.early_hints) return;
  for (const Want& want : told_links(fields, target_, origins_, Stage::early)) {
    fetches_.preload(want, Fetches::Told::hint);
  }
}

void Navigation::document_head(const http::Headers& fields) {
  load_.final_headers = now();
  around_.offer.server = fields.get("server").value_or("");
  const std::string status(fields.get(":status").value_or(""));
  const int code = std::atoi(status.c_str());
  if (code == 404 || code == 410) {
    return fail("there is no page " + target_ + " (" + status + ")");
  }
  if (code >= 300 && code < 400) {
    return fail(target_ + " redirects to " + std::string(fields.get("location").value_or("")) +
                ": give that page");
  }
  if (code != 200) {
    const std::string_view phrase = http::reason_phrase(code);
    return fail("the server answered " + target_ + " with " + status +
                (phrase.empty() ? "" : " " + std::string(phrase)));
  }
  const std::string type(fields.get("content-type").value_or("no type"));
  if (!is_page(type)) return fail(target_ + " is no page: it is " + type);
  decoder_ = make_decoder(fields.get("content-encoding").value_or(""));
  if (!decoder_) {
    return fail(target_ + " has a content coding that was not asked for: " +
                std::string(*fields.get("content-encoding")));
  }
  const std::vector<Want> links = told_links(fields, target_, origins_, Stage::final);
  if (!links.empty()) around_.offer.links = true;
  if (!visit_.requester.takes.links) return;
  for (const Want& want : links) fetches_.preload(want, Fetches::Told::link);
}

void Navigation::document_content(std::span<const std::byte> bytes) {
  if (!decoder_) return;
  const std::size_t before = plain_.size();
  switch (decoder_->decode(bytes, plain_)) {
    case Decoder::Status::good:
      return page_.read(std::string_view(plain_).substr(before));
    case Decoder::Status::damaged:
      return fail("the content of " + target_ + " cannot be decoded");
    case Decoder::Status::too_long:
      return fail(target_ + " is longer than any page: given up");
  }
}

void Navigation::going_away(const Event& event) {
  if (page_.loaded()) return;
  fail("the server ended the connection (GOAWAY, " + error_name(event.error) +
       ") before the page had loaded");
}

void Navigation::settled() {
  if (over_) return;
  check_length();
  if (over_) return;
  fetches_.settle([this] { return page_.phase(); });
  // What was told or pushed in vain is waited for as well: its bytes count. The answer to a PING
  // comes behind all that had been sent.
  const bool quiet = page_.loaded().has_value() && fetches_.in_flight() == 0;
  if (!quiet || asked_) return;
  asked_ = true;
  around_.connection.http().ping();
}

void Navigation::check_length() {
  if (fetches_.longest().bytes <= visit_.limits.content) return;
  fail(fetches_.longest().target + " is longer than " +
       std::to_string(visit_.limits.content >> 20) + " MB: given up");
}

// ---------------------------------------------------------------------------------- ending

void Navigation::closed(const std::string& why) {
  if (over_) return;
  if (page_.loaded()) return finish();
  fail(why.empty() ? "the server closed the connection before the page had loaded" : why);
}

void Navigation::out_of_time() {
  if (over_) return;
  if (page_.loaded()) {
    finish();
  } else {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(visit_.limits.time);
    const auto late =
        load_.connected || before_.up > 0 ? fetches_.unfinished() : std::vector<std::string>();
    fail("the page had not loaded after " + std::to_string(seconds.count()) + " s" +
         (late.empty() ? "" : ": " + late.front() + " was still on its way"));
  }
  around_.connection.flush();
}

void Navigation::fail(std::string why) {
  if (over_) return;
  PageLoad load;
  load.failure = std::move(why);
  end(std::move(load));
}

void Navigation::finish() {
  if (live_) around_.connection.http().cancel(live_stream_);
  around_.store.fill(fetches_.storable());
  end(record());
}

void Navigation::end(PageLoad load) {
  over_ = true;
  limit_.stop();
  finished_(std::move(load));
}

PageLoad Navigation::record() const {
  PageLoad load = load_;
  load.render_ready = since_start(*page_.render_ready());
  load.load = since_start(*page_.loaded());
  load.resources = fetches_.resources();
  const Traffic traffic = around_.connection.tls().traffic();
  load.sent = traffic.up - before_.up;
  load.received = traffic.down - before_.down;
  load.received_before = before_.down;
  load.wasted = fetches_.wasted();
  if (live_) load.event_delays = live_->delays();
  return load;
}

}  // namespace lab
