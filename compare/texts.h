// Texts: what pages, styles and modules say, read once for each content however many loads bring it
// again. One for each thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compare/page_elements.h"
#include "hints/css_source.h"

namespace lab {

class Texts {
 public:
  // As it came, in its content coding; what cannot be decoded says nothing.
  struct Coded {
    const std::string& target;
    std::string_view encoding;
    std::string_view content;
  };
  std::shared_ptr<const hints::Stylesheet> style(const Coded& coded);
  // See module_imports().
  std::shared_ptr<const std::vector<std::string>> imports(const Coded& coded);

  struct Page {
    std::string html;
    std::vector<PageElement> elements;
  };
  // The whole page that was last kept for the target; null if there is none.
  std::shared_ptr<const Page> page(const std::string& target) const;
  void keep(const std::string& target, Page page);

 private:
  template <typename Said>
  struct Read {
    std::string content;  // that it was read from
    std::string encoding;
    std::shared_ptr<const Said> said;
  };
  template <typename Said>
  using Shelf = std::unordered_map<std::string, Read<Said>>;
  template <typename Said>
  static std::shared_ptr<const Said> read(Shelf<Said>& shelf, const Coded& coded,
                                          const std::function<Said(std::string_view)>& reader);

  Shelf<hints::Stylesheet> styles_;
  Shelf<std::vector<std::string>> modules_;
  std::unordered_map<std::string, std::shared_ptr<const Page>> pages_;
};

}  // namespace lab
