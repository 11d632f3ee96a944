using System.Globalization;
using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Data.Accounts;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Convo.Data.Usage;

internal sealed partial class BudgetLimitStore : IBudgetLimits
{
    private readonly Db _db;
    private readonly BudgetCounters _counters;
    private readonly ISubscriber _subscriber;
    private readonly RedisChannel _channel;
    private readonly TimeProvider _time;
    private readonly ILogger<BudgetLimitStore> _logger;
    private Action _changed = () => { };

    public BudgetLimitStore(Db db, BudgetCounters counters, IConnectionMultiplexer redis, RedisKeys keys, TimeProvider time, ILogger<BudgetLimitStore> logger)
    {
        (_db, _counters, _time, _logger) = (db, counters, time, logger);
        _channel = keys.Channel("budgets");
        _subscriber = redis.GetSubscriber();
        // Not awaited: the client subscribes as soon as Redis is there, and again whenever it returns.
        _subscriber.Subscribe(_channel, (_, _) => _changed(), CommandFlags.FireAndForget);
        redis.ConnectionRestored += (_, _) => _changed();
    }

    public void OnChanged(Action callback) => _changed += callback;

    private const string ForCaller = """
        SELECT scope, scope_id, budget_window AS "window", token_limit, cost_limit, warn_percent
        FROM budgets
        WHERE scope = 'global'
           OR (scope = 'user' AND (scope_id IS NULL OR scope_id = @UserId))
           OR (scope = 'team' AND (scope_id IS NULL OR scope_id = @TeamId))
           OR (scope = 'api_key' AND (scope_id IS NULL OR scope_id = @ApiKeyId))
        """;

    public Task<IReadOnlyList<BudgetLimit>> ForAsync(Caller caller, CancellationToken cancellationToken) =>
        _db.QueryAsync<BudgetLimit>(ForCaller, new { caller.UserId, caller.TeamId, caller.ApiKeyId }, cancellationToken);

    private const string All = """
        SELECT scope, scope_id, budget_window AS "window", token_limit, cost_limit, warn_percent
        FROM budgets
        ORDER BY scope, scope_id NULLS FIRST, budget_window
        """;

    public Task<IReadOnlyList<BudgetLimit>> ListAsync(CancellationToken cancellationToken) =>
        _db.QueryAsync<BudgetLimit>(All, null, cancellationToken);

    public async Task SetAsync(Caller caller, BudgetLimit limit, string? reason, CancellationToken cancellationToken)
    {
        AdminOnly.Check(caller);
        BudgetLimitRules.Check(limit);
        BudgetLimitRules.CheckReason(reason);
        await _db.InTransactionAsync(session => StoreAsync(session, caller, limit, reason, cancellationToken), cancellationToken).ConfigureAwait(false);
        _changed();
        await AnnounceAsync().ConfigureAwait(false);
    }

    /// <summary>After the commit: who reads limits because of it must find the new ones.</summary>
    private async Task AnnounceAsync()
    {
        try
        {
            await _counters.MarkLimitsAsync(_time.NewId()).ConfigureAwait(false);
        }
        catch (ConvoException e) when (e.Kind == ProblemKind.Unavailable)
        {
            // Without Redis nothing is admitted anywhere, and its return has every node read limits again.
            LogUnannounced(e);
        }

        await _subscriber.PublishAsync(_channel, "", CommandFlags.FireAndForget).ConfigureAwait(false);
    }

    // Two administrators at once: the second's record says what the first has left.
    private const string Lock = "LOCK TABLE budgets IN SHARE ROW EXCLUSIVE MODE";

    private const string Find = """
        SELECT scope, scope_id, budget_window AS "window", token_limit, cost_limit, warn_percent
        FROM budgets
        WHERE scope = @Scope AND scope_id IS NOT DISTINCT FROM @ScopeId::uuid AND budget_window = @Window
        """;

    private async Task StoreAsync(DbSession session, Caller caller, BudgetLimit limit, string? reason, CancellationToken cancellationToken)
    {
        if (limit.ScopeId is { } id && !await session.ScalarAsync<bool>(ScopeExists, new { limit.Scope, id }, cancellationToken).ConfigureAwait(false))
        {
            throw new ConvoException(ProblemKind.NotFound, "not_found", $"There is no such {BudgetNames.Of(limit.Scope).Replace('_', ' ')}. Check the id.") { Field = "scope_id" };
        }

        await session.ExecuteAsync(Lock, null, cancellationToken).ConfigureAwait(false);
        var values = new { Now = _time.GetUtcNow(), caller.UserId, limit.Scope, limit.ScopeId, limit.Window, limit.TokenLimit, limit.CostLimit, limit.WarnPercent };
        var before = await session.QuerySingleOrDefaultAsync<BudgetLimit>(Find, values, cancellationToken).ConfigureAwait(false);
        await session.WriteAuditAsync(Record(caller, before, limit, reason), cancellationToken).ConfigureAwait(false);
        var removes = limit is { ScopeId: not null, TokenLimit: null, CostLimit: null, WarnPercent: null };
        await session.ExecuteAsync(removes ? Remove : Upsert, values, cancellationToken).ConfigureAwait(false);
    }

    private AuditEntry Record(Caller caller, BudgetLimit? before, BudgetLimit limit, string? reason)
    {
        var scope = BudgetNames.Of(limit.Scope);
        var window = BudgetNames.Of(limit.Window);
        return new AuditEntry(
            _time.NewId(), _time.GetUtcNow(), caller.UserId, "budget.changed", "budget", limit.ScopeId is { } id ? $"{scope}:{id}:{window}" : $"{scope}:{window}",
            string.IsNullOrWhiteSpace(reason) ? null : reason.Trim(),
            new Dictionary<string, string?>
            {
                ["scope"] = scope,
                ["scope_id"] = limit.ScopeId?.ToString(),
                ["window"] = window,
                ["token_limit"] = Text(limit.TokenLimit),
                ["cost_limit"] = Text(limit.CostLimit),
                ["warn_percent"] = Text(limit.WarnPercent),
                ["token_limit_before"] = Text(before?.TokenLimit),
                ["cost_limit_before"] = Text(before?.CostLimit),
                ["warn_percent_before"] = Text(before?.WarnPercent),
            });
    }

    private static string? Text(decimal? figure) => figure?.ToString("0.##########", CultureInfo.InvariantCulture);

    private const string ScopeExists = """
        SELECT CASE @Scope
                   WHEN 'user' THEN EXISTS (SELECT FROM users WHERE id = @id)
                   WHEN 'team' THEN EXISTS (SELECT FROM teams WHERE id = @id)
                   ELSE EXISTS (SELECT FROM api_keys WHERE id = @id)
               END
        """;

    private const string Upsert = """
        INSERT INTO budgets (scope, scope_id, budget_window, token_limit, cost_limit, warn_percent, updated_at, updated_by)
        VALUES (@Scope, @ScopeId, @Window, @TokenLimit, @CostLimit, @WarnPercent, @Now, @UserId)
        ON CONFLICT (scope, scope_id, budget_window) DO UPDATE
        SET token_limit = excluded.token_limit, cost_limit = excluded.cost_limit, warn_percent = excluded.warn_percent,
            updated_at = excluded.updated_at, updated_by = excluded.updated_by
        """;

    private const string Remove = """
        DELETE FROM budgets
        WHERE scope = @Scope AND scope_id = @ScopeId AND budget_window = @Window
        """;

    [LoggerMessage(Level = LogLevel.Warning, Message = "A changed budget is stored, but Redis could not be told; nodes read it within 15 seconds of its return")]
    private partial void LogUnannounced(Exception exception);
}
