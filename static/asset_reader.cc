#include "static/asset_reader.h"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <utility>

namespace assets {
namespace {

// Times of files are no finer than the kernel's tick; on some file systems, than two seconds.
constexpr std::time_t coarsest_clock = 2;
// Build tools that want reproducible output give files the oldest time that archives know.
constexpr std::time_t meaningless_time = 315'619'200;  // 2 January 1980

std::string hex(std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return {digits.data(), end};
}

// Up to `most` bytes from the beginning; none on an error of reading.
std::optional<std::string> read_file(int fd, std::size_t most) {
  std::string text(most, '\0');
  std::size_t filled = 0;
  while (filled < most) {
    const ssize_t got =
        ::pread(fd, text.data() + filled, most - filled, static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return text;
}

std::uint64_t size_of(const struct stat& status) {
  return static_cast<std::uint64_t>(status.st_size);
}

// All of a small file, as it was at one moment if it holds still for one of three looks; what it
// has become if it grows beyond `limit` is not to be used. `status` is brought up to date.
std::optional<std::string> read_steady(int fd, struct stat& status, std::size_t limit) {
  std::optional<std::string> text;
  for (int looks = 0; looks < 3 && size_of(status) <= limit; ++looks) {
    const Fingerprint before = fingerprint_of(status);
    text = read_file(fd, before.size + 1);  // one byte more, to notice that it has grown
    if (!text || ::fstat(fd, &status) != 0) return std::nullopt;
    if (text->size() == before.size && fingerprint_of(status) == before) break;
  }
  return text;
}

bool dated(const struct stat& status) { return status.st_mtim.tv_sec > meaningless_time; }

std::string tag_of_large(const struct stat& status) {
  const Fingerprint print = fingerprint_of(status);
  return hex(static_cast<std::uint64_t>(dated(status) ? print.modified : print.changed)) + "-" +
         hex(print.size);
}

}  // namespace

AssetReader::AssetReader(const Root& root, const Options& options)
    : root_(root), options_(options), types_(options.mime_types), policy_(options.cache_rules) {}

std::optional<AssetReader::Loaded> AssetReader::load(Root::Opened opened,
                                                     const std::string& path) const {
  Loaded loaded;
  loaded.status = opened.status;
  std::optional<std::string> text;
  if (size_of(loaded.status) <= options_.memory_limit) {
    text = read_steady(opened.fd.get(), loaded.status, options_.memory_limit);
    if (!text) return std::nullopt;
  }
  if (size_of(loaded.status) > options_.memory_limit) {
    ::posix_fadvise(opened.fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    loaded.content.length = size_of(loaded.status);
    loaded.content.file = std::make_shared<const OpenFile>(OpenFile{std::move(opened.fd), path});
    loaded.tag = tag_of_large(loaded.status);
    return loaded;
  }
  loaded.tag = hex(XXH3_64bits(text->data(), text->size()));
  loaded.content.length = text->size();
  text->shrink_to_fit();
  loaded.content.text = std::make_shared<const std::string>(std::move(*text));
  return loaded;
}

AssetReader::Siblings AssetReader::load_siblings(const Asset& asset) const {
  Siblings siblings;
  if (compressibility_of(asset.content_type) == Compressibility::compressed) return siblings;
  for (const Coding coding : compressing_codings) {
    std::string path = asset.path;
    path += suffix_of(coding);
    Root::Opened opened = root_.open(path);
    if (opened.outcome != Root::Outcome::file) continue;
    siblings[index_of(coding)] = load(std::move(opened), path);
  }
  return siblings;
}

// An empty sibling is half written; an older one, compared in the seconds that archives keep, is of
// another version of the file.
bool AssetReader::usable(const Loaded& sibling, const Loaded& original) {
  return sibling.content.length > 0 && sibling.content.length < original.content.length &&
         sibling.status.st_mtim.tv_sec >= original.status.st_mtim.tv_sec;
}

bool AssetReader::worth_compressing(const std::string& content_type, std::uint64_t length) const {
  return compressibility_of(content_type) == Compressibility::text &&
         length >= options_.compress_from && length <= options_.compress_up_to;
}

Asset AssetReader::describe(const std::string& path, const Loaded& original,
                            std::time_t now) const {
  Asset asset;
  asset.path = path;
  asset.content_type = types_.of(path);
  asset.cache_control = policy_.of("/" + path, asset.content_type);
  // RFC 9110 section 8.8.2.1: never later than the date of the response.
  if (dated(original.status)) asset.modified = std::min(original.status.st_mtim.tv_sec, now);
  asset.priority = priority_of(asset.content_type, path);
  return asset;
}

AssetReader::Made AssetReader::read(const std::string& path) const {
  Made made;
  Root::Opened opened = root_.open(path);
  made.outcome = opened.outcome;
  if (opened.outcome != Root::Outcome::file) return made;
  auto original = load(std::move(opened), path);
  if (!original) {
    made.outcome = Root::Outcome::busy;
    return made;
  }

  const std::time_t now = std::time(nullptr);
  Asset asset = describe(path, *original, now);
  Siblings siblings = load_siblings(asset);
  std::time_t last_change = original->status.st_ctim.tv_sec;
  made.sources[index_of(Coding::identity)] = fingerprint_of(original->status);
  const bool worth = worth_compressing(asset.content_type, original->content.length);
  for (const Coding coding : compressing_codings) {
    auto& sibling = siblings[index_of(coding)];
    if (sibling) {
      made.sources[index_of(coding)] = fingerprint_of(sibling->status);
      last_change = std::max(last_change, std::time_t{sibling->status.st_ctim.tv_sec});
      if (!usable(*sibling, *original)) sibling.reset();
    }
    asset.untried[index_of(coding)] = worth && !sibling;
    asset.varies = asset.varies || worth || sibling;
  }
  siblings[index_of(Coding::identity)] = std::move(original);
  for (std::size_t i = 0; i < coding_count; ++i) {
    if (!siblings[i]) continue;
    asset.variants[i] = make_variant(asset, static_cast<Coding>(i), std::move(siblings[i]->content),
                                     siblings[i]->tag);
  }
  made.fresh_ink = now - last_change < coarsest_clock;
  made.asset = std::make_shared<const Asset>(std::move(asset));
  return made;
}

bool AssetReader::unchanged(const Asset& asset, const Sources& sources) const {
  if (root_.glance(asset.path) != sources[index_of(Coding::identity)]) return false;
  if (compressibility_of(asset.content_type) == Compressibility::compressed) return true;
  return std::ranges::all_of(compressing_codings, [&](Coding coding) {
    std::string path = asset.path;
    path += suffix_of(coding);
    return root_.glance(path) == sources[index_of(coding)];
  });
}

std::optional<std::string> AssetReader::pack(const Content& content, Coding coding) {
  if (content.text) return compress(coding, *content.text);
  const auto text = read_file(content.file->fd.get(), static_cast<std::size_t>(content.length));
  if (!text || text->size() != content.length) return std::nullopt;
  return compress(coding, *text);
}

std::shared_ptr<const Asset> AssetReader::with_packed(const Asset& asset, Coding coding,
                                                      std::optional<std::string> packed) {
  auto tried = std::make_shared<Asset>(asset);
  tried->untried[index_of(coding)] = false;
  if (!packed) return tried;
  const std::uint64_t length = packed->size();
  const std::string_view version = asset.version();
  tried->variants[index_of(coding)] = make_variant(
      *tried, coding, {std::make_shared<const std::string>(*std::move(packed)), nullptr, length},
      std::string(version.substr(1, version.size() - 2)));
  return tried;
}

}  // namespace assets
