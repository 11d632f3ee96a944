using System.Collections.Concurrent;
using Convo.Core.Accounts;
using Microsoft.Extensions.Options;

namespace Convo.Core.Usage;

/// <summary>
/// Which limits apply to a caller: organisation, team, person and key, each by day and month. A row of the own id goes before the scope's
/// default, figure by figure; where no default row says anything, a person has DAILY_TOKEN_BUDGET a day.
/// </summary>
public sealed class BudgetRules
{
    // Bounds how stale a node can be that missed an announcement.
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(15);
    private const int MaxCached = 20_000;

    private readonly IBudgetLimits _limits;
    private readonly long _dailyTokens;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<Caller, Resolved> _cache = new();
    private int _version;

    public BudgetRules(IBudgetLimits limits, IOptions<UsageOptions> options, TimeProvider time)
    {
        _limits = limits;
        _dailyTokens = options.Value.DailyTokens;
        _time = time;
        _limits.OnChanged(Forget);
    }

    /// <summary>The limits of a caller, each with its scope's id. Empty when nothing is limited.</summary>
    public async ValueTask<IReadOnlyList<BudgetLimit>> ResolveAsync(Caller caller, CancellationToken cancellationToken)
    {
        // What a credential may do decides nothing here and would only split the cache.
        caller = caller with { Role = Role.Member, Scopes = ApiScopes.All };
        var version = Volatile.Read(ref _version);
        if (_cache.TryGetValue(caller, out var known) && known.Version == version && _time.GetElapsedTime(known.At) < Freshness)
        {
            return known.Limits;
        }

        var limits = Resolve(caller, await _limits.ForAsync(caller, cancellationToken).ConfigureAwait(false), _dailyTokens);
        if (_cache.Count >= MaxCached)
        {
            _cache.Clear();
        }

        // Read before the rows: a change announced while they were read makes this entry stale at once.
        _cache[caller] = new Resolved(limits, version, _time.GetTimestamp());
        return limits;
    }

    internal static IReadOnlyList<BudgetLimit> Resolve(Caller caller, IReadOnlyList<BudgetLimit> rows, long dailyTokens)
    {
        var limits = new List<BudgetLimit>();
        foreach (var (scope, id) in ScopesOf(caller))
        {
            foreach (var window in Enum.GetValues<BudgetWindow>())
            {
                var own = rows.FirstOrDefault(row => row.Scope == scope && row.Window == window && row.ScopeId == id);
                var shared = rows.FirstOrDefault(row => row.Scope == scope && row.Window == window && row.ScopeId is null)
                    ?? Fallback(scope, window, dailyTokens);
                var limit = new BudgetLimit(scope, id, window, own?.TokenLimit ?? shared?.TokenLimit, own?.CostLimit ?? shared?.CostLimit);
                if (limit is not { TokenLimit: null, CostLimit: null })
                {
                    limits.Add(limit);
                }
            }
        }

        return limits;
    }

    /// <summary>Every scope that a caller's use counts in.</summary>
    public static IEnumerable<(BudgetScope Scope, Guid? Id)> ScopesOf(Caller caller) => ScopesOf(caller.UserId, caller.TeamId, caller.ApiKeyId);

    public static IEnumerable<(BudgetScope Scope, Guid? Id)> ScopesOf(Guid userId, Guid? teamId, Guid? apiKeyId)
    {
        yield return (BudgetScope.User, userId);
        if (teamId is { } team)
        {
            yield return (BudgetScope.Team, team);
        }

        if (apiKeyId is { } key)
        {
            yield return (BudgetScope.ApiKey, key);
        }

        yield return (BudgetScope.Global, null);
    }

    private static BudgetLimit? Fallback(BudgetScope scope, BudgetWindow window, long dailyTokens) =>
        (scope, window) == (BudgetScope.User, BudgetWindow.Day) ? new BudgetLimit(scope, null, window, dailyTokens, null) : null;

    private void Forget() => Interlocked.Increment(ref _version);

    private sealed record Resolved(IReadOnlyList<BudgetLimit> Limits, int Version, long At);
}
