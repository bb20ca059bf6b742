#include "cli/transfer.h"

#include <utility>

#include "server/net/error.h"

namespace cli {
namespace {

constexpr std::size_t largest_answer = 64 * 1024;
constexpr long connect_seconds = 10;

}  // namespace

std::size_t Transfer::append(char* bytes, std::size_t, std::size_t count, void* answer) {
  auto& text = *static_cast<std::string*>(answer);
  if (text.size() + count > largest_answer) return 0;
  text.append(bytes, count);
  return count;
}

Transfer::Transfer(Target target, const std::string& token, std::string ca_file, Trust trust)
    : target_(std::move(target)), ca_file_(std::move(ca_file)) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  easy_.reset(curl_easy_init());
  if (ready != CURLE_OK || !easy_) throw net::Error("cannot start libcurl");
  if (!token.empty()) add_field("authorization: Bearer " + token);
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_URL, target_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "herald");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, connect_seconds);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason_.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
  // A proxy of the environment cannot reach what listens on this machine's loopback.
  if (target_.loopback) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  if (!ca_file_.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file_.c_str());
  if (trust == Trust::anyone) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

CURLcode Transfer::perform(std::span<const std::string> more) {
  answer.clear();
  reason_[0] = '\0';
  net::Handle<curl_slist, curl_slist_free_all> list;
  const auto add = [&list](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (!longer) throw net::Error("out of memory");
    (void)list.release();  // it is the same list
    list.reset(longer);
  };
  for (const std::string& line : fields_) add(line);
  for (const std::string& line : more) add(line);
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, list.get());
  const CURLcode code = curl_easy_perform(easy_.get());
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, nullptr);
  return code;
}

long Transfer::status() {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  return status;
}

std::string Transfer::response_field(const char* name) {
  curl_header* field = nullptr;
  if (curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, -1, &field) != CURLHE_OK) return {};
  return field->value;
}

std::string Transfer::why(CURLcode code, const std::string& verb) const {
  const std::string& url = target_.url;
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      return "cannot connect to " + url + ": " + reason_.data() + "; is herald serving there?";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "there is no host named " + target_.host;
    case CURLE_PEER_FAILED_VERIFICATION:
      return "the certificate of " + target_.host + " is not trusted (" + reason_.data() +
             "): name its CA with --ca FILE";
    case CURLE_SSL_CACERT_BADFILE:
      return "cannot read certificates from " + ca_file_;
    case CURLE_OPERATION_TIMEDOUT:
      return url + " did not answer in time";
    case CURLE_WRITE_ERROR:
      return url + " answered with more than ids: is it herald's /send?";
    default:
      return "cannot " + verb + " " + url + ": " +
             (reason_[0] != '\0' ? reason_.data() : curl_easy_strerror(code));
  }
}

}  // namespace cli
