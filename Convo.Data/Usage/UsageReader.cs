using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Data.Usage;

internal sealed class UsageReader(
    Db db, BudgetRules rules, BudgetCalendar calendar, BudgetCounters counters, LedgerReader ledger, TimeProvider time) : IUsageReader
{
    public async Task<IReadOnlyList<BudgetState>> BudgetsAsync(Caller caller, CancellationToken cancellationToken)
    {
        var limits = await rules.ResolveAsync(caller, cancellationToken).ConfigureAwait(false);
        var states = await StatesAsync(limits, cancellationToken).ConfigureAwait(false);
        return [.. states.OrderByDescending(state => state.TakenShare).ThenByDescending(state => state.ResetsAt)];
    }

    /// <summary>Limits with what is used of them now.</summary>
    internal async Task<IReadOnlyList<BudgetState>> StatesAsync(IEnumerable<BudgetLimit> limits, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var states = new List<BudgetState>();
        foreach (var limit in limits)
        {
            var account = BudgetAccount.Of(limit, calendar, now);
            var figures = await FiguresAsync(account, now, cancellationToken).ConfigureAwait(false);
            states.Add(new BudgetState(
                limit.Scope, limit.ScopeId, limit.Window, figures.Tokens, figures.HeldTokens, limit.TokenLimit,
                CostUnits.ToDollars(figures.Cost), limit.CostLimit, account.Period.End)
            {
                CostHeld = CostUnits.ToDollars(figures.HeldCost),
                WarnPercent = limit.WarnPercent ?? BudgetLimit.DefaultWarnPercent,
                Origin = limit.Origin,
            });
        }

        return states;
    }

    private async Task<CounterFigures> FiguresAsync(BudgetAccount account, DateTimeOffset now, CancellationToken cancellationToken)
    {
        CounterFigures? counted = null;
        try
        {
            counted = await counters.ReadAsync(account, now).ConfigureAwait(false);
        }
        catch (ConvoException e) when (e.Kind == ProblemKind.Unavailable)
        {
            // Closed for money is not closed for looking: the ledger knows as well.
        }

        if (counted is not null)
        {
            return counted;
        }

        var totals = await ledger.TotalsAsync(account, now, cancellationToken).ConfigureAwait(false);
        return new CounterFigures(totals.Tokens, totals.Cost, totals.HeldTokens, totals.HeldCost);
    }

    public Task<IReadOnlyList<UsageRow>> UsageAsync(Caller caller, UsageQuery query, CancellationToken cancellationToken) => db.QueryAsync<UsageRow>(
        query.GroupBy switch
        {
            UsageGrouping.Day => ByDay,
            UsageGrouping.Model => ByModel,
            UsageGrouping.Thread => ByThread,
            _ => throw ConvoException.Invalid("group_by", "Use can be grouped by day, model or thread."),
        },
        new { caller.UserId, query.From, query.To, Zone = calendar.Zone.Id },
        cancellationToken);

    private const string ByDay = """
        SELECT to_char(occurred_at AT TIME ZONE @Zone, 'YYYY-MM-DD') AS key,
               to_char(occurred_at AT TIME ZONE @Zone, 'YYYY-MM-DD') AS label,
               COUNT(*) AS requests, SUM(input_tokens)::bigint AS input_tokens, SUM(cached_input_tokens)::bigint AS cached_input_tokens,
               SUM(output_tokens)::bigint AS output_tokens, SUM(cost) AS cost
        FROM usage_ledger
        WHERE user_id = @UserId AND occurred_at >= @From AND occurred_at < @To
        GROUP BY 1
        ORDER BY 1
        """;

    private const string ByModel = """
        SELECT provider || '/' || model AS key, model AS label,
               COUNT(*) AS requests, SUM(input_tokens)::bigint AS input_tokens, SUM(cached_input_tokens)::bigint AS cached_input_tokens,
               SUM(output_tokens)::bigint AS output_tokens, SUM(cost) AS cost
        FROM usage_ledger
        WHERE user_id = @UserId AND occurred_at >= @From AND occurred_at < @To
        GROUP BY provider, model
        ORDER BY SUM(input_tokens::bigint + output_tokens) DESC, 1
        """;

    private const string ByThread = """
        SELECT COALESCE(l.thread_id::text, '') AS key,
               CASE WHEN l.thread_id IS NULL THEN 'Deleted chats and other use' ELSE COALESCE(t.title, 'Untitled chat') END AS label,
               COUNT(*) AS requests, SUM(l.input_tokens)::bigint AS input_tokens, SUM(l.cached_input_tokens)::bigint AS cached_input_tokens,
               SUM(l.output_tokens)::bigint AS output_tokens, SUM(l.cost) AS cost
        FROM usage_ledger l
        LEFT JOIN conversation_threads t ON t.id = l.thread_id AND t.owner_id = @UserId
        WHERE l.user_id = @UserId AND l.occurred_at >= @From AND l.occurred_at < @To
        GROUP BY l.thread_id, t.title
        ORDER BY SUM(l.input_tokens::bigint + l.output_tokens) DESC, 1
        """;
}
