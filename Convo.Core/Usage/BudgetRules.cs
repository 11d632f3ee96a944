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
    private volatile string _mark = "";

    public BudgetRules(IBudgetLimits limits, IOptions<UsageOptions> options, TimeProvider time)
    {
        _limits = limits;
        _dailyTokens = options.Value.DailyTokens;
        _time = time;
        _limits.OnChanged(Forget);
    }

    /// <summary>The limits of a caller, each with its scope's id. Empty when nothing is limited.</summary>
    public async ValueTask<IReadOnlyList<BudgetLimit>> ResolveAsync(Caller caller, CancellationToken cancellationToken) =>
        (await ResolveMarkedAsync(caller, cancellationToken).ConfigureAwait(false)).Limits;

    /// <summary>The same, with the mark that the limits carried when they were read (see <see cref="Learn"/>).</summary>
    public async ValueTask<MarkedLimits> ResolveMarkedAsync(Caller caller, CancellationToken cancellationToken)
    {
        // What a credential may do decides nothing here and would only split the cache.
        caller = caller with { Role = Role.Member, Scopes = ApiScopes.All };
        var (version, mark) = (Volatile.Read(ref _version), _mark);
        if (_cache.TryGetValue(caller, out var known) && known.Version == version && known.Limits.Mark == mark && _time.GetElapsedTime(known.At) < Freshness)
        {
            return known.Limits;
        }

        var limits = new MarkedLimits(Resolve(caller, await _limits.ForAsync(caller, cancellationToken).ConfigureAwait(false), _dailyTokens), mark);
        if (_cache.Count >= MaxCached)
        {
            _cache.Clear();
        }

        // Read before the rows: a change announced while they were read makes this entry stale at once.
        _cache[caller] = new Resolved(limits, version, _time.GetTimestamp());
        return limits;
    }

    /// <summary>
    /// The store of counters carries a mark that each change of a limit replaces. Whoever decides by limits of another mark is told the
    /// present one and reads them again: a change holds everywhere at once, also where its announcement was lost.
    /// </summary>
    public void Learn(string mark) => _mark = mark;

    internal static IReadOnlyList<BudgetLimit> Resolve(Caller caller, IReadOnlyList<BudgetLimit> rows, long dailyTokens) =>
    [
        .. from scope in ScopesOf(caller)
           from window in Enum.GetValues<BudgetWindow>()
           let limit = Applying(rows, scope.Scope, scope.Id, window, dailyTokens)
           where limit is not { TokenLimit: null, CostLimit: null }
           select limit,
    ];

    /// <summary>What applies to one scope in one window; two nulls when nothing does.</summary>
    public static BudgetLimit Applying(IReadOnlyList<BudgetLimit> rows, BudgetScope scope, Guid? id, BudgetWindow window, long dailyTokens)
    {
        var own = rows.FirstOrDefault(row => row.Scope == scope && row.Window == window && row.ScopeId == id);
        var shared = id is null
            ? null
            : rows.FirstOrDefault(row => row.Scope == scope && row.Window == window && row.ScopeId is null) ?? Setting(scope, window, dailyTokens);
        return new BudgetLimit(
            scope, id, window, own?.TokenLimit ?? shared?.TokenLimit, own?.CostLimit ?? shared?.CostLimit, own?.WarnPercent ?? shared?.WarnPercent)
        {
            Origin = own is null && shared is not null ? shared.Origin == BudgetOrigin.Own ? BudgetOrigin.Default : shared.Origin : BudgetOrigin.Own,
        };
    }

    /// <summary>What stands in the place of a default that nobody has set.</summary>
    public static BudgetLimit? Setting(BudgetScope scope, BudgetWindow window, long dailyTokens) =>
        (scope, window) == (BudgetScope.User, BudgetWindow.Day)
            ? new BudgetLimit(scope, null, window, dailyTokens, null) { Origin = BudgetOrigin.Setting }
            : null;

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

    private void Forget() => Interlocked.Increment(ref _version);

    private sealed record Resolved(MarkedLimits Limits, int Version, long At);
}

/// <param name="Mark">What the store of counters said of the limits when they were read; empty before it was asked.</param>
public sealed record MarkedLimits(IReadOnlyList<BudgetLimit> Limits, string Mark);
