// Publisher: posts events to a Herald over one HTTP/2 connection, with libcurl. Knows nothing of
// flags, nor of where tokens come from.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

struct Message {
  std::string text;
  bool json = false;                   // the text is a JSON value, to be sent as such
  std::vector<std::string> topics;     // the first is the canonical one
  std::string type;                    // empty: none
  std::string id;                      // empty: the server's
  bool is_private = false;             // only for readers whose token grants one of the topics
  std::chrono::milliseconds retry{0};  // for the readers' streams; 0: as the server has it
};

// The content of POST /send. Throws net::Error when the text is not JSON, or not UTF-8.
std::string to_json(const Message& message);

struct Target {
  std::string url;   // where to post
  std::string host;  // without brackets
  bool loopback = false;
};

// "localhost:8443", "https://localhost:8443" -> .../send; a URL with a path is taken as it is.
// Throws net::Error for what is no URL, and for plain HTTP to another machine.
Target parse_target(const std::string& url, const char* usual_path = "/send");

enum class Trust { verify, anyone };

class Transfer;

class Publisher {
 public:
  struct Options {
    Target target;
    std::string token;    // empty: none
    std::string ca_file;  // trusted besides the system's; empty: none
    Trust trust = Trust::verify;
    // After a lost connection, 429, 502, 503 or 504, each time with the same idempotency key: the
    // hub takes an event once however often it hears of it.
    unsigned retries = 0;
  };
  explicit Publisher(Options options);
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // Returns the event's id. Throws net::Error in one sentence; the server's reason is in it.
  std::string publish(const Message& message);
  // All of them or none, in their order.
  std::vector<std::string> publish_all(std::span<const Message> messages);

 private:
  std::vector<std::string> send(const std::string& content, const char* type);

  const Options options_;
  const std::unique_ptr<Transfer> transfer_;
};

}  // namespace cli
