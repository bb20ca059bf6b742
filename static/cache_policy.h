// How long a file may be kept by caches: its cache-control, from its path and type alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assets {

struct CacheRule {
  // As in a shell, '*' matching '/' too; compared with the path under ROOT ("/assets/a.js"), or
  // with the file's name if it has no '/'.
  std::string glob;
  std::string value;  // of cache-control
};

// Whether the file's name holds a hash of its content, so that the file never changes.
//
// The name is looked at without what follows its last '.'. A hash is a piece between dots
// (main.8e3f2a1b.css), or what follows the last '-' or '_' of a piece (app-5GRKVJ6O.js), and has at
// least 8 characters, in which letters and digits take turns
//  - twice, if it is hexadecimal, all capitals, or 8 characters in mixed case (index-B4xyZk2Q.js),
//  - more often, if it is longer or in lower case: no "bootstrap5", "20240131", "iOS17Beta".
// Or it is 8 characters of base64url with '-' or '_' inside (index-BXy-_3k2.js) that are not made
// of words. Or, only in a folder of a bundler (assets, chunks, _next, _app, _astro), 8 letters in
// mixed case (index-DiwrgTda.js), as a fifth of Vite's hashes have no digit. A false "no" costs a
// revalidation; a false "yes" costs a year of staleness, so doubt means no.
bool hashed_name(std::string_view path);

class CachePolicy {
 public:
  // The first rule that matches wins. Throws net::Error if a value could not be a field's value.
  explicit CachePolicy(std::vector<CacheRule> rules = {});

  // `path` begins with '/'. Without a rule: HTML "no-cache", hashed names a year and immutable,
  // others a minute, as an asset told of by an early hint is fetched twice unless it is fresh in
  // the cache.
  std::string of(const std::string& path, std::string_view media_type) const;

 private:
  std::vector<CacheRule> rules_;
};

}  // namespace assets
