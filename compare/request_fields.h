// The fields of a browser's requests: what fetch metadata, `accept` and `priority` say of a want.
#pragma once

#include <string>

#include "compare/store.h"
#include "compare/takes.h"
#include "compare/want.h"
#include "server/http/headers.h"

namespace lab {

struct Requester {
  std::string authority;  // "app.test:8443"
  std::string page;       // target of the document
  Takes takes;
};

// With the pseudo-header fields first. `validate`: what the cache has, to be asked about; or null.
http::Headers request_fields(const Requester& requester, const Want& want, const Stored* validate);

http::Headers event_stream_fields(const Requester& requester, const std::string& target);

}  // namespace lab
