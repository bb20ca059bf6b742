#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "prove/prover.h"

namespace prove {

std::string name_of(Mishap mishap) {
  switch (mishap) {
    case Mishap::kill:
      return "kill";
    case Mishap::stop:
      return "stop";
    case Mishap::restart:
      return "restart";
    case Mishap::partition:
      return "partition";
    case Mishap::store_kill:
      return "store-kill";
    case Mishap::store_stop:
      return "store-stop";
    case Mishap::store_restart:
      return "store-restart";
    case Mishap::store_cut:
      return "store-cut";
    case Mishap::store_partition:
      return "store-partition";
    case Mishap::store_flush:
      return "store-flush";
    case Mishap::fail_over:
      return "fail-over";
  }
  return {};
}

namespace {

// What whoever started the proof can do about one in which nothing came through; empty: something
// did.
std::string remedy(const Options& options, const Judgement& judgement) {
  const bool nothing = judgement.acknowledged == 0 ||
                       std::any_of(judgement.kinds.begin(), judgement.kinds.end(),
                                   [](const auto& kind) { return kind.second.events == 0; });
  if (options.urls.empty() || !nothing) return {};
  return fmt::format(
      "the nodes must be there, with certificates that are trusted (or --insecure), and --token "
      "must let publish to and read t0 to t{}\n",
      options.topics - 1);
}

}  // namespace

void print(std::ostream& out, const Options& options, const Proof& proof) {
  const Judgement& judgement = proof.judgement;
  std::string suffered;
  for (const auto& [name, times] : proof.mishaps) {
    suffered += fmt::format("{}{} x{}", suffered.empty() ? "" : ", ", name, times);
  }
  out << fmt::format("seed {}, {} s; mishaps: {}\n", options.seed, options.time.count(),
                     suffered.empty() ? "none" : suffered);
  out << fmt::format(
      "events acknowledged {}, refused {}, without an answer {}, published twice {}; epochs {}\n\n",
      judgement.acknowledged, proof.refused, proof.unsure, judgement.twice,
      judgement.epochs.size());
  out << fmt::format("{:<10}{:>9}{:>13}{:>10}{:>7}{:>7}{:>10}{:>15}\n", "", "readers",
                     "connections", "events", "gaps", "lost", "repeated", "needless gaps");
  for (const auto& [kind, tally] : judgement.kinds) {
    out << fmt::format("{:<10}{:>9}{:>13}{:>10}{:>7}{:>7}{:>10}{:>15}\n", kind, tally.readers,
                       tally.connections, tally.events, tally.gaps, tally.lost, tally.repeated,
                       tally.needless);
  }
  for (const std::string& violation : judgement.violations) out << "\n" << violation;
  const std::uint64_t count = judgement.violation_count;
  out << (count == 0 ? "\nnothing was lost or repeated without a word\n"
                     : fmt::format("\n{} violation{}\n", count, count == 1 ? "" : "s"));
  out << remedy(options, judgement);
}

}  // namespace prove
