// A CA and a server's certificate for app.test and 127.0.0.1, made once for all tests of a program.
#pragma once

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "certs/x509.h"
#include "server/net/credentials.h"

namespace testing {

struct TestIdentity {
  std::shared_ptr<const net::Credentials> credentials;
  std::filesystem::path folder;
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;

  TestIdentity() {
    const auto now = std::chrono::system_clock::now();
    const certs::Identity authority = certs::make_authority(now);
    const certs::Identity leaf = certs::make_leaf(authority, {"app.test", "127.0.0.1"}, now);
    folder = std::filesystem::temp_directory_path() /
             ("herald-test-identity-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    ca_file = write("ca.pem", certs::to_pem(*authority.certificate));
    certificate_file = write("leaf.pem", certs::to_pem(*leaf.certificate));
    key_file = write("key.pem", certs::to_pem(*leaf.key));
    credentials = net::Credentials::load(certificate_file, key_file);
  }
  ~TestIdentity() { std::filesystem::remove_all(folder); }
  TestIdentity(const TestIdentity&) = delete;
  TestIdentity& operator=(const TestIdentity&) = delete;

 private:
  std::string write(const char* name, const std::string& pem) const {
    const std::filesystem::path file = folder / name;
    std::ofstream(file) << pem;
    return file;
  }
};

inline const TestIdentity& test_identity() {
  static const TestIdentity made;
  return made;
}

}  // namespace testing
