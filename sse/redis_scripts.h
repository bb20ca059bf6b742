// What runs inside of Redis, each script as one step. Their KEYS: the log (a stream whose ids are
// "<seq>-0"), the head (a hash: epoch, seq, and `history`, which tells one log from the next), and
// the two sets of topics.
//
// ARGV[1..5] of the first two: a fresh epoch, in case one is wanted; the epoch that the caller
// knows; the seq of the last event that it has read, and that event's stamp (or ""); the highest
// seq that it has heard of. Where there is no head it is made, and then what the log holds means
// nothing. Where the log has not what the caller has seen, the primary has lost its tail, and seqs
// will be, or have been, given again: under the fresh epoch they are other ids.
#pragma once

#include <string>
#include <vector>

namespace sse::scripts {

// All in one slot of a cluster.
struct Keys {
  explicit Keys(const std::string& prefix)
      : log("{" + prefix + "}:log"),
        head("{" + prefix + "}:head"),
        key("{" + prefix + "}:key:"),
        name("{" + prefix + "}:id:"),
        latest("{" + prefix + "}:latest"),
        latest_private("{" + prefix + "}:latest:private") {}
  std::string log;
  std::string head;
  std::string key;   // before a key of idempotency
  std::string name;  // before what a publisher calls its event
  // Sorted sets: topics by the seq of their newest event, of those for all and of private ones.
  std::string latest;
  std::string latest_private;
};

// The first words of a command that runs `script`; its ARGV follow.
std::vector<std::string> call(const std::string& script, const Keys& keys);

// ARGV[6..10]: the prefix of keys of idempotency, how many seconds they are remembered, the most
// entries of the log, the prefix of publishers' own ids and how many seconds those are remembered;
// then for each event its key (or ""), its publisher's id (or ""), the number of words that are its
// fields, and those. Returns the epoch, then for each event its seq.
std::string publish();

// ARGV[6]: events published before this time (milliseconds since 1970) are too old, and some of
// them are removed. Returns the epoch and the highest seq.
std::string check();

// ARGV[1]: the seq after which to begin; ARGV[2]: how many; ARGV[3]: the key of a publisher's id,
// after whose event to begin instead (or ""). Returns the epoch (or nil), the highest seq, the id
// of the first entry there is (or ""), the entries, and the seq of the publisher's id (or "").
std::string read();

// ARGV[1]: a topic. Returns the epoch (or nil), the highest seq, and the topic's newest entry and
// its newest private one, as far as there are such.
std::string latest();

}  // namespace sse::scripts
