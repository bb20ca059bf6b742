// Stands for cli/serve.cc in a build without it, so that every other command can be built and
// tried.
#include "cli/serve.h"

namespace cli {

int serve(const Config&) {
  throw net::Error("this build cannot serve: it was made without a server");
}

}  // namespace cli
