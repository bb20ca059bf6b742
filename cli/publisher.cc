#include "cli/publisher.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "cli/answers.h"
#include "cli/transfer.h"
#include "server/net/error.h"
#include "server/net/handle.h"

namespace cli {
namespace {

using Url = net::Handle<CURLU, curl_url_cleanup>;
using Letters = net::Handle<char, curl_free>;
using nlohmann::json;

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

// Whether another attempt may fare better.
bool passing(CURLcode code, long status) {
  if (code == CURLE_OK) return status == 429 || status == 502 || status == 503 || status == 504;
  return code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CACERT_BADFILE &&
         code != CURLE_WRITE_ERROR && code != CURLE_COULDNT_RESOLVE_HOST;
}

// Longer each time, and never all clients at once.
std::chrono::milliseconds pause(unsigned attempt) {
  static std::minstd_rand random{std::random_device{}()};
  const long most = 500L << std::min(attempt, 6U);
  return std::chrono::milliseconds(std::uniform_int_distribution<long>(most / 2, most)(random));
}

std::string random_key() {
  std::random_device device;
  std::string key;
  for (int i = 0; i < 4; ++i) key += fmt::format("{:08x}", device());
  return key;
}

}  // namespace

std::string to_json(const Message& message) {
  json content = json::object();
  try {
    content["message"] = message.json ? json::parse(message.text) : json(message.text);
    content["topic"] =
        message.topics.size() == 1 ? json(message.topics.front()) : json(message.topics);
    if (!message.type.empty()) content["type"] = message.type;
    if (!message.id.empty()) content["id"] = message.id;
    if (message.is_private) content["private"] = true;
    if (message.retry.count() > 0) content["retry"] = message.retry.count();
    return content.dump();
  } catch (const json::parse_error& error) {
    throw net::Error("the message is not JSON: it goes wrong at byte " +
                     std::to_string(error.byte));
  } catch (const json::exception&) {
    throw net::Error("the message is not UTF-8: encode binary data first, in base64 for example");
  }
}

Target parse_target(const std::string& text, const char* usual_path) {
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
    curl_url_set(url.get(), CURLUPART_PATH, usual_path, 0);
  }
  return {.url = part_of(url.get(), CURLUPART_URL), .host = host, .loopback = loopback};
}

Publisher::Publisher(Options options)
    : options_(std::move(options)),
      transfer_(std::make_unique<Transfer>(options_.target, options_.token, options_.ca_file,
                                           options_.trust)) {
  curl_easy_setopt(transfer_->easy(), CURLOPT_TIMEOUT, answer_seconds);
}

Publisher::~Publisher() = default;

std::string Publisher::publish(const Message& message) {
  return send(to_json(message), "application/json").front();
}

std::vector<std::string> Publisher::publish_all(std::span<const Message> messages) {
  std::string lines;
  for (const Message& message : messages) lines.append(to_json(message)).push_back('\n');
  return send(lines, "application/x-ndjson");
}

std::vector<std::string> Publisher::send(const std::string& content, const char* type) {
  const std::vector<std::string> fields{std::string("content-type: ") + type,
                                        "idempotency-key: " + random_key()};
  const std::string& url = options_.target.url;
  CURL* easy = transfer_->easy();
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(content.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, content.c_str());
  for (unsigned attempt = 0;; ++attempt) {
    const CURLcode code = transfer_->perform(fields);
    const long status = code == CURLE_OK ? transfer_->status() : 0;
    if (status >= 200 && status <= 299) {
      auto ids = ids_of(transfer_->answer);
      if (ids.empty()) throw net::Error(url + " answered without an id: is it herald's /send?");
      return ids;
    }
    if (attempt == options_.retries || !passing(code, status)) {
      throw net::Error(code == CURLE_OK ? refusal_of(url, status, transfer_->answer)
                                        : transfer_->why(code, "publish to"));
    }
    const auto asked = std::chrono::seconds(seconds_of(transfer_->response_field("retry-after")));
    std::this_thread::sleep_for(std::max<std::chrono::milliseconds>(asked, pause(attempt)));
  }
}

}  // namespace cli
