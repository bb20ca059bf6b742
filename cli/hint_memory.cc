#include "cli/hint_memory.h"

#include <random>

#include "cli/parts.h"

namespace cli {

HintMemory::Study::Study(const std::string& text, const hints::Experiment& tried)
    : experiment(text), study(tried, std::random_device{}()) {}

HintMemory::HintMemory(net::Loop& loop, const net::Signer& signer, const Config& config)
    : signer_(signer), judgement_(loop, judgement_options(config)), interleaving_(loop, {}) {
  use(config);
}

void HintMemory::use(const Config& config) {
  const hints::Judgement::Options judging = judgement_options(config);
  judgement_.use(judging.adaptive, judging.feedback);
  Study* const wanted = find_or_begin(config.hints.experiment);
  studying_ = wanted;
  if (wanted) used_ = wanted;
}

HintMemory::Study* HintMemory::find_or_begin(const std::string& text) {
  const auto experiment = hints::Experiment::parse(text);
  if (!experiment) return nullptr;
  if (used_ && used_->experiment == text) return used_;
  if (studies_.empty() || studies_.back().experiment != text) {
    studies_.emplace_back(text, *experiment);
  }
  return &studies_.back();
}

hints::HintingHandler::Options HintMemory::options(const Config& config) {
  return {.mode = hints_mode(config),
          .judgement = &judgement_,
          .signer = &signer_,
          .interleaving = config.hints.interleave ? &interleaving_ : nullptr,
          .study = study_of(config)};
}

hints::FieldStudy* HintMemory::study_of(const Config& config) {
  Study* const study = find_or_begin(config.hints.experiment);
  return study ? &study->study : nullptr;
}

HintTotals::Report HintMemory::report() {
  HintTotals::Report report{hints::report(judgement_.routes(), HintTotals::most_routes), {}};
  if (studying_) report.field = {used_->study.experiment(), used_->study.totals()};
  return report;
}

}  // namespace cli
