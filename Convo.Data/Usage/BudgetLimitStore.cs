using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Usage;
using StackExchange.Redis;

namespace Convo.Data.Usage;

internal sealed class BudgetLimitStore : IBudgetLimits
{
    private readonly Db _db;
    private readonly ISubscriber _subscriber;
    private readonly RedisChannel _channel;
    private readonly TimeProvider _time;
    private Action _changed = () => { };

    public BudgetLimitStore(Db db, IConnectionMultiplexer redis, RedisKeys keys, TimeProvider time)
    {
        (_db, _time) = (db, time);
        _channel = keys.Channel("budgets");
        _subscriber = redis.GetSubscriber();
        // Not awaited: the client subscribes as soon as Redis is there, and again whenever it returns.
        _subscriber.Subscribe(_channel, (_, _) => _changed(), CommandFlags.FireAndForget);
        redis.ConnectionRestored += (_, _) => _changed();
    }

    public void OnChanged(Action callback) => _changed += callback;

    private const string ForCaller = """
        SELECT scope, scope_id, budget_window AS "window", token_limit, cost_limit
        FROM budgets
        WHERE scope = 'global'
           OR (scope = 'user' AND (scope_id IS NULL OR scope_id = @UserId))
           OR (scope = 'team' AND (scope_id IS NULL OR scope_id = @TeamId))
           OR (scope = 'api_key' AND (scope_id IS NULL OR scope_id = @ApiKeyId))
        """;

    public Task<IReadOnlyList<BudgetLimit>> ForAsync(Caller caller, CancellationToken cancellationToken) =>
        _db.QueryAsync<BudgetLimit>(ForCaller, new { caller.UserId, caller.TeamId, caller.ApiKeyId }, cancellationToken);

    private const string All = """
        SELECT scope, scope_id, budget_window AS "window", token_limit, cost_limit
        FROM budgets
        ORDER BY scope, scope_id NULLS FIRST, budget_window
        """;

    public Task<IReadOnlyList<BudgetLimit>> ListAsync(CancellationToken cancellationToken) =>
        _db.QueryAsync<BudgetLimit>(All, null, cancellationToken);

    public async Task SetAsync(Caller caller, BudgetLimit limit, string? reason, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
        {
            throw new ConvoException(ProblemKind.Forbidden, "forbidden", "Only administrators change budgets. Ask one of them.");
        }

        BudgetLimitRules.Check(limit);
        await _db.InTransactionAsync(session => StoreAsync(session, caller, limit, reason, cancellationToken), cancellationToken).ConfigureAwait(false);
        _changed();
        // Other nodes that miss it see the change when their cache runs out.
        await _subscriber.PublishAsync(_channel, "", CommandFlags.FireAndForget).ConfigureAwait(false);
    }

    private async Task StoreAsync(DbSession session, Caller caller, BudgetLimit limit, string? reason, CancellationToken cancellationToken)
    {
        if (limit.ScopeId is { } id && !await session.ScalarAsync<bool>(ScopeExists, new { limit.Scope, id }, cancellationToken).ConfigureAwait(false))
        {
            throw new ConvoException(ProblemKind.NotFound, "not_found", $"There is no such {BudgetNames.Of(limit.Scope).Replace('_', ' ')}. Check the id.") { Field = "scope_id" };
        }

        var values = new
        {
            Id = _time.NewId(),
            caller.UserId,
            Now = _time.GetUtcNow(),
            limit.Scope,
            limit.ScopeId,
            limit.Window,
            limit.TokenLimit,
            limit.CostLimit,
            Reason = reason,
        };
        await session.ExecuteAsync(Audit, values, cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(limit is { ScopeId: not null, TokenLimit: null, CostLimit: null } ? Remove : Upsert, values, cancellationToken).ConfigureAwait(false);
    }

    private const string ScopeExists = """
        SELECT CASE @Scope
                   WHEN 'user' THEN EXISTS (SELECT FROM users WHERE id = @id)
                   WHEN 'team' THEN EXISTS (SELECT FROM teams WHERE id = @id)
                   ELSE EXISTS (SELECT FROM api_keys WHERE id = @id)
               END
        """;

    // Before the change, so that it can say what was there.
    private const string Audit = """
        INSERT INTO audit_log (id, at, actor_id, action, target_type, target_id, reason, details)
        VALUES (
            @Id, @Now, @UserId, 'budget_changed', 'budget', concat_ws(':', @Scope, @ScopeId::uuid, @Window), @Reason,
            jsonb_build_object(
                'token_limit', @TokenLimit::bigint, 'cost_limit', @CostLimit::numeric,
                'before', (SELECT jsonb_build_object('token_limit', token_limit, 'cost_limit', cost_limit)
                           FROM budgets
                           WHERE scope = @Scope AND scope_id IS NOT DISTINCT FROM @ScopeId::uuid AND budget_window = @Window)))
        """;

    private const string Upsert = """
        INSERT INTO budgets (scope, scope_id, budget_window, token_limit, cost_limit, updated_at, updated_by)
        VALUES (@Scope, @ScopeId, @Window, @TokenLimit, @CostLimit, @Now, @UserId)
        ON CONFLICT (scope, scope_id, budget_window) DO UPDATE
        SET token_limit = excluded.token_limit, cost_limit = excluded.cost_limit, updated_at = excluded.updated_at, updated_by = excluded.updated_by
        """;

    private const string Remove = """
        DELETE FROM budgets
        WHERE scope = @Scope AND scope_id = @ScopeId AND budget_window = @Window
        """;
}
