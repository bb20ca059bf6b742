// Store: the loader's cache: what earlier loads of a page brought, and how much of it a load may
// use.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compare/scenario.h"

namespace lab {

// A whole answer, as it came.
struct Stored {
  std::string target;
  std::string type;      // content-type
  std::string encoding;  // content-encoding
  std::string etag;
  std::string last_modified;
  std::string content;  // empty where nobody will read it
};

class Store {
 public:
  // Holds what the first load of the page brought, in the page's order; later ones change nothing,
  // so that every run meets the same.
  void fill(std::vector<std::shared_ptr<const Stored>> answers);
  bool filled() const { return filled_; }

  enum class Freshness { fresh, to_validate };
  struct Hit {
    std::shared_ptr<const Stored> stored;
    Freshness freshness;
  };
  // What a load finds whose cache is in that state. `warm` takes what a server may have said of
  // freshness as said in good time: all is fresh.
  std::optional<Hit> find(std::string_view target, Cache state) const;

 private:
  std::vector<std::shared_ptr<const Stored>> answers_;
  bool filled_ = false;
};

}  // namespace lab
