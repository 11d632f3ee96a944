using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Npgsql;

namespace Convo.Data.Accounts;

internal sealed class PgUserRepository(Db db) : IUserRepository
{
    private const string SelectPage = """
        SELECT id, email, name, role, team_id, password_hash IS NOT NULL AS has_password, disabled_at, created_at, last_seen_at,
               EXISTS (SELECT 1 FROM external_logins e WHERE e.user_id = users.id) AS has_external_login
          FROM users
         WHERE (@before::uuid IS NULL OR id < @before)
           AND (@teamId::uuid IS NULL OR team_id = @teamId)
           AND (@query::text IS NULL
                OR position(lower(@query) IN lower(email)) > 0
                OR position(lower(@query) IN lower(name)) > 0)
         ORDER BY id DESC
         LIMIT @limit
        """;

    public Task<IReadOnlyList<User>> ListAsync(string? query, Guid? teamId, Guid? before, int limit, CancellationToken cancellationToken) =>
        db.QueryAsync<User>(SelectPage, new { query, teamId, before, limit }, cancellationToken);

    private const string SelectOne = """
        SELECT id, email, name, role, team_id, password_hash IS NOT NULL AS has_password, disabled_at, created_at, last_seen_at,
               EXISTS (SELECT 1 FROM external_logins e WHERE e.user_id = users.id) AS has_external_login
          FROM users
         WHERE id = @userId
        """;

    public Task<User?> FindAsync(Guid userId, CancellationToken cancellationToken) =>
        db.QuerySingleOrDefaultAsync<User>(SelectOne, new { userId }, cancellationToken);

    private const string Insert = """
        INSERT INTO users (id, email, normalized_email, name, role, team_id, password_hash, security_stamp, created_at)
        VALUES (@Id, @Email, @NormalizedEmail, @Name, @Role, @TeamId, @PasswordHash, @SecurityStamp, @CreatedAt)
        """;

    public Task<AccountOutcome> CreateAsync(NewAccount account, SignInLink? link, AuditEntry audit, CancellationToken cancellationToken) =>
        AttemptAsync(
            async session =>
            {
                await session.ExecuteAsync(Insert, account, cancellationToken).ConfigureAwait(false);
                if (link is not null)
                {
                    await session.InsertLinkAsync(link, cancellationToken).ConfigureAwait(false);
                }

                await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);

    private const string Update = """
        UPDATE users
           SET name = CASE WHEN @setName THEN @name ELSE name END,
               role = CASE WHEN @setRole THEN @role ELSE role END,
               team_id = CASE WHEN @setTeam THEN @teamId ELSE team_id END,
               disabled_at = CASE WHEN @setDisabled THEN @disabledAt ELSE disabled_at END,
               security_stamp = COALESCE(@securityStamp, security_stamp)
         WHERE id = @userId
        """;

    public Task<AccountOutcome> ChangeAsync(
        Guid userId, UserChange change, Change<DateTimeOffset?> disabledAt, string? securityStamp, AuditEntry audit, CancellationToken cancellationToken) =>
        AttemptAsync(
            async session =>
            {
                if (change.Role is { IsSet: true, Value: not Role.Admin } || disabledAt is { IsSet: true, Value: not null })
                {
                    await KeepAnAdminAsync(session, userId, cancellationToken).ConfigureAwait(false);
                }

                var parameters = new
                {
                    userId,
                    setName = change.Name.IsSet,
                    name = change.Name.Value,
                    setRole = change.Role.IsSet,
                    role = change.Role.Value,
                    setTeam = change.TeamId.IsSet,
                    teamId = change.TeamId.Value,
                    setDisabled = disabledAt.IsSet,
                    disabledAt = disabledAt.Value,
                    securityStamp,
                };
                if (await session.ExecuteAsync(Update, parameters, cancellationToken).ConfigureAwait(false) == 0)
                {
                    throw new RefusedException(AccountOutcome.NotFound);
                }

                if (securityStamp is not null)
                {
                    await session.EndSessionsAsync(userId, cancellationToken).ConfigureAwait(false);
                }

                await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);

    private const string Delete = "DELETE FROM users WHERE id = @userId";

    public Task<AccountOutcome> DeleteAsync(Guid userId, AuditEntry audit, CancellationToken cancellationToken) =>
        AttemptAsync(
            async session =>
            {
                await KeepAnAdminAsync(session, userId, cancellationToken).ConfigureAwait(false);
                if (await session.ExecuteAsync(Delete, new { userId }, cancellationToken).ConfigureAwait(false) == 0)
                {
                    throw new RefusedException(AccountOutcome.NotFound);
                }

                await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);

    // The locks make two administrators who remove each other wait for one another; the later one then sees who is left.
    private const string LockAdmins = """
        SELECT id
          FROM users
         WHERE role = 'admin'
           AND disabled_at IS NULL
         ORDER BY id
           FOR UPDATE
        """;

    private static async Task KeepAnAdminAsync(DbSession session, Guid leaving, CancellationToken cancellationToken)
    {
        var admins = await session.QueryAsync<Guid>(LockAdmins, null, cancellationToken).ConfigureAwait(false);
        if (admins.Contains(leaving) && admins.Count == 1)
        {
            throw new RefusedException(AccountOutcome.LastAdmin);
        }
    }

    private async Task<AccountOutcome> AttemptAsync(Func<DbSession, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await db.InTransactionAsync(work, cancellationToken).ConfigureAwait(false);
            return AccountOutcome.Done;
        }
        catch (RefusedException refused)
        {
            return refused.Outcome;
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "users_normalized_email_key" })
        {
            return AccountOutcome.EmailTaken;
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: "users_team_id_fkey" })
        {
            return AccountOutcome.NoSuchTeam;
        }
    }
}
