// UrlBench: loads pages of a running HTTP/2 server in real time, through a link that adds delay and
// rate to whatever way there is. The arms are the loader's: it takes no more than an arm allows of
// what the server offers. The server's think time is its own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compare/address.h"
#include "compare/loader.h"
#include "compare/offer.h"
#include "compare/runner.h"
#include "compare/texts.h"

namespace lab {

class UrlBench final : public Bench {
 public:
  struct Options {
    TlsClient::Options tls;
    double loss = 0;  // share of packets
    std::size_t initial_window = 10;
    Navigation::Limits limits = {};
  };

  // Throws net::Error: no such host, no CA in the file.
  UrlBench(const Url& url, Options options);
  UrlBench(const UrlBench&) = delete;
  UrlBench& operator=(const UrlBench&) = delete;

  PageLoad load(const Trial& trial) override;

  // Loads that take all there is, without and with pushes. Throws net::Error in a sentence if the
  // page cannot be loaded.
  PageLoad look_at(const std::string& page);
  // What has been seen of the server so far.
  const Offer& offer() const { return offer_; }

 private:
  class World;

  const Options options_;
  const Url url_;
  const Address address_;
  net::Loop loop_;
  TlsClient tls_;
  Texts texts_;
  std::map<std::string, Store> stores_;  // by page
  TlsTicket ticket_;
  Offer offer_;
};

// `none` and what the server was seen to offer.
std::vector<Arm> arms_of(const Offer& offer);
// For people: "link", "103 Early Hints", "push".
std::vector<std::string> words_of(const Offer& offer);

}  // namespace lab
