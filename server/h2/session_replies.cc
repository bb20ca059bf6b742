// What a Session does for its streams: responses, hints and pushes become frames.
#include <nghttp2/nghttp2.h>

#include <array>
#include <functional>

#include "server/h2/session.h"
#include "server/h2/session_callbacks.h"

namespace h2 {
namespace {

std::uint8_t* mutable_bytes(std::string_view text) {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

// Of text that nghttp2 copies.
nghttp2_nv copied(std::string_view name, std::string_view value) {
  return {mutable_bytes(name), mutable_bytes(value), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NO_COPY_NAME};
}

// Of text that lives until the frame has been written.
nghttp2_nv lent(http::Field field) {
  return {mutable_bytes(field.name), mutable_bytes(field.value), field.name.size(),
          field.value.size(), NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

// Of fields that go when the call returns.
void append_copies(std::vector<nghttp2_nv>& list, const http::Headers& fields) {
  for (const http::Field field : fields) {
    list.push_back(copied(field.name, field.value));
    list.back().flags = NGHTTP2_NV_FLAG_NONE;
  }
}

// The fields of one answer as nghttp2 takes them, on the stack unless there are very many.
class FieldList {
 public:
  // No more than `most` will be added.
  explicit FieldList(std::size_t most) {
    if (most > few_.size()) many_.resize(most);
  }
  void add(const nghttp2_nv& field) { begin()[count_++] = field; }
  void lend(const http::Headers& headers) {
    for (const http::Field field : headers) add(lent(field));
  }
  nghttp2_nv* begin() { return many_.empty() ? few_.data() : many_.data(); }
  std::size_t size() const { return count_; }

 private:
  std::array<nghttp2_nv, 40> few_;
  std::vector<nghttp2_nv> many_;
  std::size_t count_ = 0;
};

bool bodiless(int status) { return status == 204 || status == 304; }

}  // namespace

void Session::prioritise(Stream& stream, const http::Response& response) {
  if (stream.request.pushed) return;  // was told when it was promised
  const http::Priority wanted = response.live ? http::Priority{0, true} : response.priority;
  if (!response.live && (wanted == http::Priority{} || stream.request.fields.has("priority")))
    return;
  const nghttp2_extpri priority{wanted.urgency, wanted.incremental ? 1 : 0};
  nghttp2_session_change_extpri_stream_priority(nghttp2_.get(), stream.id(), &priority,
                                                response.live ? 1 : 0);
}

void Session::submit(Stream& stream, http::Response& response) {
  if (response.live) ++live_;
  if (stream.request.pushed && response.status >= 300) {
    reset(stream, NGHTTP2_CANCEL);  // nobody has asked for an error
    return;
  }
  prioritise(stream, response);
  const std::string status = std::to_string(response.status);
  const std::optional<std::uint64_t> length =
      response.body ? response.body->length() : std::optional<std::uint64_t>(0);
  const std::string length_text = length ? std::to_string(*length) : "";

  // Besides: the status, the date and the length.
  FieldList fields(3 + response.fields.size() +
                   (response.prepared ? response.prepared->size() : 0));
  fields.add(copied(":status", status));
  if (response.prepared) fields.lend(*response.prepared);
  fields.lend(response.fields);
  fields.add(copied("date", around_.date.now()));
  if (length && !bodiless(response.status)) fields.add(copied("content-length", length_text));

  if (stream.request.method == "HEAD" || bodiless(response.status) || length == 0) {
    response.body = nullptr;
  }
  nghttp2_data_provider provider{.source = {.ptr = &stream}, .read_callback = Callbacks::read};
  nghttp2_submit_response(nghttp2_.get(), stream.id(), fields.begin(), fields.size(),
                          response.body ? &provider : nullptr);
  note_output();
}

void Session::submit_trailers(Stream& stream, const http::Headers& fields) {
  std::vector<nghttp2_nv> list;
  append_copies(list, fields);
  nghttp2_submit_trailer(nghttp2_.get(), stream.id(), list.data(), list.size());
}

void Session::hint(Stream& stream, const http::Headers& fields) {
  // What is pushed is on its way already, and nothing may be pushed for it.
  if (fields.empty() || stream.request.pushed) return;
  std::vector<nghttp2_nv> list;
  list.reserve(1 + fields.size());
  list.push_back(copied(":status", "103"));
  append_copies(list, fields);
  nghttp2_submit_headers(nghttp2_.get(), NGHTTP2_FLAG_NONE, stream.id(), nullptr, list.data(),
                         list.size(), nullptr);
  around_.tally.hints.add(1);
  note_output();
}

// Says 100 to a client that waits for it before it sends its content (RFC 9110 section 10.1.1).
void Session::proceed(Stream& stream) {
  const auto expected = stream.request.fields.get("expect");
  if (!expected || !http::equal_ignoring_case(*expected, "100-continue")) return;
  if (stream.content_ended() || stream.unconsumed() > 0) return;
  nghttp2_nv status = copied(":status", "100");
  nghttp2_submit_headers(nghttp2_.get(), NGHTTP2_FLAG_NONE, stream.id(), nullptr, &status, 1,
                         nullptr);
  note_output();
}

http::Push Session::push(Stream& parent, std::string_view target, http::Priority priority) {
  if (parent.request.pushed) return http::Push::nested;
  if (!takes_pushes()) return http::Push::refused;
  const std::uint64_t hash = std::hash<std::string_view>{}(target);
  if (diary_.contains(hash)) return http::Push::repeated;
  if (cancelled_ >= around_.limits.cancelled_pushes) return http::Push::unwanted;
  if (pushed_ >= around_.limits.pushes || pushing_ >= around_.limits.concurrent_pushes) {
    return http::Push::exhausted;
  }
  http::Request request;
  request.method = "GET";
  request.scheme = parent.request.scheme;
  request.authority = parent.request.authority;
  request.target = target;
  request.pushed = true;
  for (const char* name : {"accept-encoding", "accept-language", "user-agent"}) {
    if (const auto value = parent.request.fields.get(name)) request.fields.add(name, *value);
  }
  std::vector<nghttp2_nv> list = {
      copied(":method", request.method), copied(":scheme", request.scheme),
      copied(":authority", request.authority), copied(":path", request.target)};
  for (const http::Field field : request.fields) list.push_back(copied(field.name, field.value));
  for (nghttp2_nv& field : list) field.flags = NGHTTP2_NV_FLAG_NONE;
  const std::int32_t id = nghttp2_submit_push_promise(
      nghttp2_.get(), NGHTTP2_FLAG_NONE, parent.id(), list.data(), list.size(), nullptr);
  if (id < 0) return http::Push::refused;
  Stream& promised = open(id);
  promised.request = std::move(request);
  promised.end_content();
  nghttp2_session_set_stream_user_data(nghttp2_.get(), id, &promised);
  // nghttp2 would put every push at urgency 3, ahead of images and behind nothing that matters.
  const nghttp2_extpri extended{priority.urgency, priority.incremental ? 1 : 0};
  nghttp2_session_change_extpri_stream_priority(nghttp2_.get(), id, &extended, 0);
  diary_.insert(hash);
  ++pushed_;
  ++pushing_;
  around_.tally.pushes.add(1);
  arrived_.push_back(&promised);
  if (!inside_) {
    inside_ = true;
    dispatch();
    give_back_window();
    inside_ = false;
  }
  note_output();
  return http::Push::promised;
}

void Session::reset(Stream& stream, std::uint32_t error_code) {
  nghttp2_submit_rst_stream(nghttp2_.get(), NGHTTP2_FLAG_NONE, stream.id(), error_code);
  note_output();
}

void Session::resume(Stream& stream) {
  nghttp2_session_resume_data(nghttp2_.get(), stream.id());
  note_output();
}

}  // namespace h2
