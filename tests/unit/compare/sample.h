// A comparison made by arithmetic instead of measurement, for tests of what is written about it.
#pragma once

#include <string>
#include <vector>

#include "compare/result.h"

namespace lab {

inline Estimate about(double median, double spread) {
  return {.low = median - spread, .median = median, .high = median + spread};
}

inline PageLoad sample_load(const Conditions& conditions, Arm arm, Milliseconds render_ready) {
  const Milliseconds start = 2 * conditions.round_trip;
  PageLoad load;
  load.connected = start;
  if (arm == Arm::early_hints) load.early_hints = start + conditions.round_trip;
  load.final_headers = start + conditions.round_trip + conditions.think;
  load.document = *load.final_headers + 5;
  load.render_ready = render_ready;
  load.load = render_ready + 30;
  load.sent = 1200;
  load.received = 160'000;
  Resource page;
  page.target = "/";
  page.kind = Kind::document;
  page.urgency = 0;
  page.blocking = true;
  page.status = 200;
  page.requested = start;
  page.first_byte = load.final_headers;
  page.complete = load.document;
  page.content = 9000;
  Resource style;
  style.target = "/assets/a-very-long-name-of-a-stylesheet-1a2b3c4d.css";
  style.kind = Kind::style;
  style.blocking = true;
  style.status = 200;
  style.discovered = load.document;
  style.requested = load.document;
  if (arm == Arm::early_hints) style.hinted = style.discovered = style.requested = load.early_hints;
  if (arm == Arm::push) style.promised = start + conditions.round_trip;
  style.first_byte = render_ready - 8;
  style.complete = render_ready;
  style.content = 84'000;
  style.from = arm == Arm::push ? From::push : From::network;
  load.resources = {page, style};
  return load;
}

inline ArmResult sample_arm(const Conditions& conditions, Arm arm, Milliseconds plain,
                            Milliseconds gain) {
  ArmResult result;
  result.arm = arm;
  for (int i = 0; i < 3; ++i)
    result.loads.push_back(sample_load(conditions, arm, plain - gain + i));
  result.representative = 1;
  result.render_ready = about(plain - gain + 1, 1);
  result.load = about(plain - gain + 31, 1);
  result.render_gain = about(gain, 2);
  result.load_gain = about(gain, 2);
  result.pairs = arm == Arm::none ? 0 : least_pairs;
  result.verdict = gain > 2 ? Verdict::better : gain < -2 ? Verdict::worse : Verdict::equal;
  if (arm != Arm::none) result.model_gain = gain;
  if (arm == Arm::push && conditions.cache == Cache::warm) result.wasted = about(84'000, 0);
  return result;
}

// Early Hints save as much as the server thinks, push the same and a tenth more.
inline Comparison sample_comparison() {
  PageResult page{.path = "/", .cells = {}};
  for (const Cache cache : {Cache::cold, Cache::warm}) {
    for (const Milliseconds round_trip : {20.0, 100.0}) {
      for (const Milliseconds think : {0.0, 200.0}) {
        Conditions conditions;
        conditions.round_trip = round_trip;
        conditions.think = think;
        conditions.cache = cache;
        const Milliseconds plain = 4 * round_trip + think + 60;
        const bool cold = cache == Cache::cold;
        page.cells.push_back({.conditions = conditions, .arms = {}});
        for (const Arm arm : {Arm::none, Arm::link, Arm::early_hints, Arm::push}) {
          const Milliseconds gain = !cold                     ? 0
                                    : arm == Arm::early_hints ? think * 0.95
                                    : arm == Arm::push        ? think * 0.95 + round_trip * 0.05
                                                              : 0;
          page.cells.back().arms.push_back(sample_arm(conditions, arm, plain, gain));
        }
      }
    }
  }
  Comparison comparison;
  comparison.setup = {.version = "0.1.0",
                      .target = "dist",
                      .server = "herald, in this process",
                      .loader = "herald's loader",
                      .offered = {},
                      .command = "herald compare dist --seed 7",
                      .seed = 7,
                      .runs = 3,
                      .machine = "a machine",
                      .date = "2026-11-25T00:00:00Z",
                      .seconds = 12,
                      .interrupted = false};
  comparison.pages = {page};
  return comparison;
}

}  // namespace lab
