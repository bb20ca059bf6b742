// FileSite: shows the files of an AssetStore to hints, which know nothing of how files are found.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hints/site.h"
#include "static/asset_store.h"
#include "static/handler.h"

namespace cli {

class FileSite final : public hints::Site {
 public:
  // `store` must outlive the site.
  FileSite(assets::AssetStore& store, assets::FileHandler::Spa spa) : store_(store), spa_(spa) {}

  std::optional<hints::Page> resolve(std::string_view path) override;
  std::optional<hints::AssetInfo> asset(std::string_view path) override;
  std::optional<std::string> text(std::string_view path, std::size_t limit) override;

 private:
  assets::AssetStore& store_;
  assets::FileHandler::Spa spa_;
};

}  // namespace cli
