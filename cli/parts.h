// What a Config means for each part: their Options, and what is shared by all workers.
#pragma once

#include "cli/admin.h"
#include "cli/config.h"
#include "hints/handler.h"
#include "hints/judgement.h"
#include "hints/learned_source.h"
#include "hints/plan_builder.h"
#include "proxy/handler.h"
#include "server/server.h"
#include "sse/authorization.h"
#include "sse/hub.h"
#include "static/asset_store.h"
#include "static/site_rules.h"

namespace cli {

// All throw net::Error in one sentence for what cannot be used.
server::Options server_options(const Config& config);
// Of a listener without TLS: a port alone is on every address.
net::Endpoint plain_endpoint(const std::string& text);
assets::AssetStore::Options store_options(const Config& config);
assets::SiteRules::Options rules_options(const Config& config);
hints::PlanBuilder::Options plan_options(const Config& config);
hints::Mode hints_mode(const Config& config);
hints::Judgement::Options judgement_options(const Config& config);
// Reads the file of admin tokens.
AdminOnly::Options admin_options(const Config& config);
// For a configuration with upstreams; the file of authorities is looked into.
proxy::ProxyHandler::Options proxy_options(const Config& config);
hints::LearnedSource::Options learned_options(const Config& config);
sse::Hub::Options hub_options(const Config& config, sse::Presence* presence);
// Reads the files of keys and tokens.
sse::Authorizer::Options authorizer_options(const Config& config);

}  // namespace cli
