// Owners of what C libraries and the kernel hand out: a descriptor, and any pointer with its free
// function.
#pragma once

#include <unistd.h>

#include <memory>
#include <utility>

namespace net {

// A file descriptor, closed when its owner goes. Empty = -1.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

template <auto free>
struct FreeWith {
  template <typename T>
  void operator()(T* thing) const {
    free(thing);
  }
};

// Handle<EVP_PKEY, EVP_PKEY_free>: a unique_ptr to a thing of a C library.
template <typename T, auto free>
using Handle = std::unique_ptr<T, FreeWith<free>>;

}  // namespace net
