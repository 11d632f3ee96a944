using Convo.Core.Accounts;

namespace Convo.Data.Accounts;

internal sealed class PgApiKeyRepository(Db db) : IApiKeyRepository
{
    private const string SelectByHash = """
        SELECT k.id AS key_id, k.scopes, k.expires_at, k.last_used_at,
               u.id AS user_id, u.email, u.name, u.role, u.team_id, u.security_stamp
          FROM api_keys k
          JOIN users u ON u.id = k.user_id
         WHERE k.key_hash = @hash
           AND k.revoked_at IS NULL
           AND (k.expires_at IS NULL OR k.expires_at > @now)
           AND u.disabled_at IS NULL
        """;

    public Task<ApiKeyIdentity?> FindAsync(byte[] hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.QuerySingleOrDefaultAsync<ApiKeyIdentity>(SelectByHash, new { hash, now }, cancellationToken);

    private const string UpdateUsed = "UPDATE api_keys SET last_used_at = @now WHERE id = @keyId";

    public Task UsedAsync(Guid keyId, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.ExecuteIdempotentAsync(UpdateUsed, new { keyId, now }, cancellationToken);

    private const string SelectKeys = """
        SELECT id, user_id, name, prefix, scopes, expires_at, revoked_at, last_used_at, created_at
          FROM api_keys
         WHERE @userId::uuid IS NULL OR user_id = @userId
         ORDER BY id DESC
        """;

    public Task<IReadOnlyList<ApiKey>> ListAsync(Guid? userId, CancellationToken cancellationToken) =>
        db.QueryAsync<ApiKey>(SelectKeys, new { userId }, cancellationToken);

    private const string InsertBelowLimit = """
        INSERT INTO api_keys (id, user_id, name, prefix, key_hash, scopes, expires_at, created_at)
        SELECT @Id, @UserId, @Name, @Prefix, @Hash, @Scopes, @ExpiresAt, @CreatedAt
         WHERE @Limit > (SELECT count(*)
                           FROM api_keys
                          WHERE user_id = @UserId
                            AND revoked_at IS NULL
                            AND (expires_at IS NULL OR expires_at > @CreatedAt))
        ON CONFLICT (key_hash) DO NOTHING
        """;

    public Task<bool> AddAsync(NewApiKeyRow key, int limit, AuditEntry audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                var parameters = new { key.Id, key.UserId, key.Name, key.Prefix, key.Hash, key.Scopes, key.ExpiresAt, key.CreatedAt, Limit = limit };
                if (await session.ExecuteAsync(InsertBelowLimit, parameters, cancellationToken).ConfigureAwait(false) == 0)
                {
                    return false;
                }

                await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    private const string SelectOwned = """
        SELECT revoked_at IS NOT NULL
          FROM api_keys
         WHERE id = @keyId
           AND (@ownerId::uuid IS NULL OR user_id = @ownerId)
           FOR UPDATE
        """;

    private const string UpdateRevoked = "UPDATE api_keys SET revoked_at = @now WHERE id = @keyId";

    public Task<bool> RevokeAsync(Guid keyId, Guid? ownerId, DateTimeOffset now, AuditEntry audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                var revoked = await session.QuerySingleOrDefaultAsync<bool?>(SelectOwned, new { keyId, ownerId }, cancellationToken).ConfigureAwait(false);
                if (revoked is false)
                {
                    await session.ExecuteAsync(UpdateRevoked, new { keyId, now }, cancellationToken).ConfigureAwait(false);
                    await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
                }

                return revoked is not null;
            },
            cancellationToken);
}
