// StreamTable: the streams of a session, by their identifiers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "server/h2/stream.h"

namespace h2 {

// A sorted run of pointers: new streams come at its end, and there are some hundred at most.
class StreamTable {
 public:
  using Streams = std::vector<std::unique_ptr<Stream>>;

  Stream& add(std::unique_ptr<Stream> stream) {
    return **streams_.insert(place(stream->id()), std::move(stream));
  }
  // Null if there is none, or if it is closed and only waits for its end.
  Stream* find(std::uint32_t id) const {
    const auto found = std::ranges::lower_bound(streams_, id, {}, id_of);
    return found == streams_.end() || (*found)->id() != id || (*found)->closed() ? nullptr
                                                                                 : found->get();
  }
  void erase(const Stream& stream) {
    // Its destructor must not find it here any more.
    const auto found = place(stream.id());
    const std::unique_ptr<Stream> gone = std::move(*found);
    streams_.erase(found);
  }

  std::size_t size() const { return streams_.size(); }
  bool empty() const { return streams_.empty(); }
  Streams::const_iterator begin() const { return streams_.begin(); }
  Streams::const_iterator end() const { return streams_.end(); }

 private:
  static std::uint32_t id_of(const std::unique_ptr<Stream>& stream) { return stream->id(); }
  Streams::iterator place(std::uint32_t id) {
    return std::ranges::lower_bound(streams_, id, {}, id_of);
  }

  Streams streams_;
};

}  // namespace h2
