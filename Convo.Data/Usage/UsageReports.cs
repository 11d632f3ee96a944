using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Data.Usage;

internal sealed class UsageReports(Db db, BudgetCalendar calendar) : IUsageReports
{
    public Task<IReadOnlyList<UsageReportRow>> ReportAsync(Caller caller, UsageReportQuery query, CancellationToken cancellationToken)
    {
        AdminOnly.Check(caller);
        return db.QueryAsync<UsageReportRow>(
            query.GroupBy switch
            {
                UsageReportGrouping.User => ByUser,
                UsageReportGrouping.Team => ByTeam,
                UsageReportGrouping.Model => ByModel,
                UsageReportGrouping.ApiKey => ByApiKey,
                UsageReportGrouping.Source => BySource,
                _ => ByDay,
            },
            new { query.From, query.To, query.UserId, query.TeamId, query.Model, Zone = calendar.Zone.Id },
            cancellationToken);
    }

    private const string Figures = """
        COUNT(*) AS requests, SUM(l.input_tokens)::bigint AS input_tokens, SUM(l.cached_input_tokens)::bigint AS cached_input_tokens,
        SUM(l.output_tokens)::bigint AS output_tokens, SUM(l.reasoning_tokens)::bigint AS reasoning_tokens, SUM(l.cost) AS cost,
        COUNT(*) FILTER (WHERE l.cost IS NULL) AS unpriced_requests
        """;

    private const string Chosen = """
        l.occurred_at >= @From AND l.occurred_at < @To
          AND (@UserId::uuid IS NULL OR l.user_id = @UserId)
          AND (@TeamId::uuid IS NULL OR l.team_id = @TeamId)
          AND (@Model::text IS NULL OR l.provider || '/' || l.model = @Model)
        """;

    private const string MostFirst = "ORDER BY SUM(l.input_tokens::bigint + l.output_tokens) DESC, 1";

    private const string ByUser = $"""
        SELECT COALESCE(l.user_id::text, '') AS key, COALESCE(u.name, 'Deleted people') AS label, u.email AS detail, {Figures}
        FROM usage_ledger l
        LEFT JOIN users u ON u.id = l.user_id
        WHERE {Chosen}
        GROUP BY l.user_id, u.name, u.email
        {MostFirst}
        """;

    private const string ByTeam = $"""
        SELECT COALESCE(l.team_id::text, '') AS key, COALESCE(t.name, 'No team') AS label, NULL AS detail, {Figures}
        FROM usage_ledger l
        LEFT JOIN teams t ON t.id = l.team_id
        WHERE {Chosen}
        GROUP BY l.team_id, t.name
        {MostFirst}
        """;

    private const string ByModel = $"""
        SELECT l.provider || '/' || l.model AS key, l.model AS label, l.provider AS detail, {Figures}
        FROM usage_ledger l
        WHERE {Chosen}
        GROUP BY l.provider, l.model
        {MostFirst}
        """;

    private const string ByApiKey = $"""
        SELECT COALESCE(l.api_key_id::text, '') AS key, COALESCE(k.name, 'In the browser, and deleted keys') AS label, u.name AS detail, {Figures}
        FROM usage_ledger l
        LEFT JOIN api_keys k ON k.id = l.api_key_id
        LEFT JOIN users u ON u.id = k.user_id
        WHERE {Chosen}
        GROUP BY l.api_key_id, k.name, u.name
        {MostFirst}
        """;

    private const string BySource = $"""
        SELECT l.source AS key, l.source AS label, NULL AS detail, {Figures}
        FROM usage_ledger l
        WHERE {Chosen}
        GROUP BY l.source
        {MostFirst}
        """;

    private const string ByDay = $"""
        SELECT to_char(l.occurred_at AT TIME ZONE @Zone, 'YYYY-MM-DD') AS key, to_char(l.occurred_at AT TIME ZONE @Zone, 'YYYY-MM-DD') AS label, NULL AS detail, {Figures}
        FROM usage_ledger l
        WHERE {Chosen}
        GROUP BY 1
        ORDER BY 1
        """;
}
