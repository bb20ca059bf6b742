// HintMemory: what one worker's hints remember beyond a reload of the files: what visits have
// shown, pages that wait for their pushes, and the study that is under way.
#pragma once

#include <list>
#include <string>

#include "cli/config.h"
#include "cli/status.h"
#include "hints/field_study.h"
#include "hints/handler.h"
#include "hints/interleaving.h"
#include "hints/judgement.h"
#include "server/net/loop.h"
#include "server/net/signer.h"

namespace cli {

class HintMemory {
 public:
  // `loop` and `signer` must outlive this.
  HintMemory(net::Loop& loop, const net::Signer& signer, const Config& config);

  // From now on as this configuration has it. A study goes on as long as its experiment stays.
  void use(const Config& config);
  // For handlers of the configuration that was used last.
  hints::HintingHandler::Options options(const Config& config);

  hints::Judgement& judgement() { return judgement_; }
  // Null: nothing is being tried.
  hints::FieldStudy* study();
  HintTotals::Report report();

 private:
  struct Study {
    Study(const std::string& text, const hints::Experiment& tried);
    std::string experiment;
    hints::FieldStudy study;
  };

  const net::Signer& signer_;
  hints::Judgement judgement_;
  hints::Interleaving interleaving_;
  bool studying_ = false;
  std::list<Study> studies_;  // the latest last; requests may still be held that refer to others
};

}  // namespace cli
