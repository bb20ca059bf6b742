// Ring: things in the order in which they joined, each in one ring at most. Joining and leaving
// take a moment and no memory: neither can fail.
#pragma once

namespace net {

class Ring {
 public:
  // What a thing has of its ring: it leaves with its owner.
  class Link {
   public:
    Link() = default;
    ~Link() { leave(); }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    bool joined() const { return after_ != nullptr; }
    void leave() {
      if (!joined()) return;
      before_->after_ = after_;
      after_->before_ = before_;
      before_ = after_ = nullptr;
    }

   private:
    friend class Ring;
    Link* before_ = nullptr;
    Link* after_ = nullptr;
  };

  Ring() { ends_.before_ = ends_.after_ = &ends_; }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  bool empty() const { return ends_.after_ == &ends_; }
  // Null: it is empty.
  Link* front() const { return empty() ? nullptr : ends_.after_; }

  // Behind all others. `link` must be in no ring, and leave before this one goes.
  void add(Link& link) {
    link.before_ = ends_.before_;
    link.after_ = &ends_;
    ends_.before_->after_ = &link;
    ends_.before_ = &link;
  }

  // All of `other`, behind all that are here.
  void add_all(Ring& other) {
    if (other.empty()) return;
    other.ends_.after_->before_ = ends_.before_;
    other.ends_.before_->after_ = &ends_;
    ends_.before_->after_ = other.ends_.after_;
    ends_.before_ = other.ends_.before_;
    other.ends_.before_ = other.ends_.after_ = &other.ends_;
  }

 private:
  Link ends_;  // before the first and behind the last
};

}  // namespace net
