// Backlog: what one reader has yet to get from the archive, a page at a time, as there is room for
// it. A page that is not taken may have to make way for others'. It asks again while the store is
// away, and says when a page is there; what the reader makes of it is the subscription's affair. On
// one worker's thread.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/net/loop.h"
#include "sse/page_room.h"
#include "sse/sequencer.h"

namespace sse {

class Backlog final : private PageRoom::Guest {
 public:
  class Reader {
   public:
    // A page is there. May destroy the backlog.
    virtual void page_arrived() = 0;

   protected:
    ~Reader() = default;
  };

  // All outlive the backlog.
  Backlog(Archive& archive, PageRoom& room, net::Loop& loop, Reader& reader, Matchers topics);
  ~Backlog();
  Backlog(const Backlog&) = delete;
  Backlog& operator=(const Backlog&) = delete;

  // Asks for what comes after `seq`, now or when a while has passed. The page before is gone.
  void fetch(std::uint64_t seq);
  // What follows the event that its publisher called so; if there is none, the oldest there is.
  void fetch_named(std::string name);
  void fetch_later(std::uint64_t seq);

  // Whether a page is on its way. If there is none either, it has made way, or none was asked for.
  bool fetching() const { return asked_ || waits() || again_.armed(); }
  // Null: none has arrived yet, or it has made way. Valid until the turn's end.
  const Past* page() const { return page_.get(); }

 private:
  struct Asked {
    Backlog* by;  // null: it has gone, or asked for something else since
  };
  void admitted() override;
  void dismissed() override { page_.reset(); }
  void enter();
  void arrive(std::variant<Past, Refused> said);
  void forget();

  Archive& archive_;
  PageRoom& room_;
  net::Loop& loop_;
  Reader& reader_;
  Range range_;
  std::shared_ptr<Asked> asked_;
  std::unique_ptr<const Past> page_;
  net::Timer again_;
};

}  // namespace sse
