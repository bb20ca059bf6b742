// Renewal: that [serve] user, whom root becomes, can renew the development certificate, though its
// folder was root's. Each does nothing where a certificate is named.
#pragma once

#include "cli/config.h"

namespace cli {

// Throws net::Error if that user cannot come to the folder of the development certificate.
void require_enterable_state(const Config& config);

// As root: gives the folder to that user. For a renewal, and for a process that takes over, the
// folder stays this one wherever HOME is. Throws as above.
void give_state(const Config& config);

// As that user. Throws net::Error if the certificate cannot be read or made.
void require_renewable(const Config& config);

}  // namespace cli
