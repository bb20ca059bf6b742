#include "cli/hint_memory.h"

#include <catch2/catch.hpp>

TEST_CASE("a study that a refused reload asked for leaves the one that is under way alone") {
  net::Loop loop(net::Loop::Time::manual);
  const net::Signer signer;
  cli::Config config;
  config.hints.experiment = "early-hints vs link";
  cli::HintMemory memory(loop, signer, config);
  const hints::FieldStudy* const study = memory.study_of(config);
  REQUIRE(study);
  cli::Config other = config;
  other.hints.experiment = "push vs link";
  CHECK(memory.options(other).study != study);  // and is never used
  const auto told = memory.report().field;
  CHECK((told && told->experiment.arms[0].name == "early-hints"));
  CHECK(memory.study_of(config) == study);
}
