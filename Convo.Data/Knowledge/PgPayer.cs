using Convo.Core.Knowledge;

namespace Convo.Data.Knowledge;

internal sealed class PgPayer(Db db) : IPayer
{
    private const string FirstAdminSql = "SELECT id AS user_id, team_id FROM users WHERE role = 'admin' ORDER BY created_at, id LIMIT 1";

    public Task<Payer?> FindAsync(CancellationToken cancellationToken) => db.QuerySingleOrDefaultAsync<Payer>(FirstAdminSql, null, cancellationToken);
}
