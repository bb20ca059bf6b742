#include "hints/manifest_source.h"

#include <algorithm>
#include <utility>

#include "hints/configured_source.h"
#include "hints/target.h"

namespace hints {
namespace {

constexpr std::size_t longest_manifest = std::size_t{8} * 1024 * 1024;

class Reading {
 public:
  explicit Reading(const Found& page) : page_(page) {}

  void read(const Item& script, const Manifest& manifest) {
    const std::string_view path = path_of(script.target);
    const std::string_view file =
        file_in_manifest(path, [&](std::string_view name) { return manifest.has_chunk(name); });
    if (file.empty()) return;
    const std::string base(path.substr(0, path.size() - file.size()));
    take(script, script.target, manifest, file);
    for (const Manifest::Piece& piece : manifest.reach(file)) {
      const Mention mention{Source::manifest, std::string(ManifestSource::client_path), piece.line};
      add(script, piece.kind, base + piece.file, mention);
    }
  }

  void read(const Item& item, const SsrManifest& manifest) {
    const Mention mention{Source::manifest, std::string(ManifestSource::ssr_path), 0};
    for (const std::string& file : manifest.companions(path_of(item.target))) {
      const As as = as_of(file);
      if (as == As::style || as == As::script) continue;  // the page has those that it needs
      add(item, Manifest::Piece::Kind::asset, file, mention);
    }
  }

  ManifestSource::Told told() && { return std::move(told_); }

 private:
  using Kind = Manifest::Piece::Kind;

  static As as_of(std::string_view file) {
    const auto item = configured_item(file);
    return item ? item->as : As::fetch;
  }

  // The script itself, so that its source is told.
  void take(const Item& script, const std::string& target, const Manifest& manifest,
            std::string_view file) {
    if (known(target)) return;
    Item item = script;
    item.mention = {Source::manifest, std::string(ManifestSource::client_path),
                    manifest.line_of(file)};
    told_.items.push_back(std::move(item));
  }

  bool known(std::string_view target) const {
    const auto is = [&](const auto& one) { return one.target == target; };
    return std::ranges::any_of(told_.items, is) || std::ranges::any_of(told_.withheld, is);
  }

  // What the page itself has decided of it; null if it does not name it.
  const Item* on_page(std::string_view target) const {
    const auto found = std::ranges::find(page_.items, target, &Item::target);
    return found == page_.items.end() ? nullptr : &*found;
  }
  bool page_withholds(std::string_view target) const {
    return std::ranges::find(page_.withheld, target, &Withheld::target) != page_.withheld.end();
  }

  void add(const Item& by, Kind kind, const std::string& address, const Mention& mention) {
    // Configured: as pages usually fetch what has that extension.
    auto item = configured_item(address);
    const std::string target = item ? item->target : address;
    if (known(target) || page_withholds(target)) return;
    if (const Item* own = on_page(target)) item = *own;
    const bool named = on_page(target) != nullptr;
    const auto withhold = [&](Reason reason) {
      told_.withheld.push_back({target, reason, mention});
    };
    if (!item) return withhold(Reason::unsure);
    item->mention = mention;
    if (!named) {
      if (kind == Kind::style) return withhold(Reason::not_on_page);
      if (kind == Kind::asset && item->as == As::font) return withhold(Reason::unused_font);
      const bool sure =
          kind == Kind::chunk || item->as == As::image || extension_of(target) == "wasm";
      if (!sure) return withhold(Reason::unsure);
      if (kind == Kind::chunk) {
        if (page_.import_map) return withhold(Reason::import_map);
        // Imports are fetched as the module that imports them.
        item->rel = Rel::modulepreload;
        item->cors = by.cors == Cors::none ? Cors::anonymous : by.cors;
        item->urgency = by.urgency;
      }
    }
    told_.items.push_back(std::move(*item));
  }

  const Found& page_;
  ManifestSource::Told told_;
};

}  // namespace

void ManifestSource::refresh() {
  const auto read = [&](std::string_view path, std::string& version, auto& manifest) {
    const auto file = site_.unserved(path, longest_manifest);
    if (file && file->version == version) return;
    using Kind = std::remove_reference_t<decltype(manifest)>;
    manifest = file ? Kind(file->text) : Kind();
    version = file ? file->version : "";
  };
  read(client_path, client_version_, client_);
  read(ssr_path, ssr_version_, ssr_);
}

ManifestSource::Told ManifestSource::read(const Found& page) {
  refresh();
  Reading reading(page);
  if (!client_.empty()) {
    for (const Item& item : page.items) {
      if (item.rel == Rel::modulepreload || item.as == As::script) reading.read(item, client_);
    }
  }
  if (!ssr_.empty()) {
    for (const Item& item : page.items) reading.read(item, ssr_);
  }
  return std::move(reading).told();
}

}  // namespace hints
