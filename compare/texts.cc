#include "compare/texts.h"

#include <span>
#include <utility>

#include "compare/decoder.h"
#include "compare/module_imports.h"

namespace lab {
namespace {

// Addresses with random queries would fill a shelf without end.
constexpr std::size_t most = 4096;

std::string decoded(const Texts::Coded& coded) {
  const auto decoder = make_decoder(coded.encoding);
  std::string plain;
  if (!decoder) return plain;
  decoder->decode(std::as_bytes(std::span(coded.content)), plain);
  return plain;
}

}  // namespace

template <typename Said>
std::shared_ptr<const Said> Texts::read(Shelf<Said>& shelf, const Coded& coded,
                                        const std::function<Said(std::string_view)>& reader) {
  if (shelf.size() >= most && !shelf.contains(coded.target)) shelf.clear();
  Read<Said>& kept = shelf[coded.target];
  const bool same = kept.said && kept.content == coded.content && kept.encoding == coded.encoding;
  if (!same) {
    kept = {std::string(coded.content), std::string(coded.encoding),
            std::make_shared<const Said>(reader(decoded(coded)))};
  }
  return kept.said;
}

std::shared_ptr<const hints::Stylesheet> Texts::style(const Coded& coded) {
  return read<hints::Stylesheet>(styles_, coded, hints::read_css);
}

std::shared_ptr<const std::vector<std::string>> Texts::imports(const Coded& coded) {
  return read<std::vector<std::string>>(modules_, coded, module_imports);
}

std::shared_ptr<const Texts::Page> Texts::page(const std::string& target) const {
  const auto found = pages_.find(target);
  return found == pages_.end() ? nullptr : found->second;
}

void Texts::keep(const std::string& target, Page page) {
  if (pages_.size() >= most) pages_.clear();
  pages_[target] = std::make_shared<const Page>(std::move(page));
}

}  // namespace lab
