using Convo.Core.Accounts;
using Convo.Core.Usage;
using Microsoft.Extensions.Options;

namespace Convo.Data.Usage;

internal sealed class BudgetAdministration(Db db, BudgetCalendar calendar, IOptions<UsageOptions> options, TimeProvider time) : IBudgetAdministration
{
    public async Task<BudgetOverview> OverviewAsync(Caller caller, CancellationToken cancellationToken)
    {
        AdminOnly.Check(caller);
        var now = time.GetUtcNow();
        var stored = await db.QueryAsync<StoredRow>(Stored, null, cancellationToken).ConfigureAwait(false);
        var (day, month) = (calendar.PeriodAt(BudgetWindow.Day, now), calendar.PeriodAt(BudgetWindow.Month, now));
        var used = await db.QueryAsync<ScopeUse>(
            UseOfScopes, new { dayStart = day.Start, dayEnd = day.End, monthStart = month.Start, monthEnd = month.End }, cancellationToken).ConfigureAwait(false);
        return new OverviewBuilder(stored, used, options.Value.DailyTokens, window => window == BudgetWindow.Day ? day.End : month.End).Build();
    }

    // A revoked key or a deleted team leaves its row behind; it concerns nobody any more.
    private const string Stored = """
        SELECT b.scope, b.scope_id, COALESCE(u.name, t.name, k.name) AS name, b.budget_window AS "window", b.token_limit, b.cost_limit, b.warn_percent,
               b.updated_at, a.name AS updated_by
        FROM budgets b
        LEFT JOIN users u ON b.scope = 'user' AND u.id = b.scope_id
        LEFT JOIN teams t ON b.scope = 'team' AND t.id = b.scope_id
        LEFT JOIN api_keys k ON b.scope = 'api_key' AND k.id = b.scope_id
        LEFT JOIN users a ON a.id = b.updated_by
        WHERE b.scope_id IS NULL OR u.id IS NOT NULL OR t.id IS NOT NULL OR k.id IS NOT NULL
        ORDER BY array_position(ARRAY['global', 'team', 'user', 'api_key'], b.scope), b.scope_id NULLS FIRST, b.budget_window
        """;

    // The month of the whole organisation is read once and summed for every scope; the day is a part of it.
    private const string UseOfScopes = """
        WITH used AS (
            SELECT user_id, team_id, api_key_id, GROUPING(user_id, team_id, api_key_id) AS grouped,
                   SUM(input_tokens::bigint + output_tokens)::bigint AS month_tokens, COALESCE(SUM(cost), 0) AS month_cost,
                   COALESCE(SUM(input_tokens::bigint + output_tokens) FILTER (WHERE occurred_at >= @dayStart AND occurred_at < @dayEnd), 0)::bigint AS day_tokens,
                   COALESCE(SUM(cost) FILTER (WHERE occurred_at >= @dayStart AND occurred_at < @dayEnd), 0) AS day_cost
            FROM usage_ledger
            WHERE occurred_at >= @monthStart AND occurred_at < @monthEnd
            GROUP BY GROUPING SETS ((user_id), (team_id), (api_key_id), ())
        )
        SELECT CASE used.grouped WHEN 3 THEN 'user' WHEN 5 THEN 'team' WHEN 6 THEN 'api_key' ELSE 'global' END AS scope,
               COALESCE(used.user_id, used.team_id, used.api_key_id) AS scope_id, COALESCE(u.name, t.name, k.name) AS name,
               used.day_tokens, used.day_cost, used.month_tokens, used.month_cost
        FROM used
        LEFT JOIN users u ON u.id = used.user_id
        LEFT JOIN teams t ON t.id = used.team_id
        LEFT JOIN api_keys k ON k.id = used.api_key_id
        WHERE used.grouped = 7 OR u.id IS NOT NULL OR t.id IS NOT NULL OR k.id IS NOT NULL
        """;

    public async Task<IReadOnlyList<BudgetChange>> HistoryAsync(Caller caller, int limit, CancellationToken cancellationToken)
    {
        AdminOnly.Check(caller);
        var rows = await db.QueryAsync<HistoryRow>(History, new { limit }, cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => new BudgetChange(
            row.At, row.Actor, row.Scope, row.ScopeId, row.Name, row.Window,
            new BudgetFigures(row.TokensBefore, row.CostBefore, row.WarnBefore), new BudgetFigures(row.Tokens, row.Cost, row.Warn), row.Reason))];
    }

    private const string History = """
        WITH changes AS (
            SELECT at, id, actor_id, reason, details, details ->> 'scope' AS scope, (details ->> 'scope_id')::uuid AS scope_id
            FROM audit_log
            WHERE target_type = 'budget' AND action = 'budget.changed'
            ORDER BY at DESC, id DESC
            LIMIT @limit
        )
        SELECT c.at, a.name AS actor, c.scope, c.scope_id, COALESCE(u.name, t.name, k.name) AS name, c.details ->> 'window' AS "window",
               (c.details ->> 'token_limit_before')::bigint AS tokens_before, (c.details ->> 'cost_limit_before')::numeric AS cost_before,
               (c.details ->> 'warn_percent_before')::integer AS warn_before,
               (c.details ->> 'token_limit')::bigint AS tokens, (c.details ->> 'cost_limit')::numeric AS cost,
               (c.details ->> 'warn_percent')::integer AS warn, c.reason
        FROM changes c
        LEFT JOIN users a ON a.id = c.actor_id
        LEFT JOIN users u ON c.scope = 'user' AND u.id = c.scope_id
        LEFT JOIN teams t ON c.scope = 'team' AND t.id = c.scope_id
        LEFT JOIN api_keys k ON c.scope = 'api_key' AND k.id = c.scope_id
        ORDER BY c.at DESC, c.id DESC
        """;

    public Task<IReadOnlyList<BudgetHolder>> FindHoldersAsync(Caller caller, BudgetScope scope, string? text, CancellationToken cancellationToken)
    {
        AdminOnly.Check(caller);
        return db.QueryAsync<BudgetHolder>(
            scope switch
            {
                BudgetScope.User => People,
                BudgetScope.Team => Teams,
                BudgetScope.ApiKey => Keys,
                _ => Nobody,
            },
            new { text = text?.Trim() ?? "" },
            cancellationToken);
    }

    // strpos: what people type is no pattern.
    private const string People = """
        SELECT id, name, email AS detail
        FROM users
        WHERE strpos(lower(name), lower(@text)) > 0 OR strpos(lower(email), lower(@text)) > 0 OR @text = ''
        ORDER BY lower(name), id
        LIMIT 20
        """;

    private const string Teams = """
        SELECT id, name, NULL AS detail
        FROM teams
        WHERE strpos(lower(name), lower(@text)) > 0 OR @text = ''
        ORDER BY lower(name), id
        LIMIT 20
        """;

    private const string Keys = """
        SELECT k.id, k.name, u.name || ', ' || k.prefix || '…' AS detail
        FROM api_keys k
        JOIN users u ON u.id = k.user_id
        WHERE k.revoked_at IS NULL
          AND (strpos(lower(k.name), lower(@text)) > 0 OR strpos(lower(u.name), lower(@text)) > 0 OR strpos(k.prefix, @text) > 0 OR @text = '')
        ORDER BY lower(k.name), k.id
        LIMIT 20
        """;

    private const string Nobody = "SELECT NULL::uuid AS id, '' AS name, NULL AS detail WHERE @text IS NULL";

    private sealed record HistoryRow(
        DateTimeOffset At, string? Actor, BudgetScope Scope, Guid? ScopeId, string? Name, BudgetWindow Window,
        long? TokensBefore, decimal? CostBefore, int? WarnBefore, long? Tokens, decimal? Cost, int? Warn, string? Reason);
}
