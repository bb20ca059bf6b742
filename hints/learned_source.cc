#include "hints/learned_source.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "hints/html_source.h"
#include "hints/route.h"
#include "hints/target.h"
#include "server/http/headers.h"
#include "server/http/link.h"

namespace hints {
namespace {

std::size_t bytes_of(const std::vector<std::string>& texts) {
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size() + sizeof(std::string);
  return bytes;
}

// Changes when something changes that a plan is made of, not with every word on the page.
std::string version_of(const HtmlPage& page) {
  std::string all = page.base + (page.import_map ? "\n1" : "\n0");
  for (const HtmlReference& one : page.references) {
    all += '\n' + std::to_string(static_cast<int>(one.kind));
    for (const std::string* text : {&one.url, &one.text, &one.as, &one.type, &one.media,
                                    &one.integrity, &one.fetch_priority}) {
      all.append("\t").append(*text);
    }
    all.append("\t").append(one.crossorigin.value_or("-")).append(one.image_set ? "1" : "0");
  }
  return "learned " + std::to_string(std::hash<std::string>{}(all));
}

// Styles and scripts are of the build; images and data may be of the visitor.
std::vector<std::string> addresses(const HtmlPage& page) {
  std::vector<std::string> urls;
  for (const HtmlReference& one : page.references) {
    if (one.kind != HtmlReference::Kind::preload && !one.url.empty()) urls.push_back(one.url);
  }
  return urls;
}

std::vector<std::string> addresses(const std::vector<std::string>& links) {
  std::vector<std::string> urls;
  for (const std::string& text : links) {
    const auto link = http::parse_link(text);
    const std::string_view as = link ? link->get("as").value_or("") : "";
    if (as == "style" || as == "script") urls.push_back(link->target);
  }
  return urls;
}

// What pages name and deployments exchange; images and data may come and go by themselves.
bool is_part_of_build(const AssetInfo& asset) {
  const std::string type = http::to_lower(asset.media_type);
  return type.starts_with("text/css") || type.starts_with("font/") ||
         type.find("javascript") != std::string::npos;
}

bool is_hash(std::string_view word) {
  static constexpr std::size_t shortest = 6;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const bool mixed = std::ranges::any_of(word, upper) && std::ranges::any_of(word, lower);
  return word.size() >= shortest && (mixed || std::ranges::any_of(word, digit)) &&
         std::ranges::all_of(word,
                             [&](char c) { return digit(c) || upper(c) || lower(c) || c == '_'; });
}

// "/assets/app-1f3a9c2b.js" -> "/assets/app-*.js"; a query as a whole is one word.
std::string stem_of(std::string_view url) {
  std::string stem;
  bool hashed = false;
  while (!url.empty()) {
    const auto end = std::min(url.find_first_of("/.-?=&"), url.size());
    const std::string_view word = url.substr(0, end);
    const bool hash = is_hash(word);
    hashed |= hash;
    stem += hash ? "*" : word;
    if (end < url.size()) stem += url[end];
    url.remove_prefix(std::min(end + 1, url.size()));
  }
  return hashed ? stem : "";
}

std::vector<std::string> difference(const std::vector<std::string>& all,
                                    const std::vector<std::string>& without) {
  std::vector<std::string> rest;
  for (const std::string& one : all) {
    if (std::ranges::find(without, one) == without.end()) rest.push_back(one);
  }
  return rest;
}

}  // namespace

bool names_new_build(const std::vector<std::string>& old, const std::vector<std::string>& fresh) {
  std::vector<std::string> stems;
  for (const std::string& gone : difference(old, fresh)) stems.push_back(stem_of(gone));
  return std::ranges::any_of(difference(fresh, old), [&](const std::string& come) {
    const std::string stem = stem_of(come);
    return !stem.empty() && std::ranges::find(stems, stem) != stems.end();
  });
}

LearnedSource::LearnedSource(net::Loop& loop, Deployment& deployment, Options options)
    : loop_(loop),
      deployment_(deployment),
      options_(std::move(options)),
      pages_({options_.pages, options_.page_bytes}),
      assets_({options_.assets, options_.asset_bytes}) {}

// ------------------------------------------------------------------------------------- the build

void LearnedSource::manifest_is(std::string_view version) {
  if (manifest_ == version) return;
  manifest_ = version;
  deployment_.shows(Deployment::Sign::manifest, version);
}

bool LearnedSource::saw_build(const http::Headers& answer) {
  if (options_.build_field.empty()) return false;
  const auto name = answer.get(options_.build_field);
  if (!name) return false;
  if (field_ != name) {
    field_ = name;
    deployment_.shows(Deployment::Sign::field, *name);
  }
  return true;
}

// ------------------------------------------------------------------------------------------ pages

LearnedSource::LearnedPage* LearnedSource::of_route(std::string_view path) {
  LearnedPage* page = pages_.find(route_of(path));
  return page != nullptr && page->build == build() ? page : nullptr;
}

LearnedSource::LearnedPage* LearnedSource::known(std::string_view path) {
  LearnedPage* page = of_route(path);
  if (page == nullptr || outdated(*page)) return nullptr;
  return page->path == path || page->shared ? page : nullptr;
}

bool LearnedSource::outdated(const LearnedPage& page) const {
  return page.build != build() || loop_.now() - page.learned > options_.age;
}

void LearnedSource::keep(LearnedPage page) {
  const std::string route = route_of(page.path);
  const std::size_t bytes = sizeof(LearnedPage) + page.path.size() + page.html.size() +
                            page.signature.size() + bytes_of(page.named) + bytes_of(page.links);
  page.build = build();
  page.learned = loop_.now();
  pages_.put(route, std::move(page), bytes);
}

std::vector<std::string> LearnedSource::bounded(std::vector<std::string> links) const {
  std::vector<std::string> kept;
  std::size_t bytes = 0;
  for (std::string& link : links) {
    bytes += link.size();
    if (bytes > options_.link_bytes) break;
    if (std::ranges::find(kept, link) == kept.end()) kept.push_back(std::move(link));
  }
  return kept;
}

void LearnedSource::saw_links(std::string_view path, std::vector<std::string> links,
                              unsigned build) {
  if (build != deployment_.number()) return;
  links = bounded(std::move(links));
  LearnedPage* page = of_route(path);
  const bool same = page != nullptr && page->path == path;
  if (same && names_new_build(addresses(page->links), addresses(links))) deployment_.changed();
  const bool current = page != nullptr && !outdated(*page);
  if (current && page->links == links) {
    // Whether another page is alike, its text will show, if texts of this route are read.
    page->shared |= !same && page->version.empty();
    if (same || page->shared) page->learned = loop_.now();
    return;
  }
  const bool goes_on = same && current;
  if (links.empty() && !goes_on) {
    if (current) page->shared = false;
    return;
  }
  LearnedPage fresh;
  if (goes_on) fresh = std::move(*page);
  fresh.path = path;
  fresh.links = std::move(links);
  fresh.shared = false;
  keep(std::move(fresh));
}

bool LearnedSource::may_read() {
  if (loop_.now() - second_ >= std::chrono::seconds(1)) {
    second_ = loop_.now();
    read_this_second_ = 0;
  }
  return read_this_second_++ < options_.readings;
}

std::string LearnedSource::signature_of(const http::Response& answer) {
  std::string signature;
  for (const auto name : {"etag", "last-modified"}) {
    signature.append(answer.field(name).value_or("")).append("|");
  }
  const auto length = answer.body ? answer.body->length() : std::nullopt;
  return signature + (length ? std::to_string(*length) : "");
}

bool LearnedSource::wants_page(std::string_view path, const http::Response& answer) {
  const LearnedPage* page = known(path);
  const bool fresh = page != nullptr && page->path == path && !page->version.empty() &&
                     loop_.now() - page->read < options_.reread &&
                     page->signature == signature_of(answer);
  return !fresh && may_read();
}

void LearnedSource::saw_page(std::string_view path, std::string signature, std::string html,
                             std::vector<std::string> links, unsigned build) {
  if (html.size() > options_.text_bytes || build != deployment_.number()) return;
  links = bounded(std::move(links));
  const HtmlPage read = read_html(html);
  const std::string version = version_of(read);
  std::vector<std::string> named = addresses(read);
  LearnedPage* page = of_route(path);
  const bool same = page != nullptr && page->path == path;
  if (same && names_new_build(page->named, named)) deployment_.changed();
  LearnedPage fresh;
  const bool alike =
      page != nullptr && !outdated(*page) && page->version == version && page->links == links;
  if (alike) {
    // The text that the plan was made of stays, and so the plan.
    fresh = std::move(*page);
    fresh.shared |= !same;
  } else {
    fresh.path = path;
    fresh.version = version;
    fresh.html = std::move(html);
    fresh.named = std::move(named);
    fresh.links = std::move(links);
  }
  if (fresh.path == path) {
    fresh.signature = std::move(signature);
    fresh.read = loop_.now();
  }
  keep(std::move(fresh));
}

std::optional<Page> LearnedSource::page(std::string_view path) {
  const LearnedPage* page = known(path);
  if (page == nullptr || page->version.empty()) return std::nullopt;
  return Page{page->path, page->version, true};
}

std::vector<std::string> LearnedSource::links(std::string_view path) {
  const LearnedPage* page = known(path);
  return page == nullptr ? std::vector<std::string>() : page->links;
}

// ----------------------------------------------------------------------------------------- assets

void LearnedSource::saw_asset(std::string_view path, const http::Response& answer) {
  LearnedAsset asset;
  asset.learned = loop_.now();
  const auto field = [&](std::string_view name) {
    return std::string(answer.field(name).value_or(""));
  };
  const int status = answer.status;
  if (status == 404 || status == 410) {
    asset.seen = Seen::missing;
  } else if (status == 301 || status == 302 || status == 307 || status == 308) {
    asset.info.redirect = field("location");
    asset.info.version = "to " + asset.info.redirect;
  } else if (status != 200) {
    return;  // says nothing of what the next answer will be
  } else {
    asset.info.media_type = field("content-type");
    asset.info.cache_control = answer.fields.joined("cache-control");
    asset.info.last_modified = answer.field("last-modified").has_value();
    asset.info.version = "seen " + signature_of(answer) + asset.info.cache_control;
    const auto length = answer.body ? answer.body->length() : std::nullopt;
    asset.info.bytes = length.value_or(0);
  }
  const LearnedAsset* known = assets_.find(path);
  if (known != nullptr && known->info.version == asset.info.version) asset.css = known->css;
  const bool gone = known != nullptr && known->seen == Seen::there && is_part_of_build(known->info);
  if (gone && asset.seen == Seen::missing) deployment_.changed();
  const std::size_t bytes = sizeof(LearnedAsset) + asset.info.version.size() +
                            asset.info.cache_control.size() + asset.info.redirect.size() +
                            asset.css.size();
  assets_.put(path, std::move(asset), bytes);
}

bool LearnedSource::wants_stylesheet(std::string_view path) {
  const LearnedAsset* asset = assets_.find(path);
  return asset != nullptr && asset->css.empty();
}

void LearnedSource::saw_stylesheet(std::string_view path, std::string css) {
  const LearnedAsset* asset = assets_.find(path);
  if (asset == nullptr || css.size() > options_.text_bytes) return;
  LearnedAsset fresh = *asset;
  fresh.css = std::move(css);
  const std::size_t bytes = sizeof(LearnedAsset) + fresh.info.version.size() + fresh.css.size();
  assets_.put(path, std::move(fresh), bytes);
}

LearnedSource::Sight LearnedSource::asset(std::string_view path) {
  const LearnedAsset* asset = assets_.find(path);
  if (asset == nullptr || loop_.now() - asset->learned > options_.age) return {};
  return {asset->seen, asset->info};
}

std::optional<std::string> LearnedSource::text(std::string_view path) {
  if (const LearnedAsset* asset = assets_.find(path); asset != nullptr && !asset->css.empty()) {
    return asset->css;
  }
  const LearnedPage* page = known(path);
  if (page == nullptr || page->path != path || page->html.empty()) return std::nullopt;
  return page->html;
}

}  // namespace hints
