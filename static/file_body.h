// Bodies over files too large for memory, and over several bodies in a row. The one over memory is
// http::MemoryBody.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/http/body.h"
#include "server/net/handle.h"
#include "static/range.h"

namespace assets {

// A regular file held open, shared by all bodies that send it; they read by position.
struct OpenFile {
  net::Fd fd;
  std::string path;  // for people
};

// What is there when it is read; throws net::Error if the file has become shorter meanwhile.
class FileBody final : public http::Body {
 public:
  FileBody(std::shared_ptr<const OpenFile> file, Slice slice);

  std::optional<std::uint64_t> length() const override { return left_; }
  http::Read read(std::span<std::byte> into, http::Waker& later) override;

 private:
  std::shared_ptr<const OpenFile> file_;
  std::uint64_t next_;
  std::uint64_t left_;
};

// Bodies of known length, none of which ever says "nothing yet".
class SequenceBody final : public http::Body {
 public:
  explicit SequenceBody(std::vector<std::unique_ptr<http::Body>> parts);

  std::optional<std::uint64_t> length() const override { return left_; }
  http::Read read(std::span<std::byte> into, http::Waker& later) override;

 private:
  std::vector<std::unique_ptr<http::Body>> parts_;
  std::size_t part_ = 0;
  std::uint64_t left_ = 0;
};

}  // namespace assets
