#include "static/rule_file.h"

#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <utility>

namespace assets {
namespace {

constexpr std::int64_t ink_dries_in = 2'000'000'000;  // ns

std::int64_t now_ns() { return std::int64_t{std::time(nullptr)} * 1'000'000'000; }

// What can be read; none if the file fails meanwhile.
std::optional<std::string> content(int fd, std::size_t longest) {
  std::string text;
  std::size_t size = 0;
  for (;;) {
    text.resize(size + 16 * 1024);
    const ssize_t got =
        ::pread(fd, text.data() + size, text.size() - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    size += static_cast<std::size_t>(got);
    if (got == 0 || size > longest) break;
  }
  text.resize(size);
  return text;
}

}  // namespace

RuleFile::RuleFile(net::Loop& loop, const std::string& root, std::string name, Options options)
    : loop_(loop), root_(root), name_(std::move(name)), options_(options) {}

bool RuleFile::changed() {
  if (checked_ && loop_.now() - *checked_ < options_.fresh_for) return false;
  return changed_now();
}

bool RuleFile::changed_now() {
  checked_ = loop_.now();
  root_.refresh();
  const auto print = root_.glance(name_);
  if (print == print_ && !fresh_ink_) return false;
  auto now = read(print);
  if (!now) return false;
  print_ = print;
  fresh_ink_ = now->fresh_ink;
  const bool same = text_ == now->text && too_long_ == now->too_long;
  if (same) return false;
  text_ = std::move(now->text);
  too_long_ = now->too_long;
  ++changes_;
  version_ = text_ ? std::to_string(changes_) : "";
  return true;
}

std::optional<RuleFile::Found> RuleFile::read(const std::optional<Fingerprint>& print) const {
  if (!print) return Found{};
  const Root::Opened opened = root_.open(name_);
  const bool unreadable =
      opened.outcome == Root::Outcome::busy || opened.outcome == Root::Outcome::forbidden;
  if (unreadable) return std::nullopt;
  if (opened.outcome != Root::Outcome::file) return Found{};
  Found found;
  found.text = content(opened.fd.get(), options_.longest);
  if (!found.text) return std::nullopt;
  found.fresh_ink = fingerprint_of(opened.status).modified + ink_dries_in > now_ns();
  found.too_long = found.text->size() > options_.longest;
  if (found.too_long) found.text.reset();
  return found;
}

}  // namespace assets
