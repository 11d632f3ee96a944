using Convo.Core.Accounts;
using Npgsql;

namespace Convo.Data.Accounts;

internal sealed class PgTeamRepository(Db db) : ITeamRepository
{
    private const string Select = """
        SELECT t.id, t.name, (SELECT count(*)::int FROM users u WHERE u.team_id = t.id) AS members, t.created_at
          FROM teams t
         WHERE @teamId::uuid IS NULL OR t.id = @teamId
         ORDER BY lower(t.name), t.id
        """;

    public Task<IReadOnlyList<Team>> ListAsync(Guid? teamId, CancellationToken cancellationToken) =>
        db.QueryAsync<Team>(Select, new { teamId }, cancellationToken);

    private const string Insert = "INSERT INTO teams (id, name, created_at) VALUES (@teamId, @name, @now)";

    public Task<TeamOutcome> CreateAsync(Guid teamId, string name, DateTimeOffset now, AuditEntry audit, CancellationToken cancellationToken) =>
        ChangeAsync(Insert, new { teamId, name, now }, audit, cancellationToken);

    private const string Update = "UPDATE teams SET name = @name WHERE id = @teamId";

    public Task<TeamOutcome> RenameAsync(Guid teamId, string name, AuditEntry audit, CancellationToken cancellationToken) =>
        ChangeAsync(Update, new { teamId, name }, audit, cancellationToken);

    private const string Delete = "DELETE FROM teams WHERE id = @teamId";

    public Task<TeamOutcome> DeleteAsync(Guid teamId, AuditEntry audit, CancellationToken cancellationToken) =>
        ChangeAsync(Delete, new { teamId }, audit, cancellationToken);

    private async Task<TeamOutcome> ChangeAsync(string sql, object parameters, AuditEntry audit, CancellationToken cancellationToken)
    {
        try
        {
            return await db.InTransactionAsync(
                async session =>
                {
                    if (await session.ExecuteAsync(sql, parameters, cancellationToken).ConfigureAwait(false) == 0)
                    {
                        return TeamOutcome.NotFound;
                    }

                    await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
                    return TeamOutcome.Done;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "teams_name_key" })
        {
            return TeamOutcome.NameTaken;
        }
    }
}
