using Convo.Core.Accounts;
using Convo.Core.Shared;

namespace Convo.Data.Accounts;

internal sealed class PgAuditRepository(Db db) : IAuditRepository
{
    private const string Select = """
        SELECT a.id, a.at, a.actor_id, u.name AS actor_name, a.action, a.target_type, a.target_id,
               COALESCE(p.name, t.name) AS target_name, a.reason, a.details
          FROM audit_log a
          LEFT JOIN users u ON u.id = a.actor_id
          LEFT JOIN users p ON a.target_type = 'user' AND p.id::text = a.target_id
          LEFT JOIN teams t ON a.target_type = 'team' AND t.id::text = a.target_id
         WHERE (@action::text IS NULL OR starts_with(a.action, @action))
           AND (@actorId::uuid IS NULL OR a.actor_id = @actorId)
           AND (@targetId::text IS NULL OR a.target_id = @targetId)
           AND (@from::timestamptz IS NULL OR a.at >= @from)
           AND (@to::timestamptz IS NULL OR a.at < @to)
           AND (@beforeAt::timestamptz IS NULL OR (a.at, a.id) < (@beforeAt, @beforeId))
         ORDER BY a.at DESC, a.id DESC
         LIMIT @take
        """;

    public Task<IReadOnlyList<AuditLine>> ListAsync(AuditFilter filter, Cursor? before, int take, CancellationToken cancellationToken) =>
        db.QueryAsync<AuditLine>(
            Select,
            new
            {
                action = string.IsNullOrEmpty(filter.Action) ? null : filter.Action,
                actorId = filter.ActorId,
                targetId = string.IsNullOrEmpty(filter.TargetId) ? null : filter.TargetId,
                from = filter.From,
                to = filter.To,
                beforeAt = before?.At,
                beforeId = before?.Id,
                take,
            },
            cancellationToken);

    // Skips from one action to the next along the index: there are dozens of them in millions of lines.
    private const string SelectActions = """
        WITH RECURSIVE found AS (
            (SELECT a.action FROM audit_log a ORDER BY a.action USING ~<~ LIMIT 1)
            UNION ALL
            SELECT (SELECT a.action FROM audit_log a WHERE a.action ~>~ f.action ORDER BY a.action USING ~<~ LIMIT 1)
              FROM found f
             WHERE f.action IS NOT NULL
        )
        SELECT action FROM found WHERE action IS NOT NULL
        """;

    public Task<IReadOnlyList<string>> ActionsAsync(CancellationToken cancellationToken) =>
        db.QueryAsync<string>(SelectActions, null, cancellationToken);
}
