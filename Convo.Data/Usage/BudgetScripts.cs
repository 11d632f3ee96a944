namespace Convo.Data.Usage;

/// <summary>
/// The scripts that decide and count, in the Lua that Redis 7 (5.1), Valkey and Garnet (5.4) share. Every key is passed as a key, all in
/// one slot. The time is an argument, in Unix milliseconds: tests own the clock, and replicas replay the same effects.
/// <para>
/// A counter is a hash: <c>t</c>, <c>c</c> used tokens and cost units; <c>ht</c>, <c>hc</c> the same held; <c>h:TURN</c> a hold as
/// <c>tokens:cost:base</c>; <c>b</c> the base, raised by every rebuild; <c>s</c> the PostgreSQL snapshot that <c>t</c> and <c>c</c> were
/// summed in. A hash without a base is no counter: Garnet can empty itself in the middle of a script, whose increment then makes the field
/// anew. A turn is a hash: <c>s</c> held, settled or released; <c>o</c> granted output; <c>e</c> expiry.
/// </para>
/// <para>
/// Exactly once, although counters are rebuilt while turns settle: a hold of the present base was reserved after the sum was taken (or was
/// seen by it as still held), so its turn is not in the sum and counts. Any other turn names the transaction of its ledger row, and the
/// snapshot says whether the sum has it. What settles between the sum and its arrival is noted and added if the snapshot has it not.
/// </para>
/// </summary>
internal static partial class BudgetScripts
{
    // %.0f because tostring() would turn 1e15 into 1e+15; 0 - x because a negated zero prints as -0, which HINCRBY refuses.
    private const string Common = """
        local function int(value) return string.format('%.0f', value) end

        local function parse(hold)
          local tokens, cost, base = string.match(hold, '^(%d+):(%d+):(%d+)$')
          return tonumber(tokens), tonumber(cost), base
        end

        -- Whether a sum taken in a snapshot (xmin:xmax:running) has what a transaction wrote.
        local function summed(snapshot, xid)
          local low, high, running = string.match(snapshot, '^(%d+):(%d+):(.*)$')
          if tonumber(xid) < tonumber(low) then return true end
          if tonumber(xid) >= tonumber(high) then return false end
          return not string.find(',' .. running .. ',', ',' .. xid .. ',', 1, true)
        end

        """;

    /// <summary>
    /// KEYS turn, the mark of limits, then counter and holds of each account. ARGV now, expiry, turn, input tokens, output wanted, least
    /// output, cost of the input, price of an output token (units, millionths), 1 when priced, the turn's seconds to live, the mark that the
    /// limits were read under, then per account token limit, cost limit (-1: none), seconds to live.
    /// Gives <c>held, output, tokens, cost</c>; <c>stale, mark</c> when limits were changed since; <c>rebuild, index…</c> for counters that are not there, or of whose holds one expired, so that
    /// a settlement may be missing; <c>ended</c>; <c>refused</c> and per account without room its index, 1 when it is money, used, held, limit and
    /// what is needed at least.
    /// </summary>
    public const string Reserve = Common + """
        local now, expiry, turn = tonumber(ARGV[1]), ARGV[2], ARGV[3]
        local input, output, least = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
        local input_cost, units, millionths = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
        local priced = ARGV[10] == '1'

        local function price(tokens) return tokens * units + math.ceil(tokens * millionths / 1000000) end

        -- The most output tokens that an amount of money buys.
        local function buys(room)
          if room < 0 then return -1 end
          if units == 0 and millionths == 0 then return output end
          local tokens = math.min(output, math.floor(room / (units + millionths / 1000000)) + 1)
          while tokens > 0 and price(tokens) > room do tokens = tokens - 1 end
          return tokens
        end

        local state = redis.call('HMGET', KEYS[1], 's', 'o', 'e', 't', 'c')
        if state[1] == 'settled' or state[1] == 'released' then return {'ended'} end
        -- A reservation that is repeated, because its first answer was lost, gets the first answer.
        if state[1] == 'held' and tonumber(state[3]) > now then return {'held', state[2], state[4], state[5]} end
        local mark = redis.call('GET', KEYS[2])
        if not mark then
          -- Emptied: what anybody knows of limits may be old. No mark is ever used twice.
          mark = turn
          redis.call('SET', KEYS[2], mark)
        end
        if mark ~= ARGV[12] then return {'stale', mark} end

        -- A hold that expired may belong to a node that died after it wrote the ledger. The hold stays as the sign of it, for everybody who
        -- asks, until a rebuild has looked into the ledger.
        local accounts, rebuild, index = {}, {'rebuild'}, 0
        for k = 3, #KEYS, 2 do
          index = index + 1
          local found = redis.call('HMGET', KEYS[k], 't', 'c', 'ht', 'hc', 'b', 'h:' .. turn)
          if not found[5] or redis.call('ZCOUNT', KEYS[k + 1], '-inf', ARGV[1]) > 0 then
            rebuild[#rebuild + 1] = int(index)
          else
            accounts[index] = { counter = KEYS[k], holds = KEYS[k + 1], tokens = tonumber(found[1]), cost = tonumber(found[2]),
              held_tokens = tonumber(found[3]), held_cost = tonumber(found[4]), base = found[5], own = found[6] }
          end
        end
        if #rebuild > 1 then return rebuild end

        -- The turn's own hold, read back from PostgreSQL after Redis was emptied, does not count against it.
        for _, account in ipairs(accounts) do
          if account.own then
            local tokens, cost = parse(account.own)
            account.held_tokens, account.held_cost = account.held_tokens - tokens, account.held_cost - cost
            redis.call('HDEL', account.counter, 'h:' .. turn)
            redis.call('ZREM', account.holds, turn)
            redis.call('HSET', account.counter, 'ht', int(account.held_tokens), 'hc', int(account.held_cost))
          end
        end

        local granted, refused = output, {'refused'}
        local function refuse(i, money, used, held, limit, needed)
          for _, value in ipairs({ i, money, used, held, limit, needed }) do refused[#refused + 1] = int(value) end
        end
        for i, account in ipairs(accounts) do
          local token_limit, cost_limit = tonumber(ARGV[10 + 3 * i]), tonumber(ARGV[11 + 3 * i])
          if token_limit >= 0 then
            local room = token_limit - account.tokens - account.held_tokens - input
            if room < least then
              refuse(i, 0, account.tokens, account.held_tokens, token_limit, input + least)
            elseif room < granted then
              granted = room
            end
          end
          if cost_limit >= 0 then
            -- Without a price nothing can be held; what is spent already still counts.
            local left = cost_limit - account.cost - account.held_cost
            local needed = priced and (input_cost + price(least)) or 1
            if left < needed then
              refuse(i, 1, account.cost, account.held_cost, cost_limit, needed)
            elseif priced then
              granted = math.min(granted, buys(left - input_cost))
            end
          end
        end
        if #refused > 1 then return refused end

        local tokens = input + granted
        local cost = priced and (input_cost + price(granted)) or 0
        for i, account in ipairs(accounts) do
          redis.call('HSET', account.counter, 'h:' .. turn, int(tokens) .. ':' .. int(cost) .. ':' .. account.base,
            'ht', int(account.held_tokens + tokens), 'hc', int(account.held_cost + cost))
          redis.call('ZADD', account.holds, expiry, turn)
          redis.call('EXPIRE', account.holds, ARGV[12 + 3 * i])
        end
        redis.call('HSET', KEYS[1], 's', 'held', 'o', int(granted), 'e', expiry, 't', int(tokens), 'c', int(cost))
        redis.call('EXPIRE', KEYS[1], ARGV[11])
        return {'held', int(granted), int(tokens), int(cost)}
        """;

    /// <summary>
    /// KEYS turn, then counter, holds and rebuild of each account. ARGV turn, <c>settled</c> or <c>released</c>, tokens, cost, transaction
    /// of the ledger row or nothing, the turn's seconds to live.
    /// Gives <c>done</c>; <c>again</c> when it had happened before; <c>xid</c>, with nothing changed, when the transaction is needed.
    /// </summary>
    public const string End = Common + """
        local turn, ending, tokens, cost, xid = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
        local settles = ending == 'settled'
        local state = redis.call('HGET', KEYS[1], 's')
        if state == 'settled' or state == ending then return 'again' end

        local accounts = {}
        for k = 2, #KEYS, 3 do
          local found = redis.call('HMGET', KEYS[k], 't', 'b', 's', 'h:' .. turn, 'ht', 'hc')
          local account = { k = k, exists = found[2], snapshot = found[3], hold = found[4], held_tokens = found[5], held_cost = found[6],
            rebuilding = redis.call('EXISTS', KEYS[k + 2]) == 1 }
          if account.hold then
            account.hold_tokens, account.hold_cost, account.hold_base = parse(account.hold)
          end
          account.certain = account.hold and account.hold_base == found[2]
          if settles and xid == '' and (account.rebuilding or (account.exists and not account.certain)) then return 'xid' end
          accounts[#accounts + 1] = account
        end

        for _, account in ipairs(accounts) do
          local counter = KEYS[account.k]
          if account.hold then
            redis.call('HDEL', counter, 'h:' .. turn)
            redis.call('ZREM', KEYS[account.k + 1], turn)
            redis.call('HSET', counter, 'ht', int(tonumber(account.held_tokens) - account.hold_tokens),
              'hc', int(tonumber(account.held_cost) - account.hold_cost))
          end
          if settles and account.exists and (account.certain or not summed(account.snapshot, xid)) then
            redis.call('HINCRBY', counter, 't', tokens)
            redis.call('HINCRBY', counter, 'c', cost)
          end
          if account.rebuilding then
            redis.call('HSET', KEYS[account.k + 2], turn, settles and (xid .. ':' .. tokens .. ':' .. cost) or '-')
          end
        end
        redis.call('HSET', KEYS[1], 's', ending)
        redis.call('EXPIRE', KEYS[1], ARGV[6])
        return 'done'
        """;

    /// <summary>
    /// KEYS turn, then counter and holds of each account. ARGV expiry, turn, tokens, cost, the turn's seconds to live, then per account its
    /// seconds to live. Counters that are not there are left to their rebuild, which reads the hold from PostgreSQL.
    /// Gives 0 when the turn has ended.
    /// </summary>
    public const string Renew = Common + """
        local expiry, turn, tokens, cost = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
        local state = redis.call('HGET', KEYS[1], 's')
        if state == 'settled' or state == 'released' then return 0 end
        local index = 0
        for k = 2, #KEYS, 2 do
          index = index + 1
          local found = redis.call('HMGET', KEYS[k], 't', 'b', 'h:' .. turn)
          if found[2] then
            if not found[3] then
              -- The base is not known to be this one, so the settlement will ask the ledger.
              redis.call('HSET', KEYS[k], 'h:' .. turn, tokens .. ':' .. cost .. ':0')
              redis.call('HINCRBY', KEYS[k], 'ht', tokens)
              redis.call('HINCRBY', KEYS[k], 'hc', cost)
            end
            redis.call('ZADD', KEYS[k + 1], expiry, turn)
            redis.call('EXPIRE', KEYS[k + 1], ARGV[5 + index])
          end
        end
        if state then redis.call('HSET', KEYS[1], 'e', expiry) redis.call('EXPIRE', KEYS[1], ARGV[5]) end
        return 1
        """;
}
