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

  // For handlers of a configuration that is used, or is to be used next.
  hints::HintingHandler::Options options(const Config& config);
  // Likewise; null: nothing is to be tried. A study goes on as long as its experiment stays.
  hints::FieldStudy* study_of(const Config& config);
  // From now on as this configuration has it.
  void use(const Config& config);

  hints::Judgement& judgement() { return judgement_; }
  HintTotals::Report report();

 private:
  struct Study {
    Study(const std::string& text, const hints::Experiment& tried);
    std::string experiment;
    hints::FieldStudy study;
  };

  Study* find_or_begin(const std::string& text);  // null: no experiment

  const net::Signer& signer_;
  hints::Judgement judgement_;
  hints::Interleaving interleaving_;
  std::list<Study> studies_;  // the latest last; requests may still be held that refer to others
  Study* used_ = nullptr;     // the last that was used; null: none was
  bool studying_ = false;     // it is under way
};

}  // namespace cli
