// AssetStore: the path of a request to what is there, and a bounded cache between. Knows nothing of
// responses. One for each worker, on its thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/background.h"
#include "server/net/loop.h"
#include "static/asset.h"
#include "static/asset_reader.h"
#include "static/encoding.h"
#include "static/lru.h"
#include "static/root.h"

namespace assets {

enum class Outcome : std::uint8_t {
  found,
  directory,   // the path lacks its final '/'
  missing,     // or hidden, outside ROOT, not a regular file
  forbidden,   // this process may not read it
  bad_path,    // malformed, or climbing with ".."
  unmappable,  // well formed, but no file can have it: %2f or a backslash
  too_long,
  busy,  // out of descriptors or memory, or the disk fails: may be there, try again
};

struct Lookup {
  Outcome outcome = Outcome::missing;
  std::shared_ptr<const Asset> asset;  // if found
};

class AssetStore {
 public:
  struct Options {
    AssetReader::Options reader;
    // What was read is answered without a system call for so long, then compared with the disk.
    std::chrono::milliseconds fresh_for{1000};
    std::size_t most_assets = 16384;
    std::size_t most_bytes = std::size_t{64} * 1024 * 1024;  // a descriptor counts as 256 KiB
    std::size_t most_absences = 4096;                        // paths known to lead nowhere
    Root::Resolution resolution = Root::Resolution::kernel;
    // Where larger files are compressed; null: where all is done. Must outlive the store.
    net::Background* background = nullptr;
    std::size_t most_at_once = std::size_t{16} * 1024;  // bytes compressed on the loop: 0.4 ms
    // Told of a file that may not be read, once a minute: one sentence.
    std::function<void(const std::string& sentence)> complain = {};
  };

  // `loop` gives the time and must outlive the store. Throws net::Error if `root` is no folder.
  AssetStore(net::Loop& loop, std::string root, const Options& options);

  // `path` is that of a request: percent-encoded, without the query. A path that ends in '/' finds
  // the index.html there.
  [[nodiscard]] Lookup find(std::string_view path);

  // The best variant that is acceptable, compressing it if this is the first time; null if there is
  // none.
  [[nodiscard]] std::shared_ptr<const Variant> select(std::shared_ptr<const Asset> asset,
                                                      const AcceptedCodings& accepted);

  // Whether select() might compress so much that to_make() should be asked first.
  [[nodiscard]] bool may_take_long(const Asset& asset) const;
  // The coding that it is better to make() first.
  [[nodiscard]] std::optional<Coding> to_make(const std::shared_ptr<const Asset>& asset,
                                              const AcceptedCodings& accepted);
  // Makes it in the background, once for all who ask meanwhile, and gives the asset that has it, or
  // that knows that it is of no use: later, on the loop; never if the store has gone.
  void make(const std::shared_ptr<const Asset>& asset, Coding coding,
            std::function<void(const std::shared_ptr<const Asset>&)> made);

  // For those who only want to read: the asset that a GET of `path` would be answered with, or
  // null.
  [[nodiscard]] std::shared_ptr<const Asset> lookup(std::string_view path) {
    return find(path).asset;
  }

  // Codings that are being made now.
  std::size_t making() const { return making_.size(); }
  std::size_t assets_held() const { return entries_.size(); }
  std::size_t bytes_held() const { return entries_.weight(); }

 private:
  struct Entry {
    std::shared_ptr<const Asset> asset;
    Sources sources;
    bool fresh_ink;
    net::Clock::time_point checked;
  };
  struct Absence {
    Outcome outcome;
    net::Clock::time_point checked;
  };
  struct Choice {
    std::shared_ptr<const Variant> variant;
    std::optional<Coding> untried;  // better, if it can be made
  };
  struct Making {
    std::shared_ptr<const Asset> asset;
    Coding coding;
    std::vector<std::function<void(const std::shared_ptr<const Asset>&)>> waiting;
    std::optional<std::string> packed;  // the background's, until it is done
  };

  bool fresh(net::Clock::time_point checked) const { return loop_.now() - checked < fresh_for_; }
  Lookup find_file(const std::string& name);
  Lookup read(const std::string& name, std::optional<Entry> known);
  void keep(const std::string& name, Entry entry);
  Choice choose(const std::shared_ptr<const Asset>& asset, const AcceptedCodings& accepted);
  std::shared_ptr<const Asset> take(const std::shared_ptr<const Asset>& asset, Coding coding,
                                    std::optional<std::string> packed);
  void finish(Making& making);
  void refresh_root();
  void complain_of(const std::string& name);

  net::Loop& loop_;
  Root root_;
  AssetReader reader_;
  std::chrono::milliseconds fresh_for_;
  net::Clock::time_point root_checked_;
  Lru<Entry> entries_;
  Lru<Absence> absences_;
  net::Background* const background_;
  const std::size_t most_at_once_;
  std::vector<std::shared_ptr<Making>> making_;
  const std::function<void(const std::string&)> complain_;
  std::optional<net::Clock::time_point> complained_;
  const std::shared_ptr<const char> present_ = std::make_shared<const char>();  // for its callbacks
  std::string name_;  // of the file being looked for; kept for its capacity
};

}  // namespace assets
