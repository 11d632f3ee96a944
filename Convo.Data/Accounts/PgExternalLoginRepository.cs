using Convo.Core.Accounts;
using Npgsql;

namespace Convo.Data.Accounts;

internal sealed class PgExternalLoginRepository(Db db) : IExternalLoginRepository
{
    private const string SelectAccount = """
        WITH seen AS (
            UPDATE external_logins SET last_seen_at = @now WHERE issuer = @issuer AND subject = @subject
            RETURNING user_id
        )
        SELECT u.id, u.email, u.name, u.role, u.team_id, u.password_hash, u.security_stamp, u.disabled_at, u.last_seen_at
          FROM seen s
          JOIN users u ON u.id = s.user_id
        """;

    public Task<Account?> FindAsync(string issuer, string subject, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.QuerySingleOrDefaultAsync<Account>(SelectAccount, new { issuer, subject, now }, cancellationToken);

    private const string InsertUser = """
        INSERT INTO users (id, email, normalized_email, name, role, team_id, password_hash, security_stamp, created_at)
        VALUES (@Id, @Email, @NormalizedEmail, @Name, @Role, @TeamId, @PasswordHash, @SecurityStamp, @CreatedAt)
        """;

    private const string InsertLogin = """
        INSERT INTO external_logins (issuer, subject, user_id, created_at, last_seen_at)
        VALUES (@issuer, @subject, @userId, @now, @now)
        """;

    public Task<ExternalOutcome> CreateAsync(
        NewAccount account, string issuer, string subject, string? team, AuditEntry audit, CancellationToken cancellationToken) =>
        AttemptAsync(
            async session =>
            {
                var teamId = team is null ? (Guid?)null : await TeamAsync(session, team, audit.Id, account.CreatedAt, cancellationToken).ConfigureAwait(false);
                await session.ExecuteAsync(InsertUser, account with { TeamId = teamId }, cancellationToken).ConfigureAwait(false);
                await session.ExecuteAsync(InsertLogin, new { issuer, subject, userId = account.Id, now = account.CreatedAt }, cancellationToken).ConfigureAwait(false);
                await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);

    // Locked, so that of two sign-ins, or of one and the invitation's link, the second finds it used.
    private const string LockInvited = """
        SELECT u.id
          FROM users u
         WHERE u.normalized_email = @normalizedEmail
           AND u.role = 'member'
           AND u.password_hash IS NULL
           AND u.disabled_at IS NULL
           AND u.last_seen_at IS NULL
           AND EXISTS (SELECT 1 FROM sign_in_links l WHERE l.user_id = u.id AND l.purpose = 'invite' AND l.used_at IS NULL AND l.expires_at > @now)
           AND NOT EXISTS (SELECT 1 FROM external_logins x WHERE x.user_id = u.id)
           AND NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.user_id = u.id)
           AND NOT EXISTS (SELECT 1 FROM conversation_threads t WHERE t.owner_id = u.id)
           FOR UPDATE OF u
        """;

    public async Task<ExternalOutcome> AcceptInvitationAsync(
        string normalizedEmail, string issuer, string subject, DateTimeOffset now, Func<Guid, AuditEntry> audit, CancellationToken cancellationToken)
    {
        var invited = false;
        var outcome = await AttemptAsync(
            async session =>
            {
                if (await session.ScalarAsync<Guid?>(LockInvited, new { normalizedEmail, now }, cancellationToken).ConfigureAwait(false) is not { } userId)
                {
                    return;
                }

                await session.ExecuteAsync(InsertLogin, new { issuer, subject, userId, now }, cancellationToken).ConfigureAwait(false);
                await session.VoidLinksAsync(userId, now, cancellationToken).ConfigureAwait(false);
                await session.WriteAuditAsync(audit(userId), cancellationToken).ConfigureAwait(false);
                invited = true;
            },
            cancellationToken).ConfigureAwait(false);
        return invited || outcome is not ExternalOutcome.Done ? outcome : ExternalOutcome.EmailTaken;
    }

    // Connecting again what is one's own is fine; somebody else's stays theirs.
    private const string InsertOwnLogin = """
        INSERT INTO external_logins (issuer, subject, user_id, created_at, last_seen_at)
        VALUES (@issuer, @subject, @userId, @now, @now)
        ON CONFLICT (issuer, subject) DO UPDATE SET last_seen_at = @now WHERE external_logins.user_id = @userId
        """;

    public Task<ExternalOutcome> ConnectAsync(
        Guid userId, string issuer, string subject, DateTimeOffset now, AuditEntry audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                if (await session.ExecuteAsync(InsertOwnLogin, new { issuer, subject, userId, now }, cancellationToken).ConfigureAwait(false) == 0)
                {
                    return ExternalOutcome.LoginTaken;
                }

                await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
                return ExternalOutcome.Done;
            },
            cancellationToken);

    public Task<Guid> TeamAsync(string name, Guid newId, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.InTransactionAsync(session => TeamAsync(session, name, newId, now, cancellationToken), cancellationToken);

    private const string UpsertTeam = """
        INSERT INTO teams (id, name, created_at) VALUES (@newId, @name, @now)
        ON CONFLICT (name) DO UPDATE SET name = excluded.name
        RETURNING id
        """;

    private static Task<Guid> TeamAsync(DbSession session, string name, Guid newId, DateTimeOffset now, CancellationToken cancellationToken) =>
        session.ScalarAsync<Guid>(UpsertTeam, new { name, newId, now }, cancellationToken);

    private const string SelectOfUser = """
        SELECT issuer, created_at, last_seen_at
          FROM external_logins
         WHERE user_id = @userId
         ORDER BY created_at
        """;

    public Task<IReadOnlyList<ExternalLogin>> ListAsync(Guid userId, CancellationToken cancellationToken) =>
        db.QueryAsync<ExternalLogin>(SelectOfUser, new { userId }, cancellationToken);

    private async Task<ExternalOutcome> AttemptAsync(Func<DbSession, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await db.InTransactionAsync(work, cancellationToken).ConfigureAwait(false);
            return ExternalOutcome.Done;
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "external_logins_pkey" })
        {
            return ExternalOutcome.LoginTaken;
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "users_normalized_email_key" })
        {
            return ExternalOutcome.EmailTaken;
        }
    }
}
