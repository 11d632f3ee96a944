using Convo.Core.Accounts;

namespace Convo.Data.Accounts;

internal sealed class PgSessionRepository(Db db) : ISessionRepository
{
    private const string Insert = """
        INSERT INTO user_sessions (id, user_id, method, user_agent, address, created_at, last_seen_at)
        VALUES (@sessionId, @userId, @Method, @UserAgent, @Address, @now, @now)
        """;

    public Task AddAsync(Guid sessionId, Guid userId, SessionOrigin origin, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.ExecuteAsync(
            Insert, new { sessionId, userId, origin.Method, UserAgent = origin.UserAgent ?? "", Address = origin.Address ?? "", now }, cancellationToken);

    private const string SelectAccount = """
        SELECT s.id AS session_id, s.last_seen_at AS session_seen_at, u.id, u.email, u.name, u.role, u.team_id, u.security_stamp
          FROM user_sessions s
          JOIN users u ON u.id = s.user_id
         WHERE s.id = @sessionId
           AND s.last_seen_at > @seenAfter
           AND u.disabled_at IS NULL
        """;

    public Task<SessionAccount?> FindAsync(Guid sessionId, DateTimeOffset seenAfter, CancellationToken cancellationToken) =>
        db.QuerySingleOrDefaultAsync<SessionAccount>(SelectAccount, new { sessionId, seenAfter }, cancellationToken);

    private const string UpdateSeen = """
        WITH seen AS (UPDATE user_sessions SET last_seen_at = @now WHERE id = @sessionId)
        UPDATE users SET last_seen_at = @now WHERE id = @userId
        """;

    public Task SeenAsync(Guid sessionId, Guid userId, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.ExecuteIdempotentAsync(UpdateSeen, new { sessionId, userId, now }, cancellationToken);

    private const string SelectOfUser = """
        SELECT id, method, user_agent, address, created_at, last_seen_at
          FROM user_sessions
         WHERE user_id = @userId
           AND last_seen_at > @seenAfter
         ORDER BY last_seen_at DESC, id DESC
         LIMIT 200
        """;

    public Task<IReadOnlyList<Session>> ListAsync(Guid userId, DateTimeOffset seenAfter, CancellationToken cancellationToken) =>
        db.QueryAsync<Session>(SelectOfUser, new { userId, seenAfter }, cancellationToken);

    private const string DeleteOne = "DELETE FROM user_sessions WHERE id = @sessionId AND (@ownerId::uuid IS NULL OR user_id = @ownerId)";

    public Task<bool> EndAsync(Guid sessionId, Guid? ownerId, AuditEntry? audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                var ended = await session.ExecuteAsync(DeleteOne, new { sessionId, ownerId }, cancellationToken).ConfigureAwait(false) > 0;
                if (ended && audit is not null)
                {
                    await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
                }

                return ended;
            },
            cancellationToken);

    private const string DeleteAll = "DELETE FROM user_sessions WHERE user_id = @userId AND id IS DISTINCT FROM @keep::uuid";

    public Task<int> EndAllAsync(Guid userId, Guid? keep, AuditEntry audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                var ended = await session.ExecuteAsync(DeleteAll, new { userId, keep }, cancellationToken).ConfigureAwait(false);
                await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
                return ended;
            },
            cancellationToken);

    private const string DeleteUnused = "DELETE FROM user_sessions WHERE last_seen_at <= @seenBefore";

    public Task<int> DeleteUnusedAsync(DateTimeOffset seenBefore, CancellationToken cancellationToken) =>
        db.ExecuteAsync(DeleteUnused, new { seenBefore }, cancellationToken);
}
