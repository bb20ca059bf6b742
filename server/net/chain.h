// Chain: an intrusive, doubly linked list. Linking and unlinking allocate nothing and cannot fail,
// and a link leaves its chain when it is destroyed, so a chain may lose members while it is walked
// from the front.
#pragma once

#include <cstddef>

namespace net {

// A place in at most one chain.
class Link {
 public:
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { unlink(); }

  bool linked() const { return next_ != this; }
  void unlink() {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = this;
  }

 private:
  template <typename T>
  friend class Chain;
  Link* previous_ = this;
  Link* next_ = this;
};

// T derives from Link; where it does so privately, Chain<T> is its friend. Owns nothing.
template <typename T>
class Chain {
 public:
  Chain() = default;
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;
  // Members that are still in it are left unlinked.
  ~Chain() {
    while (head_.linked()) head_.next_->unlink();
  }

  bool empty() const { return !head_.linked(); }
  // The first ones, `most` at most; `look` changes nothing.
  template <typename Look>
  void each_of_first(std::size_t most, Look look) {
    for (Link* at = head_.next_; at != &head_ && most > 0; at = at->next_, --most) {
      look(static_cast<const T&>(*at));
    }
  }
  T& front() { return static_cast<T&>(*head_.next_); }
  // Takes `member` out of the chain it was in.
  void push_back(T& member) {
    Link& link = member;
    link.unlink();
    link.previous_ = head_.previous_;
    link.next_ = &head_;
    head_.previous_->next_ = &link;
    head_.previous_ = &link;
  }
  // Moves every member of `other` to the end of this one, at a cost that does not depend on how
  // many.
  void take(Chain& other) {
    if (other.empty()) return;
    Link& first = *other.head_.next_;
    Link& last = *other.head_.previous_;
    other.head_.next_ = other.head_.previous_ = &other.head_;
    first.previous_ = head_.previous_;
    head_.previous_->next_ = &first;
    last.next_ = &head_;
    head_.previous_ = &last;
  }

 private:
  Link head_;
};

}  // namespace net
