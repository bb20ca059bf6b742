#include "sse/redis_scripts.h"

namespace sse::scripts {
namespace {

// Numbers beyond 10^14 would be printed with an exponent.
constexpr const char* know_the_head = R"lua(
local function text(number) return string.format('%.0f', number) end
local function field(entry, name)
  for i = 1, #entry[2], 2 do
    if entry[2][i] == name then return entry[2][i + 1] end
  end
end
local head = redis.call('HMGET', KEYS[2], 'epoch', 'seq', 'history')
local epoch, seq, history = head[1], tonumber(head[2] or 0), head[3]
if not epoch then
  redis.call('DEL', KEYS[1], KEYS[3], KEYS[4])
  epoch, seq, history = ARGV[1], 0, ARGV[1]
  redis.call('HSET', KEYS[2], 'epoch', epoch, 'seq', 0, 'history', history)
elseif epoch == ARGV[2] then
  local lost = seq < tonumber(ARGV[5])
  if not lost and ARGV[4] ~= '' then
    local entry = redis.call('XRANGE', KEYS[1], ARGV[3] .. '-0', ARGV[3] .. '-0')[1]
    lost = entry and field(entry, 's') ~= ARGV[4]
  end
  if lost then
    epoch = ARGV[1]
    redis.call('HSET', KEYS[2], 'epoch', epoch)
  end
end
)lua";

constexpr const char* publish_all = R"lua(
local said = {epoch}
local i = 11
while ARGV[i] do
  local key, name, words = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local known = key ~= '' and redis.call('GET', ARGV[6] .. key)
  local before = known and string.match(known, '^' .. history .. ' (%d+)$')
  if before then
    said[#said + 1] = before
  else
    seq = seq + 1
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[8], text(seq) .. '-0', 'e', epoch,
               unpack(ARGV, i + 3, i + 2 + words))
    if key ~= '' then
      redis.call('SET', ARGV[6] .. key, history .. ' ' .. text(seq), 'EX', ARGV[7])
    end
    local set = KEYS[3]
    for word = i + 3, i + 2 + words, 2 do
      if ARGV[word] == 'v' then set = KEYS[4] end
    end
    for word = i + 3, i + 2 + words, 2 do
      if ARGV[word] == 't' or ARGV[word] == 'a' then
        redis.call('ZADD', set, text(seq), ARGV[word + 1])
      end
    end
    local first = name ~= '' and redis.call('GET', ARGV[9] .. name)
    if name ~= '' and not (first and string.match(first, '^' .. history .. ' ')) then
      redis.call('SET', ARGV[9] .. name, history .. ' ' .. text(seq), 'EX', ARGV[10])
    end
    said[#said + 1] = text(seq)
  end
  i = i + 3 + words
end
redis.call('HSET', KEYS[2], 'seq', text(seq))
return said
)lua";

constexpr const char* trim_aged = R"lua(
local keep
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 200)) do
  if tonumber(field(entry, 'm') or 0) >= tonumber(ARGV[6]) then break end
  keep = text(tonumber(string.match(entry[1], '^%d+')) + 1) .. '-0'
end
if keep then redis.call('XTRIM', KEYS[1], 'MINID', keep) end
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
local gone = first and tonumber(string.match(first[1], '^%d+')) - 1 or seq
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', text(gone))
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', text(gone))
return {epoch, text(seq)}
)lua";

constexpr const char* read_range = R"lua(
local head = redis.call('HMGET', KEYS[2], 'epoch', 'seq', 'history')
local known = ARGV[3] ~= '' and head[3] and redis.call('GET', ARGV[3])
local named = known and string.match(known, '^' .. head[3] .. ' (%d+)$') or ''
local after = named ~= '' and named or ARGV[1]
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
return {head[1], head[2] or '0', first and first[1] or '',
        redis.call('XRANGE', KEYS[1], '(' .. after .. '-0', '+', 'COUNT', ARGV[2]), named}
)lua";

constexpr const char* latest_of_topic = R"lua(
local head = redis.call('HMGET', KEYS[2], 'epoch', 'seq')
local found = {}
for i = 3, 4 do
  local seq = redis.call('ZSCORE', KEYS[i], ARGV[1])
  local id = seq and string.format('%.0f', tonumber(seq)) .. '-0'
  local entry = id and redis.call('XRANGE', KEYS[1], id, id)[1]
  if entry then found[#found + 1] = entry end
end
return {head[1], head[2] or '0', found}
)lua";

}  // namespace

std::vector<std::string> call(const std::string& script, const Keys& keys) {
  return {"EVAL", script, "4", keys.log, keys.head, keys.latest, keys.latest_private};
}

std::string publish() { return std::string(know_the_head) + publish_all; }
std::string check() { return std::string(know_the_head) + trim_aged; }
std::string read() { return read_range; }
std::string latest() { return latest_of_topic; }

}  // namespace sse::scripts
