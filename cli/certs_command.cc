// `herald certs`: makes the development certificate, or finds it, and says how to trust its CA.
#include <CLI/CLI.hpp>
#include <ostream>

#include "certs/development.h"
#include "cli/command.h"
#include "cli/program.h"

namespace cli {
namespace {

constexpr const char* examples =
    R"help(The CA is made once, in the state folder ($XDG_STATE_HOME/herald, or ~/.local/state/herald), and kept.
Its key stays on this machine: whoever has it can pose as any site to whoever trusts the CA.
The certificate keeps the names that it was ever asked for, and is replaced only for one that it lacks, or when it grows old.

Examples:
  herald certs
  herald certs --host app.test --host 192.168.1.20
  curl --cacert "$(herald certs --print ca)" https://localhost:8443/
  chromium --ignore-certificate-errors-spki-list="$(herald certs --print spki)" https://localhost:8443/)help";

class CertsCommand final : public Command {
 public:
  CertsCommand(CLI::App& program, Streams streams)
      : app_(*program.add_subcommand("certs",
                                     "Make a development certificate, and say how to trust it")),
        streams_(streams) {
    app_.add_option("--dir", folder_, "Where they are kept, instead of the state folder")
        ->envname("HERALD_DIR")
        ->type_name("DIR");
    app_.add_option("--host", hosts_,
                    "One more name or address, besides localhost and the loopback")
        ->envname("HERALD_HOST")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("NAME");
    app_.add_option("--print", print_, "Only this: ca, cert, key (file names) or spki")
        ->type_name("WHAT")
        ->check(CLI::IsMember({"ca", "cert", "key", "spki"}));
    app_.footer(examples);
  }

  bool chosen() const override { return app_.parsed(); }

  int run() override {
    const auto folder = folder_.empty() ? certs::state_folder() : std::filesystem::path(folder_);
    const certs::Development made = certs::development_credentials(folder, hosts_);
    const std::string spki = certs::spki_sha256(made.certificate_file);
    if (print_.empty()) {
      explain(made, spki);
    } else {
      streams_.out << (print_ == "ca"     ? made.ca_file.string()
                       : print_ == "cert" ? made.certificate_file.string()
                       : print_ == "key"  ? made.key_file.string()
                                          : spki)
                   << '\n';
    }
    return done;
  }

 private:
  void explain(const certs::Development& made, const std::string& spki) const {
    const std::string ca = made.ca_file.string();
    streams_.out << (made.ca_created ? "Made a new CA and a certificate.\n"
                     : made.created  ? "Made a new certificate; the CA is the same.\n"
                                     : "The certificate is good.\n")
                 << "  CA           " << ca << "\n  certificate  " << made.certificate_file.string()
                 << "\n  key          " << made.key_file.string() << "\n  SPKI SHA-256 " << spki
                 << "\n\nTo trust the CA:\n"
                    "  Debian    sudo cp '"
                 << ca
                 << "' /usr/local/share/ca-certificates/herald.crt"
                    " && sudo update-ca-certificates\n"
                    "  Fedora    sudo trust anchor '"
                 << ca
                 << "'\n"
                    "  macOS     sudo security add-trusted-cert -d -k"
                    " /Library/Keychains/System.keychain '"
                 << ca
                 << "'\n"
                    "  Chromium  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n herald -i '"
                 << ca
                 << "'\n  Firefox   Settings, Certificates, Authorities, Import\n"
                    "  curl      --cacert '"
                 << ca << "'\n";
  }

  CLI::App& app_;
  Streams streams_;
  std::string folder_;
  std::string print_;
  std::vector<std::string> hosts_;
};

}  // namespace

std::unique_ptr<Command> certs_command(CLI::App& program, Streams streams) {
  return std::make_unique<CertsCommand>(program, streams);
}

}  // namespace cli
