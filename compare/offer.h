// Offer: what a server was seen to do, by the loads that asked it.
#pragma once

#include <string>

namespace lab {

struct Offer {
  std::string server;  // its `server` field; empty if it has none
  bool links = false;
  bool early_hints = false;
  bool pushes = false;
};

}  // namespace lab
