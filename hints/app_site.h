// AppSite: the files of a site with an app server behind them: what is no file is as the app was
// seen to answer it.
#pragma once

#include "hints/learned_source.h"
#include "hints/site.h"

namespace hints {

class AppSite final : public Site {
 public:
  // Both must outlive the site.
  AppSite(Site& files, LearnedSource& learned) : files_(files), learned_(learned) {}

  std::optional<Page> resolve(std::string_view path) override;
  std::optional<AssetInfo> asset(std::string_view path) override;
  std::optional<std::string> text(std::string_view path, std::size_t limit) override;
  std::vector<SaidLink> links(std::string_view path) override { return files_.links(path); }
  std::vector<std::string> learned_links(std::string_view path) override;
  std::optional<Unserved> unserved(std::string_view path, std::size_t limit) override {
    return files_.unserved(path, limit);
  }
  std::string unserved_version(std::string_view path) override {
    return files_.unserved_version(path);
  }

 private:
  Site& files_;
  LearnedSource& learned_;
};

}  // namespace hints
