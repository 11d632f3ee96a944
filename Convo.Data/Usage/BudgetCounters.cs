using System.Globalization;
using Convo.Core.Usage;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Convo.Data.Usage;

/// <summary>
/// The counters in Redis: one typed method a script. Whatever Redis cannot answer within <see cref="UsageOptions.RedisPatience"/> is
/// <c>budget_unavailable</c>, because nobody is admitted on a guess.
/// </summary>
internal sealed class BudgetCounters
{
    // Longer than anybody repeats a step of a turn; reconciliation looks after what comes later still.
    private const long TurnSecondsToLive = 6 * 3600;
    private const long RebuildSecondsToLive = 300;

    private readonly IConnectionMultiplexer _redis;
    private readonly RedisKeys _keys;
    private readonly TimeSpan _patience;
    private int _connection;

    public BudgetCounters(IConnectionMultiplexer redis, RedisKeys keys, IOptions<UsageOptions> options)
    {
        _redis = redis;
        _keys = keys;
        _patience = options.Value.RedisPatience;
        redis.ConnectionRestored += (_, _) => Interlocked.Increment(ref _connection);
    }

    /// <summary>Changes whenever a connection was lost: Redis may have come back with an older state.</summary>
    public int Connection => Volatile.Read(ref _connection);

    public async Task<ReserveAnswer> ReserveAsync(
        HoldRequest request, IReadOnlyList<(BudgetAccount Account, BudgetLimit Limit)> accounts, string mark, DateTimeOffset now, DateTimeOffset expiry)
    {
        var (units, millionths) = request.Prices is { } prices ? CostUnits.PerOutputToken(prices) : default;
        var values = new List<RedisValue>
        {
            now.ToUnixTimeMilliseconds(), expiry.ToUnixTimeMilliseconds(), TurnName(request.TurnId),
            request.InputTokens, request.OutputTokens, Math.Min(request.MinimumOutputTokens, request.OutputTokens),
            request.Prices is { } known ? CostUnits.OfInput(known, request.InputTokens) : 0, units, millionths, request.Prices is null ? 0 : 1,
            TurnSecondsToLive, mark,
        };
        foreach (var (account, limit) in accounts)
        {
            values.AddRange([limit.TokenLimit ?? -1, limit.CostLimit is { } cost ? CostUnits.FromDollars(cost) : -1, account.SecondsToLive(now)]);
        }

        var answer = await EvaluateAsync(
            BudgetScripts.Reserve, [_keys.BudgetTurn(request.TurnId), _keys.BudgetLimits()], accounts.Select(pair => pair.Account), withRebuild: false, values)
            .ConfigureAwait(false);
        return ReserveAnswer.Read((RedisResult[])answer!);
    }

    /// <param name="recordedIn">The transaction of the ledger row; empty when nobody has looked yet.</param>
    public async Task<EndAnswer> EndAsync(
        Guid turnId, bool settles, IReadOnlyList<BudgetAccount> accounts, long tokens, long cost, string recordedIn)
    {
        var answer = await EvaluateAsync(
            BudgetScripts.End, [_keys.BudgetTurn(turnId)], accounts, withRebuild: true,
            [TurnName(turnId), settles ? "settled" : "released", tokens, cost, recordedIn, TurnSecondsToLive]).ConfigureAwait(false);
        return (string?)answer switch
        {
            "done" => EndAnswer.Done,
            "again" => EndAnswer.Repeated,
            _ => EndAnswer.NeedsTransaction,
        };
    }

    /// <returns>False when the turn has ended.</returns>
    public async Task<bool> RenewAsync(TurnHold hold, IReadOnlyList<BudgetAccount> accounts, DateTimeOffset now)
    {
        var values = new List<RedisValue> { hold.ExpiresAt.ToUnixTimeMilliseconds(), TurnName(hold.TurnId), hold.Tokens, hold.Cost, TurnSecondsToLive };
        values.AddRange(accounts.Select(account => (RedisValue)account.SecondsToLive(now)));
        return (bool)await EvaluateAsync(BudgetScripts.Renew, [_keys.BudgetTurn(hold.TurnId)], accounts, withRebuild: false, values).ConfigureAwait(false);
    }

    /// <summary>Whether Redis still knows the turn; it does not when it was emptied since.</summary>
    public Task<bool> KnowsAsync(Guid turnId) => Within(_redis.GetDatabase().KeyExistsAsync(_keys.BudgetTurn(turnId)));

    /// <summary>Has every node read limits again before it decides by them.</summary>
    public Task MarkLimitsAsync(Guid mark) => Within(_redis.GetDatabase().StringSetAsync(_keys.BudgetLimits(), TurnName(mark)));

    /// <summary>Has settlements noted from now on, and gives the name of the notes.</summary>
    public async Task<string> OpenRebuildAsync(BudgetAccount account, Guid name) => (string)(await RunAsync(
        BudgetScripts.OpenRebuild, [account.KeysIn(_keys).Rebuild], [TurnName(name), RebuildSecondsToLive]).ConfigureAwait(false))!;

    /// <summary>Sets a counter to what the ledger said, plus what was noted since. Null when the notes were lost.</summary>
    public async Task<RebuildAnswer?> ApplyRebuildAsync(BudgetAccount account, string name, LedgerTotals totals, DateTimeOffset now)
    {
        var (counter, holds, rebuild) = account.KeysIn(_keys);
        var values = new List<RedisValue>
        {
            name, now.ToUnixTimeMilliseconds(), totals.Snapshot, totals.Tokens, totals.Cost, account.SecondsToLive(now),
        };
        values.AddRange(totals.Holds.SelectMany(hold => hold.Split(' ')).Select(part => (RedisValue)part));
        var answer = (string[])(await RunAsync(BudgetScripts.ApplyRebuild, [counter, holds, rebuild], [.. values]).ConfigureAwait(false))!;
        return answer[0] switch
        {
            "again" => null,
            "built" => new RebuildAnswer(false, 0, 0, []),
            _ => new RebuildAnswer(true, Number(answer[1]), Number(answer[2]), [.. answer.Skip(3).Select(turn => Guid.ParseExact(turn, "N"))]),
        };
    }

    /// <summary>A counter as it stands; null when there is none.</summary>
    public async Task<CounterFigures?> ReadAsync(BudgetAccount account, DateTimeOffset now)
    {
        var (counter, holds, _) = account.KeysIn(_keys);
        var figures = (string[])(await RunAsync(BudgetScripts.Read, [counter, holds], [now.ToUnixTimeMilliseconds()]).ConfigureAwait(false))!;
        return figures.Length == 0 ? null : new CounterFigures(Number(figures[0]), Number(figures[1]), Number(figures[2]), Number(figures[3]));
    }

    private Task<RedisResult> EvaluateAsync(
        string script, List<RedisKey> keys, IEnumerable<BudgetAccount> accounts, bool withRebuild, IReadOnlyCollection<RedisValue> values)
    {
        foreach (var (counter, holds, rebuild) in accounts.Select(account => account.KeysIn(_keys)))
        {
            keys.AddRange(withRebuild ? [counter, holds, rebuild] : [counter, holds]);
        }

        return RunAsync(script, [.. keys], [.. values]);
    }

    private Task<RedisResult> RunAsync(string script, RedisKey[] keys, RedisValue[] values)
    {
        return Within(OnceAsync());

        async Task<RedisResult> OnceAsync()
        {
            var database = _redis.GetDatabase();
            try
            {
                return await database.ScriptEvaluateAsync(script, keys, values).ConfigureAwait(false);
            }
            catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
            {
                // The client loads a script that is gone, once; scripts that go again meanwhile are sent whole.
                return await database.ScriptEvaluateAsync(script, keys, values, CommandFlags.NoScriptCache).ConfigureAwait(false);
            }
        }
    }

    private async Task<T> Within<T>(Task<T> task)
    {
        try
        {
            return await task.WaitAsync(_patience).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            throw BudgetRefusal.Unavailable(e);
        }
    }

    private static string TurnName(Guid id) => id.ToString("N");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
