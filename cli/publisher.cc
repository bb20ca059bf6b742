#include "cli/publisher.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "server/net/error.h"
#include "server/net/handle.h"

namespace cli {
namespace {

using Easy = net::Handle<CURL, curl_easy_cleanup>;
using FieldList = net::Handle<curl_slist, curl_slist_free_all>;
using Url = net::Handle<CURLU, curl_url_cleanup>;
using Letters = net::Handle<char, curl_free>;
using nlohmann::json;

constexpr std::size_t largest_answer = 64 * 1024;
constexpr long connect_seconds = 10;
constexpr long answer_seconds = 30;

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  return Letters(text).get();
}

bool is_loopback(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return bytes[0] == 127;
  if (host == "::1" || host == "localhost") return true;
  return host.ends_with(".localhost");
}

std::size_t append(char* bytes, std::size_t, std::size_t count, void* answer) {
  auto& text = *static_cast<std::string*>(answer);
  if (text.size() + count > largest_answer) return 0;
  text.append(bytes, count);
  return count;
}

// The member of an object, if the text is one and has it as a text.
std::optional<std::string> member(const std::string& text, const char* name) {
  const json answer = json::parse(text, nullptr, false);
  if (!answer.is_object() || !answer.contains(name) || !answer[name].is_string()) return {};
  return answer[name].get<std::string>();
}

}  // namespace

std::string to_json(const Message& message) {
  json content = json::object();
  try {
    content["message"] = message.json ? json::parse(message.text) : json(message.text);
    content["topic"] = message.topic;
    if (!message.type.empty()) content["type"] = message.type;
    if (!message.id.empty()) content["id"] = message.id;
    return content.dump();
  } catch (const json::parse_error& error) {
    throw net::Error("the message is not JSON: it goes wrong at byte " +
                     std::to_string(error.byte));
  } catch (const json::exception&) {
    throw net::Error("the message is not UTF-8: encode binary data first, in base64 for example");
  }
}

Target parse_target(const std::string& text) {
  const Url url(curl_url());
  const std::string whole = text.find("://") == text.npos ? "https://" + text : text;
  if (!url || curl_url_set(url.get(), CURLUPART_URL, whole.c_str(), 0) != CURLUE_OK) {
    throw net::Error("\"" + text + "\" is not a URL such as https://localhost:8443");
  }
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  std::string host = part_of(url.get(), CURLUPART_HOST);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const bool loopback = is_loopback(host);
  if (scheme != "https" && !(scheme == "http" && loopback)) {
    throw net::Error("\"" + text + "\" is not an https URL: messages and tokens go encrypted only");
  }
  if (part_of(url.get(), CURLUPART_PATH) == "/") {
    curl_url_set(url.get(), CURLUPART_PATH, "/send", 0);
  }
  return {.url = part_of(url.get(), CURLUPART_URL), .host = host, .loopback = loopback};
}

struct Publisher::Transfer {
  Options options;
  Easy easy;
  FieldList fields;
  std::string answer;
  std::array<char, CURL_ERROR_SIZE> reason{};

  void add_field(const std::string& line) {
    curl_slist* longer = curl_slist_append(fields.get(), line.c_str());
    if (!longer) throw net::Error("out of memory");
    fields.release();
    fields.reset(longer);
  }

  std::string why(CURLcode code) const {
    const std::string& url = options.target.url;
    switch (code) {
      case CURLE_COULDNT_CONNECT:
        return "cannot connect to " + url + ": " + reason.data() + "; is herald serving there?";
      case CURLE_COULDNT_RESOLVE_HOST:
        return "there is no host named " + options.target.host;
      case CURLE_PEER_FAILED_VERIFICATION:
        return "the certificate of " + options.target.host + " is not trusted (" + reason.data() +
               "): name its CA with --ca FILE";
      case CURLE_SSL_CACERT_BADFILE:
        return "cannot read certificates from " + options.ca_file;
      case CURLE_OPERATION_TIMEDOUT:
        return url + " did not answer in time";
      case CURLE_WRITE_ERROR:
        return url + " answered with more than an id: is it herald's /send?";
      default:
        return "cannot publish to " + url + ": " +
               (reason[0] != '\0' ? reason.data() : curl_easy_strerror(code));
    }
  }
};

Publisher::Publisher(Options options) : transfer_(std::make_unique<Transfer>()) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  Transfer& transfer = *transfer_;
  transfer.options = std::move(options);
  transfer.easy.reset(curl_easy_init());
  if (ready != CURLE_OK || !transfer.easy) throw net::Error("cannot start libcurl");
  const Options& given = transfer.options;
  transfer.add_field("content-type: application/json");
  if (!given.token.empty()) transfer.add_field("authorization: Bearer " + given.token);

  CURL* easy = transfer.easy.get();
  curl_easy_setopt(easy, CURLOPT_URL, given.target.url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.fields.get());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "herald-publish");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, connect_seconds);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, answer_seconds);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.reason.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer.answer);
  // A proxy of the environment cannot reach what listens on this machine's loopback.
  if (given.target.loopback) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  if (!given.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, given.ca_file.c_str());
  if (given.trust == Trust::anyone) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

Publisher::~Publisher() = default;

std::string Publisher::publish(const Message& message) {
  Transfer& transfer = *transfer_;
  CURL* easy = transfer.easy.get();
  const std::string content = to_json(message);
  transfer.answer.clear();
  transfer.reason[0] = '\0';
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(content.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, content.c_str());
  const CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK) throw net::Error(transfer.why(code));

  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  const std::string& url = transfer.options.target.url;
  if (status < 200 || status > 299) {
    throw net::Error(url + " answered " + std::to_string(status) + ": " +
                     member(transfer.answer, "detail").value_or("it gave no reason"));
  }
  const auto id = member(transfer.answer, "id");
  if (!id) throw net::Error(url + " answered without an id: is it herald's /send?");
  return *id;
}

}  // namespace cli
