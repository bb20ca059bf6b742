#include "hints/planner.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "hints/target.h"

namespace hints {
namespace {

// What keeping the plan costs, near enough.
std::size_t footprint(const Plan& plan) {
  std::size_t bytes = sizeof(Plan) + plan.hinted_targets.size() + plan.withheld_targets.size();
  for (const http::Field field : plan.links) bytes += field.name.size() + field.value.size();
  for (const Item& item : plan.items) {
    bytes += sizeof(Item) + item.target.size() + item.integrity.size() + item.version.size() +
             item.mention.file.size();
    for (const Mention& also : item.also) bytes += sizeof(Mention) + also.file.size();
  }
  for (const Withheld& one : plan.withheld) {
    bytes += sizeof(Withheld) + one.target.size() + one.mention.file.size();
  }
  return bytes;
}

}  // namespace

Planner::Planner(Site& site, net::Loop& loop, Options options)
    : loop_(loop), builder_(site, std::move(options.build)), options_(std::move(options)) {}

bool Planner::current(Entry& entry, std::string_view version) {
  if (entry.version != version) return false;
  if (loop_.now() - entry.checked < options_.recheck) return true;
  entry.checked = loop_.now();
  return std::ranges::all_of(entry.dependencies, [&](const PlanBuilder::Dependency& file) {
    if (file.kind == PlanBuilder::Dependency::Kind::unserved) {
      return builder_.site().unserved_version(file.path) == file.version;
    }
    const std::optional<AssetInfo> asset = builder_.site().asset(file.path);
    return (asset ? std::string_view(asset->version) : "") == file.version;
  });
}

Planner::Entry* Planner::find(const std::string& key, std::string_view version) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (!current(*entry, version)) {
    drop(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return &*entry;
}

void Planner::drop(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

void Planner::keep(Entry entry) {
  if (entry.bytes > options_.bytes) return;
  if (const auto old = by_key_.find(entry.key); old != by_key_.end()) drop(old->second);
  bytes_ += entry.bytes;
  entries_.push_front(std::move(entry));
  by_key_.emplace(entries_.front().key, entries_.begin());
  while (entries_.size() > options_.plans || bytes_ > options_.bytes) drop(--entries_.end());
}

std::shared_ptr<const Plan> Planner::plan(std::string_view path) {
  const std::optional<Page> page = builder_.site().resolve(path);
  const std::vector<std::size_t> matches =
      builder_.configured().matches(path, page ? std::string_view(page->path) : "");
  const std::vector<SaidLink> links = builder_.site().links(path);
  const std::vector<std::string> learned = builder_.site().learned_links(path);
  if (!page && matches.empty() && learned.empty()) return nullptr;

  std::string key = page ? page->path : "";
  for (const std::size_t match : matches) key.append(1, '\n').append(std::to_string(match));
  for (const SaidLink& link : links) key.append(1, '\n').append(link.value);
  for (const std::string& link : learned) key.append(1, '\n').append(link);
  const std::string version = page ? page->version : "";
  const std::string_view directory = directory_of(path);
  // A page with relative addresses that answers many directories (a single-page app) has a plan for
  // each; the first keeps the plain key.
  Entry* known = find(key, version);
  if (known != nullptr && known->relative && known->directory != directory) {
    key.append("\n").append(directory);
    known = find(key, version);
  }
  if (known != nullptr) return known->plan;

  PlanBuilder::Built built = builder_.build(page ? &*page : nullptr, matches, links, path);
  auto plan = std::make_shared<const Plan>(std::move(built.plan));
  std::size_t bytes = sizeof(Entry) + 2 * key.size() + footprint(*plan);
  for (const auto& file : built.dependencies) bytes += file.path.size() + file.version.size() + 64;
  keep({std::move(key), version, std::string(directory), built.relative,
        std::move(built.dependencies), loop_.now(), bytes, plan});
  return plan;
}

}  // namespace hints
