#include "server/h1/parser.h"

// Boost 1.74 asserts that all five octets of a last chunk are there when it looks at it again; they
// may come one by one, and its code is right when they do.
#define BOOST_DISABLE_ASSERTS
#include <boost/beast/http/basic_parser.hpp>
#include <limits>
#include <utility>

namespace h1 {
namespace {

namespace beast = boost::beast;
using Error = beast::http::error;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

Objection objection_to(const boost::system::error_code& code) {
  if (code == Error::header_limit) {
    return {431, "The fields of this request are larger than is taken here."};
  }
  if (code == Error::bad_version) return {505, "This is not HTTP/1.1, nor HTTP/1.0."};
  if (code == Error::bad_transfer_encoding || code == Error::bad_content_length) {
    return {400, "The request says in two ways, or in none that counts, where it ends."};
  }
  if (code == Error::bad_chunk || code == Error::bad_chunk_extension) {
    return {400, "A chunk of the content is not one."};
  }
  return {400, "This cannot be read as a request of HTTP/1.1."};
}

}  // namespace

struct Parser::Reader final : beast::http::basic_parser<true> {
  explicit Reader(const http::Limits& given) : limits(given) {
    request.version = http::Version::http_1_1;  // until the request line is read
    // As a bound on one line; the sum is counted below, as in HTTP/2.
    header_limit(static_cast<std::uint32_t>(4 * limits.header_bytes + limits.target_bytes));
    // Who takes content says how much; "none" is refused with any content by Boost 1.74.
    body_limit(std::numeric_limits<std::uint64_t>::max());
  }

  const http::Limits& limits;
  http::Request request;
  std::size_t header_bytes = 0;  // names, values and 32 for each field
  bool too_large = false;
  bool head_whole = false;
  bool expects_continue = false;
  std::string content;
  http::Headers trailers;

 private:
  using ErrorCode = boost::system::error_code;
  using Text = beast::string_view;

  void on_request_impl(beast::http::verb, Text method, Text target, int version,
                       ErrorCode&) override {
    request.method = view(method);
    request.target = view(target);
    request.version = version == 10 ? http::Version::http_1_0 : http::Version::http_1_1;
  }
  void on_response_impl(int, Text, int, ErrorCode&) override {}

  void on_field_impl(beast::http::field, Text name, Text value, ErrorCode& error) override {
    header_bytes += name.size() + value.size() + 32;
    const bool too_many = header_bytes > limits.header_bytes ||
                          request.fields.size() + trailers.size() >= limits.header_fields;
    // Trailers with some left out would say something else.
    if (header_bytes > 4 * limits.header_bytes || (head_whole && too_many)) {
      error = Error::header_limit;
      return;
    }
    if (head_whole) return trailers.add(http::to_lower(view(name)), view(value));
    if (too_many) {
      too_large = true;
      return;
    }
    if (http::equal_ignoring_case(view(name), "expect") &&
        request.version == http::Version::http_1_1) {
      expects_continue = http::equal_ignoring_case(view(value), "100-continue");
    }
    request.fields.add(http::to_lower(view(name)), view(value));
  }

  void on_header_impl(ErrorCode&) override { head_whole = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(Text bytes, ErrorCode&) override {
    content.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, ErrorCode&) override {
    content.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(ErrorCode&) override {}
};

Parser::Parser(const http::Limits& limits) : reader_(std::make_unique<Reader>(limits)) {}
Parser::~Parser() = default;

std::size_t Parser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && (state_ == State::head || state_ == State::content)) {
    const std::string_view rest = bytes.substr(taken);
    boost::system::error_code error;
    const std::size_t step = reader_->put({rest.data(), rest.size()}, error);
    taken += step;
    if (error && error != Error::need_more) {
      state_ = State::broken;
      objection_ = objection_to(error);
      return taken;
    }
    if (state_ == State::head && reader_->is_header_done()) {
      finish_head();
      return taken;
    }
    if (reader_->is_done()) state_ = State::whole;
    if (error == Error::need_more || step == 0) break;
  }
  return taken;
}

// A head with fields left out is not looked at: what was left out could have said otherwise.
void Parser::finish_head() {
  state_ = reader_->is_done() ? State::whole : State::content;
  if (!reader_->too_large) objection_ = settle_framing(reader_->request);
}

http::Request& Parser::request() { return reader_->request; }
bool Parser::too_large() const { return reader_->too_large; }
bool Parser::keeps_alive() const { return reader_->keep_alive(); }
bool Parser::take_expectation() { return std::exchange(reader_->expects_continue, false); }
std::string Parser::take_content() { return std::exchange(reader_->content, {}); }
http::Headers Parser::take_trailers() { return std::exchange(reader_->trailers, {}); }

}  // namespace h1
