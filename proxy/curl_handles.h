// Owners of what libcurl hands out for one transfer. For transfer.cc and multi.cc only.
#pragma once

#include <curl/curl.h>

#include <array>

#include "proxy/transfer.h"
#include "server/net/handle.h"

namespace proxy {

struct Transfer::Easy {
  net::Handle<CURL, curl_easy_cleanup> curl;
  net::Handle<curl_slist, curl_slist_free_all> fields;
  std::array<char, CURL_ERROR_SIZE> reason{};
};

}  // namespace proxy
