// LearnedSource: what the answers of an app server have said of its pages and their assets, so that
// the next visitor of a page can be told of them before the app has made it. One per worker;
// bounded in entries, bytes and age.
//
// Pages are known by route (see route_of): if two pages of a route name the same assets, in their
// texts and in their links, so will a third; if they do not, each speaks for itself. A page is
// known for one build of the app only (see Deployment): when that changes, every page has to be
// seen again. A page that names new versions of its assets, and an asset that is gone, are such a
// change.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hints/bounded.h"
#include "hints/deployment.h"
#include "hints/site.h"
#include "server/http/message.h"
#include "server/net/loop.h"

namespace hints {

class LearnedSource {
 public:
  struct Options {
    std::size_t pages = 1024;
    std::size_t assets = 4096;
    std::size_t page_bytes = std::size_t{4} * 1024 * 1024;   // in all
    std::size_t asset_bytes = std::size_t{2} * 1024 * 1024;  // in all, texts of stylesheets too
    std::size_t text_bytes = std::size_t{256} * 1024;        // of the longest text that is read
    std::size_t link_bytes = std::size_t{4} * 1024;          // of the `link` fields of one page
    net::Clock::duration age = std::chrono::hours(24);
    // A page that seems unchanged is read again so often.
    net::Clock::duration reread = std::chrono::seconds(10);
    int readings = 20;  // at most, in a second
    // Of the app's answers, if it has one: the field that names the build that made them.
    std::string build_field;
  };

  // `loop` and `deployment` must outlive the source.
  LearnedSource(net::Loop& loop, Deployment& deployment, Options options);

  // ---- what is learned
  // The build that is there now. What was asked of an older one says nothing of this one.
  unsigned build() const { return deployment_.number(); }
  // What an answer to anything says of the build that made it; false: nothing.
  bool saw_build(const http::Headers& answer);
  // Links of an answer for that path, and of the 103 before it, as soon as they are there: replace
  // those known before. Its text, which may never be read, comes later.
  void saw_links(std::string_view path, std::vector<std::string> links, unsigned build);
  // What tells one answer from another without reading it: its validators and its length.
  static std::string signature_of(const http::Response& answer);
  // Whether the text of this page should be read: it is new, or seems to have changed.
  bool wants_page(std::string_view path, const http::Response& answer);
  // `links` are those of the same answer; others of the route may have been seen since they came.
  void saw_page(std::string_view path, std::string signature, std::string html,
                std::vector<std::string> links, unsigned build);
  // Any answer to GET that is no page; `answer` without regard to its body.
  void saw_asset(std::string_view path, const http::Response& answer);
  // It is not for everybody.
  void forget_asset(std::string_view path) { assets_.erase(path); }
  bool wants_stylesheet(std::string_view path);
  void saw_stylesheet(std::string_view path, std::string css);
  // The version of the manifest: another one is another build.
  void manifest_is(std::string_view version);

  // ---- what is known
  std::optional<Page> page(std::string_view path);
  std::vector<std::string> links(std::string_view path);
  enum class Seen { never, missing, there };
  struct Sight {
    Seen seen = Seen::never;
    AssetInfo asset = {};
  };
  Sight asset(std::string_view path);
  // Of a page or a stylesheet.
  std::optional<std::string> text(std::string_view path);

  std::size_t pages() const { return pages_.size(); }
  std::size_t bytes() const { return pages_.bytes() + assets_.bytes(); }
  const Options& options() const { return options_; }

 private:
  struct LearnedPage {
    std::string path;       // that it was learned from
    bool shared = false;    // another page of the route was alike
    std::string version;    // of what the text names; empty: the text was not read
    std::string signature;  // of the answer that was read
    std::string html;
    std::vector<std::string> named;  // addresses in it
    std::vector<std::string> links;
    unsigned build = 0;
    net::Clock::time_point learned;
    net::Clock::time_point read;
  };
  struct LearnedAsset {
    Seen seen = Seen::there;
    AssetInfo info;
    std::string css;
    net::Clock::time_point learned;
  };

  // Of this build; perhaps of another page, and old. Null: none.
  LearnedPage* of_route(std::string_view path);
  LearnedPage* known(std::string_view path);
  bool outdated(const LearnedPage& page) const;  // or of another build by now
  void keep(LearnedPage page);
  std::vector<std::string> bounded(std::vector<std::string> links) const;
  bool may_read();

  net::Loop& loop_;
  Deployment& deployment_;
  Options options_;
  Bounded<LearnedPage> pages_;  // by route
  Bounded<LearnedAsset> assets_;
  // As last told to the deployment, which takes a lock.
  std::optional<std::string> manifest_;
  std::optional<std::string> field_;
  net::Clock::time_point second_;
  int read_this_second_ = 0;
};

// Whether one of `fresh` is a new version of one of `old`, as names with a hash of the content are:
// "/app-1f3a9c2b.js" and "/app-77e0d1aa.js".
bool names_new_build(const std::vector<std::string>& old, const std::vector<std::string>& fresh);

}  // namespace hints
