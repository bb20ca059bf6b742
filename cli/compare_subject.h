// CompareSubject: what is compared, and how it is loaded: a folder in virtual time, a folder in a
// real browser, or a running server in real time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/config.h"
#include "compare/address.h"
#include "compare/browser_bench.h"
#include "compare/runner.h"
#include "compare/url_bench.h"
#include "compare/virtual_bench.h"

namespace cli {

struct CompareSubject {
  lab::Runner::MakeBench make_bench;
  std::size_t threads = 1;
  std::size_t warm_up = 0;       // rounds
  std::vector<lab::Arm> arms{};  // that can be told apart there
  std::string server;
  // Known once it has loaded: a browser says what it is only then.
  std::function<std::string()> loader;
  std::vector<std::string> offered{};
};

// The sites of `config`, which must outlive what it gives.
lab::VirtualBench::MakeSite site_maker(const Config& config);

// `config` must outlive the subject; so for the next.
CompareSubject virtual_subject(const Config& config, const lab::VirtualBench::Options& options);
CompareSubject browser_subject(const Config& config, const lab::BrowserBench::Options& options);
// Loads each page once, to see what is offered. Throws net::Error if one cannot be loaded, or has
// no assets, or nothing is offered.
CompareSubject url_subject(const lab::Url& url, const lab::UrlBench::Options& options,
                           const std::vector<std::string>& pages);

// Throws net::Error if ROOT is no folder, has no such page, or nothing of one can be told.
void require_pages(const Config& config, const hints::PlanBuilder::Options& plan,
                   const std::vector<std::string>& pages);

}  // namespace cli
