// `herald check`: reads everything that `serve` would read and says all that is wrong, serving
// nothing. What the parts know of their own faults comes in as Checks.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <ostream>

#include "certs/development.h"
#include "cli/command.h"
#include "cli/confine.h"
#include "cli/flags.h"
#include "cli/identity.h"
#include "cli/program.h"

namespace cli {
namespace {

constexpr const char* examples =
    R"help(Exit code 1, and a line for each reason, when something is wrong: with settings, with which `herald serve` would not start, or
with a page or a rule, which costs visitors something though `herald serve` starts. 0: nothing is; notes do not count.

Examples:
  herald check dist
  herald check dist --format sarif > herald.sarif
  herald check --config herald.toml             before a restart, or in a pipeline)help";

void check_root(const Config& config, std::vector<Fault>& reasons) {
  const std::string& root = config.serve.root;
  struct stat status {};
  if (stat(root.c_str(), &status) != 0) {
    reasons.emplace_back(root + " does not exist: name the folder to serve");
  } else if (!S_ISDIR(status.st_mode)) {
    reasons.emplace_back(root + " is not a folder");
  } else {
    std::optional<Guise> guise;
    try {
      guise.emplace(config.serve.user);
    } catch (const net::Error&) {
      return;  // there is no such user: another check says so
    }
    if (faccessat(AT_FDCWD, root.c_str(), R_OK | X_OK, AT_EACCESS) == 0) return;
    const std::string& user = config.serve.user;
    reasons.emplace_back(root + " cannot be read by " +
                         (user.empty() ? "this user" : "the user " + user));
  }
}

// All that is wrong with the pair of files; if nothing is, what load() has to say of it.
template <typename Load>
void check_certificate(const Config::Certificate& files, Load load, std::vector<Fault>& reasons) {
  const auto faults = certs::faults_of(files.cert, files.key, std::chrono::system_clock::now());
  for (const std::string& fault : faults) reasons.emplace_back(files.place + fault);
  if (!faults.empty()) return;
  try {
    const std::string why = staleness(*load(), files.ocsp);
    if (why.empty()) return;
    reasons.emplace_back(files.place + why);
    reasons.back().level = Fault::Level::note;  // it serves
  } catch (const net::Error& error) {
    reasons.emplace_back(error.what());
  }
}

void check_certificates(const Config& config, std::vector<Fault>& reasons) {
  const Config::Serve& serve = config.serve;
  if (!serve.cert.empty()) {
    check_certificate(
        {serve.cert, serve.key, serve.ocsp, config.place_of("[serve] cert")},
        [&] { return load_standard(config); }, reasons);
  }
  for (const Config::Certificate& files : serve.certificates) {
    check_certificate(
        files, [&] { return load(files); }, reasons);
  }
}

void check_read_files(const Config& config, std::vector<Fault>& reasons) {
  for (const auto& [setting, file] : secret_files_of(config)) {
    if (file.empty() || access(file.c_str(), R_OK) == 0) continue;
    reasons.emplace_back(config.place_of(setting) + net::SystemError("cannot read " + file).what());
  }
}

void check_proxy(const Config& config, std::vector<Fault>& reasons) {
  if (config.proxy.upstreams.empty() || !config.serve.spa) return;
  Fault fault("--spa does nothing beside --upstream: the app answers pages that are no file");
  fault.level = Fault::Level::note;
  reasons.push_back(std::move(fault));
}

// Two checks may find the same: a key that cannot be read, for instance.
void add(Fault reason, std::vector<Fault>& reasons) {
  if (std::ranges::count(reasons, reason.text, &Fault::text) == 0) {
    reasons.push_back(std::move(reason));
  }
}

class CheckCommand final : public Command {
 public:
  CheckCommand(CLI::App& program, Streams streams, std::vector<Check> checks)
      : app_(*program.add_subcommand("check", "Say what is wrong with a folder and its settings")),
        flags_(app_),
        streams_(streams),
        checks_(std::move(checks)) {
    app_.add_option("--format", format_, "text; or json or sarif, on standard output")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"text", "json", "sarif"}));
    app_.add_flag("--notes", notes_, "Also tell choices that may be meant");
    app_.footer(examples);
  }

  bool chosen() const override { return app_.parsed(); }

  int run() override {
    const Config config = flags_.load();
    std::vector<Fault> reasons;
    check_root(config, reasons);
    check_certificates(config, reasons);
    check_read_files(config, reasons);
    check_proxy(config, reasons);
    for (const Check& check : checks_) {
      for (Fault& reason : check(config)) add(std::move(reason), reasons);
    }
    tell(config, reasons);
    return failing(reasons) ? failed : done;
  }

 private:
  void tell(const Config& config, const std::vector<Fault>& reasons) const {
    if (format_ == "json") {
      streams_.out << json_report(reasons);
    } else if (format_ == "sarif") {
      streams_.out << sarif_report(reasons);
    } else {
      tell_by_line(config, reasons);
    }
  }

  void tell_by_line(const Config& config, const std::vector<Fault>& reasons) const {
    for (const Fault& reason : reasons) {
      const bool note = reason.level == Fault::Level::note;
      if (note && !notes_) continue;
      streams_.err << (note ? "herald: note: " : "herald: ") << reason.text << '\n';
    }
    if (!failing(reasons)) {
      streams_.out << "herald: nothing is wrong with " << config.serve.root << '\n';
    }
  }

  CLI::App& app_;
  ConfigFlags flags_;
  Streams streams_;
  std::vector<Check> checks_;
  std::string format_ = "text";
  bool notes_ = false;
};

}  // namespace

std::unique_ptr<Command> check_command(CLI::App& program, Streams streams,
                                       std::vector<Check> checks) {
  return std::make_unique<CheckCommand>(program, streams, std::move(checks));
}

}  // namespace cli
