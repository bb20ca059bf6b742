#include "hints/usage.h"

#include <algorithm>

namespace hints {
namespace {

// Where even those who are told hardly ever ask, one may not conclude from the others.
constexpr double least_told = 0.2;

}  // namespace

void Share::add(std::size_t hits) {
  if (tries_ == memory) {
    tries_ /= 2;
    hits_ /= 2;
  }
  ++tries_;
  hits_ = static_cast<std::uint16_t>(hits_ + hits);
}

double Usage::need() const {
  if (untold_.tries() == 0) return 1;
  return std::min(1.0, untold_.rate() / std::max(least_told, told_.rate()));
}

bool Usage::demoted() const { return untold_.tries() >= enough && need() < 0.5; }

Usage::Turn Usage::turn(std::size_t place) const {
  if (demoted()) return Turn::demoted;
  if (turns_ < grace) return Turn::tell;
  const std::uint32_t period = untold_.tries() < enough ? while_young : when_known;
  return (turns_ + place) % period == grace ? Turn::leave_out : Turn::tell;
}

bool Usage::worth_a_push() const { return !push_demoted() || since_push_trial_ >= push_trial_; }

void Usage::turned() {
  ++turns_;
  if (push_demoted()) ++since_push_trial_;
}

void Usage::settle(Told told, Asked asked) {
  (told == Told::no ? untold_ : told_).add(asked == Asked::yes ? 1 : 0);
}

void Usage::push_ended(PushEnd end) {
  const bool cancelled = end == PushEnd::cut;
  const bool trial = push_demoted();
  if (trial && !cancelled) {
    cancelled_ = {};
    push_trial_ = first_push_trial;
  }
  if (trial && cancelled) push_trial_ = std::min(2 * push_trial_, last_push_trial);
  since_push_trial_ = 0;
  cancelled_.add(cancelled ? 1 : 0);
}

}  // namespace hints
