namespace Convo.Data.Usage;

internal static partial class BudgetScripts
{
    /// <summary>
    /// KEYS rebuild. ARGV a name for this rebuild, seconds to live. From here on settlements are noted. Gives the name under which they are:
    /// several rebuilders share one book of notes, and each can tell whether it has been kept since before its own sum.
    /// </summary>
    public const string OpenRebuild = """
        local name = redis.call('HGET', KEYS[1], 'name')
        if not name then
          name = ARGV[1]
          redis.call('HSET', KEYS[1], 'name', name)
        end
        redis.call('EXPIRE', KEYS[1], ARGV[2])
        return name
        """;

    /// <summary>
    /// KEYS counter, holds, rebuild. ARGV name, now, snapshot, tokens, cost, seconds to live, then turn, tokens, cost, expiry of each hold
    /// that the snapshot saw.
    /// Gives <c>again</c> when the notes were lost; else <c>built</c>, or <c>compared</c> with the difference in tokens and cost and the turns
    /// whose hold is older than this sum (a settlement of theirs may be on its way).
    /// </summary>
    public const string ApplyRebuild = Common + """
        local counter, holds, now, snapshot = KEYS[1], KEYS[2], tonumber(ARGV[2]), ARGV[3]
        if redis.call('HGET', KEYS[3], 'name') ~= ARGV[1] then return {'again'} end

        local used_tokens, used_cost, noted = tonumber(ARGV[4]), tonumber(ARGV[5]), {}
        local notes = redis.call('HGETALL', KEYS[3])
        for i = 1, #notes, 2 do
          if notes[i] ~= 'name' then
            noted[notes[i]] = true
            local xid, tokens, cost = string.match(notes[i + 1], '^(%d+):(%d+):(%d+)$')
            if xid and not summed(snapshot, xid) then
              used_tokens, used_cost = used_tokens + tonumber(tokens), used_cost + tonumber(cost)
            end
          end
        end

        -- What is held is summed anew: nothing that a torn write left behind outlives this.
        local expiries, present, held_tokens, held_cost, older = {}, {}, 0, 0, {}
        local scored = redis.call('ZRANGE', holds, 0, -1, 'WITHSCORES')
        for i = 1, #scored, 2 do expiries[scored[i]] = tonumber(scored[i + 1]) end
        local fields, before = redis.call('HGETALL', counter), {}
        for i = 1, #fields, 2 do
          local turn = string.match(fields[i], '^h:(.+)$')
          if not turn then
            before[fields[i]] = fields[i + 1]
          elseif expiries[turn] and expiries[turn] > now then
            local tokens, cost = parse(fields[i + 1])
            held_tokens, held_cost = held_tokens + tokens, held_cost + cost
            present[turn] = true
            older[#older + 1] = turn
          else
            redis.call('HDEL', counter, fields[i])
          end
        end
        for turn in pairs(expiries) do
          if not present[turn] then redis.call('ZREM', holds, turn) end
        end

        if not before.b then
          -- Left by a script that ran while the store was emptied; its base belongs to a counter that is gone.
          for turn in pairs(present) do
            local tokens, cost = parse(redis.call('HGET', counter, 'h:' .. turn))
            redis.call('HSET', counter, 'h:' .. turn, int(tokens) .. ':' .. int(cost) .. ':0')
          end
        end

        local base = int(tonumber(before.b or '0') + 1)
        for i = 7, #ARGV, 4 do
          local turn, tokens, cost, expiry = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
          if not present[turn] and not noted[turn] and tonumber(expiry) > now then
            redis.call('HSET', counter, 'h:' .. turn, tokens .. ':' .. cost .. ':' .. base)
            redis.call('ZADD', holds, expiry, turn)
            held_tokens, held_cost = held_tokens + tonumber(tokens), held_cost + tonumber(cost)
          end
        end

        redis.call('HSET', counter, 't', int(used_tokens), 'c', int(used_cost), 'ht', int(held_tokens), 'hc', int(held_cost),
          'b', base, 's', snapshot)
        redis.call('EXPIRE', counter, ARGV[6])
        redis.call('EXPIRE', holds, ARGV[6])
        redis.call('DEL', KEYS[3])
        if not before.b then return {'built'} end
        local answer = {'compared', int(used_tokens - tonumber(before.t)), int(used_cost - tonumber(before.c))}
        for _, turn in ipairs(older) do answer[#answer + 1] = turn end
        return answer
        """;

    /// <summary>
    /// KEYS counter, holds. ARGV now. Gives used tokens, used cost, held tokens, held cost; nothing when the counter is not there, or a hold
    /// expired and the settlement may be lost: the ledger knows better then.
    /// </summary>
    public const string Read = """
        local found = redis.call('HMGET', KEYS[1], 't', 'c', 'ht', 'hc', 'b')
        if not found[5] or redis.call('ZCOUNT', KEYS[2], '-inf', ARGV[1]) > 0 then return {} end
        return found
        """;
}
