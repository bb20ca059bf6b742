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
  const std::string& text = config.hints.experiment;
  const auto experiment = hints::Experiment::parse(text);
  studying_ = experiment.has_value();
  if (!studying_ || (!studies_.empty() && studies_.back().experiment == text)) return;
  studies_.emplace_back(text, *experiment);
}

hints::HintingHandler::Options HintMemory::options(const Config& config) {
  return {.mode = hints_mode(config),
          .judgement = &judgement_,
          .signer = &signer_,
          .interleaving = config.hints.interleave ? &interleaving_ : nullptr,
          .study = study()};
}

hints::FieldStudy* HintMemory::study() { return studying_ ? &studies_.back().study : nullptr; }

HintTotals::Report HintMemory::report() {
  HintTotals::Report report{hints::report(judgement_.routes(), HintTotals::most_routes), {}};
  if (const hints::FieldStudy* under_way = study()) {
    report.field = {under_way->experiment(), under_way->totals()};
  }
  return report;
}

}  // namespace cli
