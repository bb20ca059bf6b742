#include "server/h2/frame_budget.h"

namespace h2 {

double FrameBudget::price(const FrameHead& head) {
  switch (head.type) {
    case FrameType::data:
    case FrameType::headers:
      return 0;
    case FrameType::settings:
      return head.has(flag::ack) ? 0 : 2;
    case FrameType::push_promise:
      return 10;
    case FrameType::ping:
      return head.has(flag::ack) ? 0 : 1;
    case FrameType::window_update:
      return 0.02;
    case FrameType::continuation:
      return head.length > 0 ? 1 : 5;
    case FrameType::goaway:
    case FrameType::priority_update:
      return 0.5;
    default:
      return 1;  // PRIORITY, RST_STREAM and what nobody knows
  }
}

}  // namespace h2
