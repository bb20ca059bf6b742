#include "server/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "server/h1/session.h"
#include "server/h2/session.h"
#include "server/net/error.h"
#include "server/net/reserve.h"
#include "server/net/tcp_state.h"

namespace server {
namespace {

// Sealed bytes before they go to the kernel: enough to pay for a system call, little enough that an
// urgent event does not wait long behind what a slow peer has not taken.
constexpr std::size_t batch = 64 * 1024;
// The same where events share the connection with a download: here, and of what the kernel holds.
// With 64 KiB each, an event came 50 ms late on a line of 20 Mbit/s.
constexpr std::size_t batch_beside_live = 16 * 1024;
// What one connection may send in one turn of the loop before the others have theirs, if it does
// not take longer than a slice.
constexpr std::size_t turn = 256 * 1024;
// Between the two GOAWAYs of a drain (RFC 9113 section 6.8): requests under way arrive meanwhile.
constexpr std::chrono::seconds drain_notice{1};
// To a client that has forgotten the s of https.
constexpr std::string_view speaks_tls =
    "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n"
    "Plain HTTP was sent to a port that speaks https: write https:// before its address.\n";

}  // namespace

Connection::Connection(std::unique_ptr<net::Socket> socket, http::Peer peer, http::Handler& root,
                       Workplace& workplace, std::function<void(Connection&)> on_closed)
    : at_(workplace),
      socket_(std::move(socket)),
      slice_(at_.slice),
      peer_(std::move(peer)),
      root_(root),
      on_closed_(std::move(on_closed)),
      flush_later_(at_.loop, [this] { attempt([this] { flush(); }); }),
      place_([this] {
        slice_.begin();
        attempt([this] { go_on(); });
      }),
      deadlines_(at_.loop.now()),
      deadline_(at_.loop, [this] { attempt([this] { on_deadline(); }); }),
      drain_later_(at_.loop, [this] { session_->drain(); }) {
  peer_.gauge = this;
  watch_.emplace(at_.loop, socket_->fd(), [this](net::Watch::Ready ready) { on_ready(ready); });
  if (socket_->handshaken()) begin_session();
  deadline_.start(at_.timeouts.handshake);
}

Connection::~Connection() {
  if (!closed_ && breaks_off()) socket_->abandon();
}

bool Connection::breaks_off() const {
  return session_ && session_->breaks_off(socket_->unsent() > 0);
}

void Connection::on_ready(net::Watch::Ready ready) {
  if (closed_) return;
  if (!socket_->handshaken() && ready.readable && !may_shake_hands()) return;
  if (!place_.waits_in(at_.line)) slice_.begin();  // what arrives for one in line waits as well
  woken_ = false;
  attempt([&] {
    if (ready.readable) read();
    flush_later_.schedule();
  });
}

// A step of a handshake takes as long as many requests, and all clients may come at once.
bool Connection::may_shake_hands() {
  if (!place_.waits_in(at_.line)) {
    if (at_.line.pass()) return true;
    place_.join(at_.line);
    turns_in_line_ = 0;
  } else if (++turns_in_line_ == 2) {  // for one, not to look costs more than to look again
    wants_read_ = false;
    watch_->want_read(false);
  }
  return false;
}

// The turn of this connection has come, for which it waited in line.
void Connection::go_on() {
  if (!socket_->handshaken()) read();
  flush();
}

// What fails has no memory, as a rule, and what is lent from the reserve is to come back: this
// connection pays for it.
template <typename Act>
void Connection::attempt(Act act) {
  try {
    const unsigned lent = net::Reserve::taken();
    act();
    if (net::Reserve::taken() != lent) throw std::bad_alloc();
  } catch (const std::exception& error) {
    close();
    complain(net::reason_of(error));
  }
}

void Connection::read() {
  deadlines_.heard(at_.loop.now());
  const std::size_t waited = socket_->unsent();
  const auto status = socket_->receive([this](auto bytes) { on_bytes(bytes); });
  if (socket_->unsent() < waited) deadlines_.moved();
  if (status == net::Socket::Status::open) return;
  if (!socket_->handshaken()) {
    count_handshake(socket_->fault(), socket_->error());
    if (socket_->fault() == net::HandshakeFault::plain_http) socket_->say_plainly(speaks_tls);
  }
  // Whoever has said all that it wants to say may still read the answer.
  if (status == net::Socket::Status::closed && session_ && socket_->unsent() == 0) send_some();
  lost(status);
}

void Connection::count_handshake(net::HandshakeFault fault, const std::string& why) {
  const auto place = static_cast<std::size_t>(fault);
  at_.handshake_faults[place].add(1);
  if (!at_.remark) return;
  at_.remark("connection " + std::to_string(peer_.connection) + " from " + peer_.address +
             ": no TLS handshake, " + std::string(net::handshake_fault_names[place]) +
             (why.empty() ? "" : ": " + why));
}

// TCP may give up on a peer that takes nothing before the deadline here comes (TCP_USER_TIMEOUT).
void Connection::lost(net::Socket::Status status) {
  if (!closed_ && status == net::Socket::Status::silent && deadlines_.is_blocked()) {
    at_.tally.hit(http::Limit::stall);
    complain(Deadlines::takes_nothing);
  }
  close();
}

void Connection::complain(std::string_view why) {
  at_.tally.ended.add(1);
  if (at_.complain) {
    at_.complain("connection " + std::to_string(peer_.connection) + " from " + peer_.address +
                 " ended: " + std::string(why));
  }
}

void Connection::on_bytes(std::span<const std::byte> bytes) {
  if (!session_) begin_session();
  if (bytes.empty()) return;
  at_.tally.received.add(static_cast<std::int64_t>(bytes.size()));
  const bool inside_before = session_->inside_header_section();
  const std::uint32_t sections_before = session_->header_sections();
  if (!session_->receive(bytes) && !complained_) {
    complained_ = true;
    complain(session_->complaint());
  }
  if (!inside_before || session_->header_sections() != sections_before) {
    deadlines_.fields_began();
  }
  if (session_->streams() > 0) deadlines_.busy(at_.loop.now());
}

void Connection::begin_session() {
  const net::Protection protection = socket_->protection();
  peer_.tls = protection.version;
  peer_.cipher = protection.cipher;
  peer_.resumed = protection.resumed;
  auto has_output = [this] { wake(); };
  const auto begin = [&]<typename Session>() {
    session_ = std::make_unique<Session>(typename Session::Surroundings{.root = root_,
                                                                        .limits = at_.limits,
                                                                        .peer = peer_,
                                                                        .loop = at_.loop,
                                                                        .tally = at_.tally,
                                                                        .date = at_.date,
                                                                        .log = at_.log,
                                                                        .slice = &slice_},
                                         std::move(has_output));
  };
  if (protection.resumed) at_.tally.resumed.add(1);
  if (protection.protocol == "h2") {
    at_.tally.http2.add(1);
    begin.template operator()<h2::Session>();
  } else {
    at_.tally.http1.add(1);
    begin.template operator()<h1::Session>();
  }
  if (draining_) announce_drain();
}

http::Transport Connection::transport() const {
  http::Transport way = session_ ? session_->transport() : http::Transport{};
  if (const auto tcp = net::tcp_state(socket_->fd())) {
    way.round_trip = tcp->round_trip;
    way.congestion_window = tcp->congestion_window;
    way.under_way = tcp->unacknowledged + socket_->unsent();
  }
  return way;
}

void Connection::wake() {
  if (!flush_later_.scheduled()) woken_ = true;
  flush_later_.schedule();
}

void Connection::flush() {
  if (closed_) return;
  if (place_.waits_in(at_.line)) {
    if (session_) settle_reading();
    return;
  }
  if (std::exchange(woken_, false) && !at_.woken.pass()) return place_.join(at_.woken);
  place_.leave();
  if (const std::size_t waited = socket_->unsent(); waited > 0) {
    const auto status = socket_->flush();
    if (status != net::Socket::Status::open) return lost(status);
    if (socket_->unsent() < waited) deadlines_.moved();
    if (socket_->unsent() > 0) return settle(true);
  }
  if (!session_) return settle(false);
  if (session_->streams() > 0) deadlines_.busy(at_.loop.now());
  settle(send_some());
  if (closed_) return;
  if (socket_->unsent() == 0 && session_->done()) return close();
  if (!session_->answered_early()) return;
  if (const auto due = deadlines_.answered_early(at_.loop.now())) look_at(*due);
}

// Fills, seals and sends until the session is dry, the kernel full or the turn over. True if it
// should go on when the kernel says that there is room: or in another turn, if there is room now.
bool Connection::send_some() {
  http::Output& output = at_.output;
  // Files take less than one; what is put together as it is read, from many logs, may take more.
  net::Slice slice = at_.slice;
  slice.begin();
  for (std::size_t sent = 0; sent < turn;) {
    bool more = true;
    bool late = false;
    const std::size_t enough = session_->live_beside_others() ? batch_beside_live : batch;
    while (more && socket_->sealed() < enough) {
      late = slice.over();
      if (late) break;
      output.clear();
      more = session_->fill(output);
      if (output.bytes().empty()) break;
      if (!seal(output.bytes())) return false;
    }
    if (socket_->sealed() == 0) return more;
    sent += socket_->sealed();
    if (socket_->flush() != net::Socket::Status::open) {
      close();
      return false;
    }
    if (socket_->unsent() > 0) return true;
    if (!more) return false;
    if (late) return true;
  }
  return true;
}

bool Connection::seal(std::span<const std::byte> bytes) {
  at_.tally.sent.add(static_cast<std::int64_t>(bytes.size()));
  const auto now = at_.loop.now();
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), record_size_.next(now));
    if (socket_->write(bytes.first(size)) != net::Socket::Status::open) {
      close();
      return false;
    }
    record_size_.sent(size, now);
    bytes = bytes.subspan(size);
  }
  return true;
}

void Connection::settle_reading() {
  const bool takes_more = !session_ || session_->wants_input();
  if (takes_more == wants_read_) return;
  wants_read_ = takes_more;
  watch_->want_read(takes_more);
}

void Connection::settle(bool more) {
  if (closed_) return;
  settle_reading();
  if (more && !holds_little_ && session_ && session_->live_beside_others()) hold_little();
  const bool full = socket_->unsent() > 0;
  if (full) {
    deadlines_.blocked(at_.loop.now());
  } else {
    deadlines_.moved();
  }
  if (more && !full) place_.join(at_.line);
  if (full == wants_write_) return;
  wants_write_ = full;
  watch_->want_write(full);
}

void Connection::hold_little() {
  holds_little_ = true;
  const int bytes = batch_beside_live;
  setsockopt(socket_->fd(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

void Connection::drain() {
  if (closed_ || draining_) return;
  draining_ = true;
  // A client that is still shaking hands has been let in, and is served once.
  if (session_) announce_drain();
}

void Connection::announce_drain() {
  session_->announce_drain();
  drain_later_.start(drain_notice);
}

void Connection::shut_down() {
  try {
    socket_->shut_down();
  } catch (const std::exception&) {  // no memory for its last word
  }
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  watch_.reset();
  place_.leave();
  deadline_.stop();
  drain_later_.stop();
  if (breaks_off()) {
    socket_->abandon();
  } else {
    shut_down();
  }
  on_closed_(*this);
}

// The timer comes, and is not set anew for every activity: how things are then is looked at.
void Connection::on_deadline() {
  if (!session_) {
    count_handshake(net::HandshakeFault::late, "");
    at_.tally.hit(http::Limit::handshake);
    complain("the TLS handshake was not done in time");
    return close();
  }
  const auto verdict = deadlines_.look(
      *session_, at_.timeouts, {socket_->unsent(), net::tcp_state(socket_->fd())}, at_.loop.now());
  if (verdict.hit) at_.tally.hit(*verdict.hit);
  if (!verdict.why.empty()) complain(verdict.why);
  if (verdict.ends) return close();
  if (verdict.speaks) flush_later_.schedule();
  look_at(verdict.next);
}

void Connection::look_at(net::Clock::time_point due) {
  deadline_.start(
      std::max<net::Clock::duration>(due - at_.loop.now(), std::chrono::milliseconds(10)));
}

}  // namespace server
