// Beacon: the script that reports how a visit went, and where it reports to. Both are part of the
// server's own pages; a site that wants to be measured loads the script.
#pragma once

#include "hints/field_study.h"
#include "server/http/handler.h"

namespace hints {

// GET: a few hundred bytes of script. It reports once, when the page is hidden or left, and only a
// visit that was put into an arm. It stores nothing and tells nothing of the visitor.
class BeaconScript final : public http::Handler {
 public:
  void handle(const http::Request& request, http::Exchange exchange) override;
};

// POST: a report, at most 1 KiB of JSON: {"arm","fir","frh","fcp","lcp","early","cached"}, times in
// milliseconds, absent or 0 where there is none. 204; 400 for what is no report, 403 for one of
// another site, 404 for one of an arm that is not being tried (any more).
class BeaconEndpoint final : public http::Handler {
 public:
  static constexpr std::size_t largest = 1024;

  // `study` must outlive the requests; the handler may go while the content of some is coming.
  explicit BeaconEndpoint(FieldStudy& study) : study_(study) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  FieldStudy& study_;
};

}  // namespace hints
