// What every client of this program asks of libcurl: trust, time limits, and sentences for what
// goes wrong.
#pragma once

#include <curl/curl.h>

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/publisher.h"
#include "server/net/handle.h"

namespace cli {

class Transfer {
 public:
  // Throws net::Error if libcurl cannot start.
  Transfer(Target target, const std::string& token, std::string ca_file, Trust trust);

  CURL* easy() { return easy_.get(); }
  // Sent with every request.
  void add_field(std::string line) { fields_.push_back(std::move(line)); }
  // `more`: fields of this request alone.
  CURLcode perform(std::span<const std::string> more = {});
  long status();
  // The value of a response's field; empty if it is not there.
  std::string response_field(const char* name);
  // A sentence.
  std::string why(CURLcode code, const std::string& verb) const;

  std::string answer;  // content that was not taken otherwise, at most 64 KiB

  // A CURLOPT_WRITEFUNCTION for `answer`.
  static std::size_t append(char* bytes, std::size_t, std::size_t count, void* answer);

 private:
  Target target_;
  std::string ca_file_;
  net::Handle<CURL, curl_easy_cleanup> easy_;
  std::vector<std::string> fields_;
  std::array<char, CURL_ERROR_SIZE> reason_{};
};

}  // namespace cli
