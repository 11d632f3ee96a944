using Convo.Core.Accounts;

namespace Convo.Data.Accounts;

internal sealed class PgRevokedTurns(Db db) : IRevokedTurnRepository
{
    private const string SelectOfUser = """
        SELECT m.turn_id
          FROM conversation_messages m
          JOIN conversation_threads t ON t.id = m.thread_id
         WHERE m.status = 'streaming'
           AND t.owner_id = @userId
        """;

    public Task<IReadOnlyList<Guid>> ListOfAsync(Guid userId, CancellationToken cancellationToken) =>
        db.QueryAsync<Guid>(SelectOfUser, new { userId }, cancellationToken);

    // The partial index on streaming messages keeps this as small as what runs now.
    private const string SelectRevoked = """
        SELECT m.turn_id
          FROM conversation_messages m
          JOIN conversation_threads t ON t.id = m.thread_id
          JOIN users u ON u.id = t.owner_id
          LEFT JOIN api_keys k ON k.id = m.api_key_id
         WHERE m.status = 'streaming'
           AND (u.disabled_at IS NOT NULL OR k.revoked_at IS NOT NULL)
        """;

    public Task<IReadOnlyList<Guid>> ListRevokedAsync(CancellationToken cancellationToken) =>
        db.QueryAsync<Guid>(SelectRevoked, null, cancellationToken);
}
