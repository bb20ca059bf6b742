// `herald token`: a token for whoever publishes or subscribes.
#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/command.h"
#include "cli/program.h"
#include "cli/token.h"
#include "cli/units.h"

namespace cli {
namespace {

constexpr const char* examples =
    R"help(The key is a secret of 32 bytes or more (HS256) or a private EC P-256 key in PEM (ES256); give the same file,
or its public key, to herald serve --key-file. A topic may be a URI template; * is every topic.
With --issuer and --audience it is an access token of Mercure 1.0 (at+jwt): topics are taken byte for byte then,
and urlpattern:P is those of the URL pattern P.

Examples:
  openssl rand -hex 32 > secret
  herald token --key-file secret --publish news
  herald token --key-file secret --subscribe 'users/{id}' --ttl 15m
  herald token --key-file ec.pem --publish '*' --subscribe '*' --ttl 30d
  herald token --key-file ec.pem --publish 'urlpattern:https://a.test/books/:id' \
      --issuer https://a.test --audience https://a.test/.well-known/mercure)help";

// At commas, but not at those of a URI template such as {a,b}.
std::vector<std::string> split(const std::vector<std::string>& lists) {
  std::vector<std::string> topics;
  for (const std::string& list : lists) {
    int depth = 0;
    std::string topic;
    for (const char c : list + ',') {
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (c != ',' || depth > 0) {
        topic += c;
      } else if (!topic.empty()) {
        topics.push_back(std::exchange(topic, {}));
      }
    }
    if (depth != 0) throw UsageError("\"" + list + "\" has braces that do not match");
  }
  return topics;
}

class TokenCommand final : public Command {
 public:
  TokenCommand(CLI::App& program, Streams streams)
      : app_(*program.add_subcommand("token", "Make a token for publishers and subscribers")),
        streams_(streams) {
    app_.add_option("--key-file", key_file_, "The key that signs it")
        ->envname("HERALD_KEY_FILE")
        ->required()
        ->type_name("FILE");
    topics("--publish", publish_, "Topics it may publish to", "HERALD_PUBLISH");
    topics("--subscribe", subscribe_, "Topics it may subscribe to", "HERALD_SUBSCRIBE");
    app_.add_option("--ttl", ttl_, "How long it is good: seconds, or 15m, 12h, 30d")
        ->capture_default_str()
        ->envname("HERALD_TTL")
        ->type_name("S");
    auto* issuer = app_.add_option("--issuer", parties_.issuer,
                                   "Mercure 1.0: who signs it, as the hub has in [events] issuer");
    auto* audience = app_.add_option("--audience", parties_.audience,
                                     "Mercure 1.0: the URL of the hub that it is for");
    issuer->envname("HERALD_ISSUER")->type_name("URL")->needs(audience);
    audience->envname("HERALD_AUDIENCE")->type_name("URL")->needs(issuer);
    app_.footer(examples);
  }

  bool chosen() const override { return app_.parsed(); }

  int run() override {
    const Claims claims{.publish = split(publish_),
                        .subscribe = split(subscribe_),
                        .issued = std::chrono::system_clock::now(),
                        .lifetime = lifetime()};
    if (claims.publish.empty() && claims.subscribe.empty()) {
      throw UsageError("a token without rights is of no use: give --publish or --subscribe");
    }
    const TokenKey key = TokenKey::load(key_file_);
    streams_.out << (parties_.issuer.empty() ? make_token(key, claims)
                                             : make_token(key, claims, parties_))
                 << '\n';
    return done;
  }

 private:
  void topics(const char* flag, std::vector<std::string>& into, const char* help,
              const char* variable) {
    app_.add_option(flag, into, help)
        ->envname(variable)
        ->allow_extra_args(false)
        ->type_name("T,...");
  }

  std::chrono::seconds lifetime() const {
    const bool bare = parse_number(ttl_).has_value();
    const auto lifetime = parse_duration(bare ? ttl_ + "s" : ttl_);
    if (!lifetime || *lifetime < std::chrono::seconds(1) ||
        *lifetime > std::chrono::hours(24 * 3650)) {
      throw UsageError("--ttl must be between 1s and 3650d, not \"" + ttl_ + "\"");
    }
    return std::chrono::duration_cast<std::chrono::seconds>(*lifetime);
  }

  CLI::App& app_;
  Streams streams_;
  std::string key_file_;
  std::string ttl_ = "3600";
  Parties parties_;
  std::vector<std::string> publish_;
  std::vector<std::string> subscribe_;
};

}  // namespace

std::unique_ptr<Command> token_command(CLI::App& program, Streams streams) {
  return std::make_unique<TokenCommand>(program, streams);
}

}  // namespace cli
