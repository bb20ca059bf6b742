// BrowserProcess: a headless Chromium of our own, spoken to over its debugging pipe (two
// descriptors, no port). In a process group and with a profile that end with it. Messages are text;
// what they mean is DevTools' business.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/net/handle.h"
#include "server/net/loop.h"

namespace lab {

class BrowserProcess {
 public:
  struct Options {
    std::string program = "/usr/bin/chromium";
    // Of the one certificate that needs no authority: base64 of the SHA-256 of its public key.
    // Not "any certificate": with that Chromium fetches hinted files twice.
    std::string trusted_key;
  };
  // `on_message` gets each message; `on_end` is called once if the browser ends by itself. Throws
  // net::Error when there is no such program.
  BrowserProcess(net::Loop& loop, const Options& options,
                 std::function<void(std::string_view)> on_message, std::function<void()> on_end);
  // Kills the whole group and removes the profile.
  ~BrowserProcess();
  BrowserProcess(const BrowserProcess&) = delete;
  BrowserProcess& operator=(const BrowserProcess&) = delete;

  void send(std::string_view message);

 private:
  void read();

  std::function<void(std::string_view)> on_message_;
  std::function<void()> on_end_;
  std::filesystem::path profile_;
  net::Fd to_;
  net::Fd from_;
  pid_t group_ = -1;
  std::string text_;  // not yet a whole message
  std::optional<net::Watch> watch_;
};

}  // namespace lab
