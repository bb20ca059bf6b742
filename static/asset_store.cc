#include "static/asset_store.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "static/request_path.h"

namespace assets {
namespace {

constexpr std::string_view index_name = "index.html";
constexpr std::chrono::minutes between_complaints{1};

Outcome outcome_of(PathFault fault) {
  switch (fault) {
    case PathFault::malformed:
      return Outcome::bad_path;
    case PathFault::unmappable:
      return Outcome::unmappable;
    case PathFault::hidden:
      return Outcome::missing;
    case PathFault::too_long:
      return Outcome::too_long;
  }
  return Outcome::missing;
}

Outcome outcome_of(Root::Outcome outcome) {
  switch (outcome) {
    case Root::Outcome::file:
      return Outcome::found;
    case Root::Outcome::directory:
      return Outcome::directory;
    case Root::Outcome::missing:
      return Outcome::missing;
    case Root::Outcome::forbidden:
      return Outcome::forbidden;
    case Root::Outcome::busy:
      return Outcome::busy;
  }
  return Outcome::missing;
}

bool same_content(const Asset& a, const Sources& of_a, const Asset& b, const Sources& of_b) {
  return a.version() == b.version() && a.modified == b.modified &&
         std::ranges::all_of(compressing_codings, [&](Coding coding) {
           return of_a[index_of(coding)] == of_b[index_of(coding)];
         });
}

bool names_folder(std::string_view path) { return path.empty() || path.ends_with('/'); }

}  // namespace

AssetStore::AssetStore(net::Loop& loop, std::string root, const Options& options)
    : loop_(loop),
      root_(std::move(root), options.resolution),
      reader_(root_, options.reader),
      fresh_for_(options.fresh_for),
      root_checked_(loop.now()),
      entries_(options.most_assets, options.most_bytes),
      absences_(options.most_absences, options.most_absences * longest_path),
      background_(options.background),
      most_at_once_(options.most_at_once),
      complain_(options.complain) {}

Lookup AssetStore::find(std::string_view path) {
  // Names of assets held are known to be good: for these the path need not be taken apart.
  if (path.starts_with('/') && path.find('%') == std::string_view::npos) {
    name_ = path.substr(1);
    if (names_folder(name_)) name_ += index_name;
    const Entry* entry = entries_.find(name_);
    if (entry && fresh(entry->checked)) return {Outcome::found, entry->asset};
  }

  auto parsed = file_path(path);
  if (const auto* fault = std::get_if<PathFault>(&parsed)) return {outcome_of(*fault), nullptr};
  auto& name = std::get<std::string>(parsed);
  const bool folder = names_folder(name);
  if (folder) name += index_name;
  Lookup found = find_file(name);
  // A directory called index.html is no page, and must not be redirected to.
  if (folder && found.outcome == Outcome::directory) found.outcome = Outcome::missing;
  return found;
}

Lookup AssetStore::find_file(const std::string& name) {
  Entry* entry = entries_.find(name);
  if (entry && fresh(entry->checked)) return {Outcome::found, entry->asset};
  if (const Absence* absence = absences_.find(name); absence && fresh(absence->checked)) {
    return {absence->outcome, nullptr};
  }
  refresh_root();
  if (!entry) return read(name, std::nullopt);
  if (!entry->fresh_ink && reader_.unchanged(*entry->asset, entry->sources)) {
    entry->checked = loop_.now();
    return {Outcome::found, entry->asset};
  }
  return read(name, *entry);
}

Lookup AssetStore::read(const std::string& name, std::optional<Entry> known) {
  AssetReader::Made made = reader_.read(name);
  if (made.outcome == Root::Outcome::busy) {
    // Better what was true a second ago than nothing.
    return known ? Lookup{Outcome::found, known->asset} : Lookup{Outcome::busy, nullptr};
  }
  if (!made.asset) {
    const Outcome outcome = outcome_of(made.outcome);
    if (outcome == Outcome::forbidden) complain_of(name);
    entries_.erase(name);
    absences_.put(name, {outcome, loop_.now()}, name.size());
    return {outcome, nullptr};
  }
  absences_.erase(name);
  // Touched or looked at too early to be sure: what has been compressed is still good.
  if (known && same_content(*known->asset, known->sources, *made.asset, made.sources)) {
    made.asset = known->asset;
  }
  Entry entry{std::move(made.asset), made.sources, made.fresh_ink, loop_.now()};
  Lookup found{Outcome::found, entry.asset};
  keep(name, std::move(entry));
  return found;
}

void AssetStore::complain_of(const std::string& name) {
  if (!complain_ || (complained_ && loop_.now() - *complained_ < between_complaints)) return;
  complained_ = loop_.now();
  complain_(name + " in ROOT may not be read by the user who serves it: it is answered 403");
}

void AssetStore::keep(const std::string& name, Entry entry) {
  const std::size_t weight = entry.asset->weight();
  entries_.put(name, std::move(entry), weight);
}

void AssetStore::refresh_root() {
  if (fresh(root_checked_)) return;
  root_checked_ = loop_.now();
  root_.refresh();
}

AssetStore::Choice AssetStore::choose(const std::shared_ptr<const Asset>& asset,
                                      const AcceptedCodings& accepted) {
  for (const Coding coding : accepted) {
    const std::size_t index = index_of(coding);
    if (asset->variants[index]) return {asset->variants[index], std::nullopt};
    if (!asset->untried[index]) continue;
    const Entry* entry = entries_.find(asset->path);
    // Only what can be kept is worth the effort.
    if (entry && entry->asset == asset) return {nullptr, coding};
  }
  return {};
}

std::shared_ptr<const Variant> AssetStore::select(std::shared_ptr<const Asset> asset,
                                                  const AcceptedCodings& accepted) {
  for (;;) {
    Choice choice = choose(asset, accepted);
    if (!choice.untried) return choice.variant;
    asset =
        take(asset, *choice.untried, AssetReader::pack(asset->identity().content, *choice.untried));
  }
}

bool AssetStore::may_take_long(const Asset& asset) const {
  return background_ && asset.identity().content.length > most_at_once_ &&
         std::ranges::find(asset.untried, true) != asset.untried.end();
}

std::optional<Coding> AssetStore::to_make(const std::shared_ptr<const Asset>& asset,
                                          const AcceptedCodings& accepted) {
  if (!may_take_long(*asset)) return std::nullopt;
  return choose(asset, accepted).untried;
}

void AssetStore::make(const std::shared_ptr<const Asset>& asset, Coding coding,
                      std::function<void(const std::shared_ptr<const Asset>&)> made) {
  for (const auto& making : making_) {
    const bool same = making->coding == coding && making->asset->path == asset->path &&
                      making->asset->version() == asset->version();
    if (same) return making->waiting.push_back(std::move(made));
  }
  auto making = std::make_shared<Making>(Making{asset, coding, {}, std::nullopt});
  making->waiting.push_back(std::move(made));
  making_.push_back(making);
  background_->run(
      [making] {
        try {
          making->packed = AssetReader::pack(making->asset->identity().content, making->coding);
        } catch (const std::exception&) {  // no memory: as if it were of no use
        }
      },
      [this, making, present = std::weak_ptr(present_)] {
        if (!present.expired()) finish(*making);
      });
}

void AssetStore::finish(Making& making) {
  std::erase_if(making_, [&](const auto& each) { return each.get() == &making; });
  const auto made = take(making.asset, making.coding, std::move(making.packed));
  for (const auto& tell : making.waiting) tell(made);
}

// The asset with what was made of it. Another of its codings may have come to it meanwhile, or
// another version of the file: that one is kept then.
std::shared_ptr<const Asset> AssetStore::take(const std::shared_ptr<const Asset>& asset,
                                              Coding coding, std::optional<std::string> packed) {
  const Entry* entry = entries_.find(asset->path);
  const bool current = entry && entry->asset->version() == asset->version();
  auto made = AssetReader::with_packed(current ? *entry->asset : *asset, coding, std::move(packed));
  if (current) {
    Entry next = *entry;
    next.asset = made;
    keep(made->path, std::move(next));
  }
  return made;
}

}  // namespace assets
