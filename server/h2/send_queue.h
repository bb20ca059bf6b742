// SendQueue: whose turn it is to send DATA (RFC 9218 section 10): the most urgent first; among
// equals each incremental response a frame at a time, and any other to its end, in the order of
// requests. Live responses go before all of them.
#pragma once

#include <array>
#include <cstdint>

#include "server/http/message.h"

namespace h2 {

class SendQueue {
 public:
  // Whatever can wait here. Owned by others; must leave before it goes.
  class Entry {
   public:
    // Of the stream `id`: the one that was asked for first goes first.
    explicit Entry(std::uint32_t id) : id_(id) {}
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    std::uint32_t id() const { return id_; }
    bool queued() const { return queued_; }

   private:
    friend class SendQueue;
    Entry* before_ = nullptr;
    Entry* after_ = nullptr;
    const std::uint32_t id_;
    http::Priority priority_;
    bool live_ = false;
    bool queued_ = false;
  };

  // Behind its equals that were asked for before, unless it is here already.
  void add(Entry& entry);
  void remove(Entry& entry);
  // It has sent a frame: it stays first, or makes room for its equals if it is incremental.
  void sent(Entry& entry);
  void set_priority(Entry& entry, http::Priority priority);
  // From now on, whatever its priority: few bytes now and then, which somebody waits for.
  void go_live(Entry& entry);
  // The next, or null.
  Entry* front() const;

 private:
  struct Row {
    Entry* first = nullptr;
    Entry* last = nullptr;
  };
  static std::size_t row_of(const Entry& entry);
  static bool takes_turns(const Entry& entry);
  std::array<Row, 9> rows_;     // live ones, then by urgency
  std::uint16_t occupied_ = 0;  // one bit for each row
};

}  // namespace h2
