using Convo.Core.Usage;

namespace Convo.Data.Usage;

/// <summary>What the ledger says a counter should be, in one snapshot.</summary>
/// <param name="Snapshot">PostgreSQL's <c>pg_snapshot</c> as text.</param>
/// <param name="Cost">In <see cref="CostUnits"/>.</param>
/// <param name="Holds">Turns that were running, each as <c>turn tokens cost expiry</c> for the rebuild's script.</param>
internal sealed record LedgerTotals(string Snapshot, long Tokens, long Cost, long HeldTokens, long HeldCost, string[] Holds);

/// <param name="Cost">In <see cref="CostUnits"/>.</param>
/// <param name="RecordedIn">The transaction that wrote it.</param>
internal sealed record LedgerRow(long Tokens, long Cost, string RecordedIn);

/// <param name="Cost">In <see cref="CostUnits"/>.</param>
internal sealed record UsedFigures(long Tokens, long Cost);

/// <summary>Sums the ledger for counters.</summary>
internal sealed class LedgerReader(Db db)
{
    // One branch a scope, so that each has its own index; those of the other scopes are never run.
    private const string Totals = """
        WITH entries AS (
            SELECT input_tokens, output_tokens, cost
            FROM usage_ledger
            WHERE @scope = 'user' AND user_id = @id AND occurred_at >= @start AND occurred_at < @end
            UNION ALL
            SELECT input_tokens, output_tokens, cost
            FROM usage_ledger
            WHERE @scope = 'team' AND team_id = @id AND occurred_at >= @start AND occurred_at < @end
            UNION ALL
            SELECT input_tokens, output_tokens, cost
            FROM usage_ledger
            WHERE @scope = 'api_key' AND api_key_id = @id AND occurred_at >= @start AND occurred_at < @end
            UNION ALL
            SELECT input_tokens, output_tokens, cost
            FROM usage_ledger
            WHERE @scope = 'global' AND occurred_at >= @start AND occurred_at < @end
        ), used AS (
            SELECT COALESCE(SUM(input_tokens::bigint + output_tokens), 0)::bigint AS tokens,
                   (COALESCE(SUM(cost), 0) * 10000000000)::bigint AS cost
            FROM entries
        ), running AS (
            SELECT turn_id, tokens, (cost * 10000000000)::bigint AS cost, expires_at
            FROM budget_holds
            WHERE expires_at > @now AND reserved_at >= @start AND reserved_at < @end
              AND CASE @scope WHEN 'user' THEN user_id = @id WHEN 'team' THEN team_id = @id WHEN 'api_key' THEN api_key_id = @id ELSE true END
        ), held AS (
            SELECT COALESCE(SUM(tokens), 0)::bigint AS tokens,
                   COALESCE(SUM(cost), 0)::bigint AS cost,
                   COALESCE(array_agg(replace(turn_id::text, '-', '') || ' ' || tokens || ' ' || cost || ' '
                       || floor(extract(epoch FROM expires_at) * 1000)::bigint), '{}') AS holds
            FROM running
        )
        SELECT pg_current_snapshot()::text AS snapshot, used.tokens, used.cost, held.tokens AS held_tokens, held.cost AS held_cost, held.holds
        FROM used, held
        """;

    public async Task<LedgerTotals> TotalsAsync(BudgetAccount account, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await db.QueryAsync<LedgerTotals>(
            Totals,
            new { scope = BudgetNames.Of(account.Scope), id = account.ScopeId, start = account.Period.Start, end = account.Period.End, now },
            cancellationToken).ConfigureAwait(false))[0];

    private const string Row = """
        SELECT input_tokens::bigint + output_tokens AS tokens, (COALESCE(cost, 0) * 10000000000)::bigint AS cost, recorded_in::text AS recorded_in
        FROM usage_ledger
        WHERE turn_id = @turnId
        """;

    public Task<LedgerRow?> FindAsync(Guid turnId, CancellationToken cancellationToken) =>
        db.QuerySingleOrDefaultAsync<LedgerRow>(Row, new { turnId }, cancellationToken);

    private const string Unsettled = """
        SELECT COALESCE(SUM(input_tokens::bigint + output_tokens), 0)::bigint AS tokens, (COALESCE(SUM(cost), 0) * 10000000000)::bigint AS cost
        FROM usage_ledger
        WHERE turn_id = ANY(@turnIds) AND pg_visible_in_snapshot(recorded_in, @snapshot::pg_snapshot)
        """;

    /// <summary>Figures of turns that a snapshot had in the ledger although their hold still stood: their settlement was on its way.</summary>
    public async Task<UsedFigures> UnsettledAsync(Guid[] turnIds, string snapshot, CancellationToken cancellationToken) =>
        (await db.QueryAsync<UsedFigures>(Unsettled, new { turnIds, snapshot }, cancellationToken).ConfigureAwait(false))[0];
}
