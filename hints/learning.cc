#include "hints/learning.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hints/content_coding.h"
#include "hints/target.h"
#include "hints/telling.h"
#include "server/http/filtered_wire.h"
#include "server/http/link.h"

namespace hints {
namespace {

// A body that keeps a copy of what passes, as long as it is short enough, and shows it when whole.
class CopiedBody final : public http::Body {
 public:
  using Whole = std::function<void(std::string)>;
  CopiedBody(std::unique_ptr<http::Body> body, std::size_t limit, Whole whole)
      : body_(std::move(body)), limit_(limit), whole_(std::move(whole)) {}

  std::optional<std::uint64_t> length() const override { return body_->length(); }
  http::Headers trailers() override { return body_->trailers(); }
  http::Read read(std::span<std::byte> into, http::Waker& later) override {
    const http::Read got = body_->read(into, later);
    if (!whole_) return got;
    if (copy_.size() + got.bytes > limit_) {
      whole_ = nullptr;
      copy_ = {};
      return got;
    }
    copy_.append(reinterpret_cast<const char*>(into.data()), got.bytes);
    if (got.end) std::exchange(whole_, nullptr)(std::move(copy_));
    return got;
  }

 private:
  std::unique_ptr<http::Body> body_;
  std::size_t limit_;
  Whole whole_;
  std::string copy_;
};

bool has_directive(const http::Response& response, std::string_view directive) {
  const std::string all = http::to_lower(response.fields.joined("cache-control"));
  return all.find(directive) != std::string::npos;
}

bool is_css(const http::Response& response) {
  return response.field("content-type").value_or("").starts_with("text/css");
}

// What pages fetch, as opposed to what programs ask for, by its name or by its type.
bool may_be_asset(std::string_view path, const http::Response& response) {
  if (names_asset(path)) return true;
  static constexpr std::array<std::string_view, 5> types{
      "text/css", "text/javascript", "application/javascript", "font/", "image/"};
  const std::string_view type = response.field("content-type").value_or("");
  return response.status == 200 && std::ranges::any_of(types, [&](std::string_view begin) {
           return type.starts_with(begin);
         });
}

// Nobody is told in advance where a redirect to another origin leads.
bool leads_elsewhere(const http::Response& response) {
  const std::string_view location = response.field("location").value_or("");
  return location.starts_with("//") || location.find("://") != std::string_view::npos;
}

void add_links(std::vector<std::string>& links, const http::Headers& fields) {
  for (const http::Field field : fields) {
    if (field.name != "link") continue;
    for (const std::string_view link : http::split_links(field.value)) links.emplace_back(link);
  }
}

// Looks at the answers to one request as they pass.
class Learning final {
 public:
  Learning(const http::Request& request, LearnedSource& learned)
      : learned_(learned),
        build_(learned.build()),
        path_(request.path()),
        has_query_(!request.query().empty()),
        signed_in_(request.fields.has("authorization")),
        has_cookie_(request.fields.has("cookie")) {}

  void hint(const http::Headers& fields, http::Exchange& outer) {
    add_links(links_, fields);
    outer.hint(fields);
  }
  void complete(http::Response& response) {
    // An answer that names its build is of that one, whichever was there when it was asked for.
    if (learned_.saw_build(response.fields)) build_ = learned_.build();
    const bool redirect = response.status == 301 || response.status == 302;
    if ((redirect && !leads_elsewhere(response)) || shows_page(response)) {
      if (is_private(response)) return;
      add_links(links_, response.fields);
      learned_.saw_links(path_, links_, build_);
    }
    if (shows_page(response)) {
      if (response.body && learned_.wants_page(path_, response)) copy_page(response);
      return;
    }
    if (!may_be_asset(path_, response)) return;
    if (is_private(response)) return forget_private(response);
    // Whoever asks with a query of their own gets an answer of their own.
    if (has_query_ && response.status != 200) return;
    learned_.saw_asset(path_, response);
    const bool css = response.status == 200 && is_css(response) && response.body;
    if (css && learned_.wants_stylesheet(path_)) copy_stylesheet(response);
  }

 private:
  // What only this visitor may see is not told to others (RFC 9111 sections 3 and 3.5).
  bool is_private(const http::Response& response) const {
    if (signed_in_) return !has_directive(response, "public");
    return has_cookie_ &&
           (has_directive(response, "private") || has_directive(response, "no-store"));
  }

  // What others were seen to get may be for them only, too.
  void forget_private(const http::Response& response) {
    if (has_directive(response, "private")) learned_.forget_asset(path_);
  }

  void copy_page(http::Response& response) {
    copy(response,
         [&learned = learned_, path = path_, signature = LearnedSource::signature_of(response),
          links = std::move(links_), build = build_](std::string html) {
           learned.saw_page(path, signature, std::move(html), links, build);
         });
  }

  void copy_stylesheet(http::Response& response) {
    copy(response, [&learned = learned_, path = path_](std::string css) {
      learned.saw_stylesheet(path, std::move(css));
    });
  }

  void copy(http::Response& response, std::function<void(std::string)> text) {
    const std::size_t limit = learned_.options().text_bytes;
    response.body =
        std::make_unique<CopiedBody>(std::move(response.body), limit,
                                     [limit, coding = response.fields.joined("content-encoding"),
                                      text = std::move(text)](const std::string& bytes) {
                                       if (auto readable = decoded(bytes, coding, limit))
                                         text(*std::move(readable));
                                     });
  }

  LearnedSource& learned_;
  unsigned build_;  // that was there when the answer was asked for
  const std::string path_;
  const bool has_query_;
  const bool signed_in_;
  const bool has_cookie_;
  std::vector<std::string> links_;  // of the 103 so far, then of the answer too
};

}  // namespace

void LearningHandler::handle(const http::Request& request, http::Exchange exchange) {
  // Of a condition or a range the answer says little, and of anything but GET nothing.
  if (request.method != "GET" || request.fields.has("range")) {
    return next_.handle(request, std::move(exchange));
  }
  next_.handle(request, http::filtered<Learning>(std::move(exchange), request, learned_));
}

}  // namespace hints
