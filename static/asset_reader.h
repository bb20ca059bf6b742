// AssetReader: makes assets out of files and their siblings, and compresses them. Keeps nothing;
// what is worth keeping is asset_store's business.
#pragma once

#include <array>
#include <cstddef>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "static/asset.h"
#include "static/cache_policy.h"
#include "static/encoding.h"
#include "static/media_type.h"
#include "static/root.h"

namespace assets {

// What an asset was made from; by index_of(coding), none where there was no such file.
using Sources = std::array<std::optional<Fingerprint>, coding_count>;

class AssetReader {
 public:
  struct Options {
    // Files up to this size are held in memory, larger ones by an open descriptor.
    std::size_t memory_limit = std::size_t{256} * 1024;
    // Text without a .br, .zst or .gz beside it is compressed if its size is within these bounds.
    std::size_t compress_from = 256;
    std::size_t compress_up_to = std::size_t{2} * 1024 * 1024;  // 0 = never
    std::string mime_types = "/etc/mime.types";
    std::vector<CacheRule> cache_rules;
  };
  struct Made {
    Root::Outcome outcome = Root::Outcome::missing;
    std::shared_ptr<const Asset> asset;  // if `outcome` is file
    Sources sources;
    // The file was written so recently that another change might not show in its fingerprint.
    bool fresh_ink = false;
  };

  // `root` must outlive the reader.
  AssetReader(const Root& root, const Options& options);

  Made read(const std::string& path) const;
  // Whether the files still are those that `sources` tells of.
  bool unchanged(const Asset& asset, const Sources& sources) const;
  // The content in that coding; none if that is not smaller, or cannot be had. From any thread, and
  // slow: 25 ms a megabyte and more.
  static std::optional<std::string> pack(const Content& content, Coding coding);
  // The asset with that coding tried: one variant more or one untried less.
  static std::shared_ptr<const Asset> with_packed(const Asset& asset, Coding coding,
                                                  std::optional<std::string> packed);

 private:
  struct Loaded {
    Content content;
    std::string tag;  // of what the etag is made
    struct stat status {};
  };
  using Siblings = std::array<std::optional<Loaded>, coding_count>;
  std::optional<Loaded> load(Root::Opened opened, const std::string& path) const;
  Asset describe(const std::string& path, const Loaded& original, std::time_t now) const;
  Siblings load_siblings(const Asset& asset) const;
  static bool usable(const Loaded& sibling, const Loaded& original);
  bool worth_compressing(const std::string& content_type, std::uint64_t length) const;

  const Root& root_;
  Options options_;
  MediaTypes types_;
  CachePolicy policy_;
};

}  // namespace assets
