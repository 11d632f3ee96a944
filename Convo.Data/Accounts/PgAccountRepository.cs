using Convo.Core.Accounts;
using Npgsql;

namespace Convo.Data.Accounts;

internal sealed class PgAccountRepository(Db db) : IAccountRepository
{
    private const string SelectByEmail = """
        SELECT id, email, name, role, team_id, password_hash, security_stamp, disabled_at, last_seen_at
          FROM users
         WHERE normalized_email = @normalizedEmail
        """;

    public Task<Account?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken) =>
        db.QuerySingleOrDefaultAsync<Account>(SelectByEmail, new { normalizedEmail }, cancellationToken);

    private const string SelectById = """
        SELECT id, email, name, role, team_id, password_hash, security_stamp, disabled_at, last_seen_at
          FROM users
         WHERE id = @userId
        """;

    public Task<Account?> FindAsync(Guid userId, CancellationToken cancellationToken) =>
        db.QuerySingleOrDefaultAsync<Account>(SelectById, new { userId }, cancellationToken);

    private const string ExistsAdmin = "SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin')";

    public Task<bool> AnyAdminAsync(CancellationToken cancellationToken) => db.ScalarAsync<bool>(ExistsAdmin, null, cancellationToken);

    // A lockout_end that is set and not ahead is one that ran out: counting begins anew.
    private const string BeginAttempt = """
        UPDATE users
           SET access_failed_count = CASE WHEN lockout_end IS NULL THEN access_failed_count + 1 ELSE 1 END,
               lockout_end = CASE WHEN lockout_end IS NULL AND access_failed_count + 1 >= @limit THEN @lockedUntil END
         WHERE id = @userId
           AND (lockout_end IS NULL OR lockout_end <= @now)
        """;

    public async Task<bool> TryBeginAttemptAsync(
        Guid userId, int limit, DateTimeOffset now, DateTimeOffset lockedUntil, CancellationToken cancellationToken) =>
        await db.ExecuteAsync(BeginAttempt, new { userId, limit, now, lockedUntil }, cancellationToken).ConfigureAwait(false) == 1;

    private const string ForgetAttempts = """
        UPDATE users
           SET access_failed_count = 0,
               lockout_end = NULL,
               password_hash = COALESCE(@rehashed, password_hash),
               last_seen_at = @now
         WHERE id = @userId
        """;

    public Task AttemptSucceededAsync(Guid userId, string? rehashed, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.ExecuteAsync(ForgetAttempts, new { userId, rehashed, now }, cancellationToken);

    private const string UpdatePassword = """
        UPDATE users
           SET password_hash = @passwordHash,
               security_stamp = @securityStamp,
               access_failed_count = 0,
               lockout_end = NULL
         WHERE id = @userId
        """;

    public Task SetPasswordAsync(Guid userId, string passwordHash, string securityStamp, AuditEntry audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                await session.ExecuteAsync(UpdatePassword, new { userId, passwordHash, securityStamp }, cancellationToken).ConfigureAwait(false);
                await session.EndSessionsAsync(userId, cancellationToken).ConfigureAwait(false);
                await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);

    public Task AddLinkAsync(SignInLink link, AuditEntry? audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                await session.InsertLinkAsync(link, cancellationToken).ConfigureAwait(false);
                if (audit is not null)
                {
                    await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken);

    private const string SelectLink = """
        SELECT l.purpose, u.email, u.name
          FROM sign_in_links l
          LEFT JOIN users u ON u.id = l.user_id
         WHERE l.token_hash = @tokenHash
           AND l.used_at IS NULL
           AND l.expires_at > @now
           AND u.disabled_at IS NULL
        """;

    public Task<OpenLink?> FindLinkAsync(byte[] tokenHash, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.QuerySingleOrDefaultAsync<OpenLink>(SelectLink, new { tokenHash, now }, cancellationToken);

    // The partial unique index decides between transactions that both see no administrator.
    private const string InsertFirstAdmin = """
        INSERT INTO users (id, email, normalized_email, name, role, team_id, password_hash, security_stamp, is_first_admin, created_at)
        SELECT @Id, @Email, @NormalizedEmail, @Name, @Role, @TeamId, @PasswordHash, @SecurityStamp, true, @CreatedAt
         WHERE NOT EXISTS (SELECT 1 FROM users WHERE role = 'admin')
        """;

    public async Task<AccountOutcome> CreateFirstAdminAsync(
        NewAccount account, byte[]? linkHash, AuditEntry audit, CancellationToken cancellationToken)
    {
        try
        {
            await db.InTransactionAsync(
                async session =>
                {
                    if (linkHash is not null
                        && await session.UseLinkAsync(linkHash, LinkPurpose.Setup, account.CreatedAt, cancellationToken).ConfigureAwait(false) is null)
                    {
                        throw new RefusedException(AccountOutcome.LinkInvalid);
                    }

                    if (await session.ExecuteAsync(InsertFirstAdmin, account, cancellationToken).ConfigureAwait(false) == 0)
                    {
                        throw new RefusedException(AccountOutcome.AdminExists);
                    }

                    await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            return AccountOutcome.Done;
        }
        catch (RefusedException refused)
        {
            return refused.Outcome;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return e.ConstraintName == "users_one_first_admin" ? AccountOutcome.AdminExists : AccountOutcome.EmailTaken;
        }
    }

    private const string UpdatePasswordOfActive = """
        UPDATE users
           SET password_hash = @passwordHash,
               security_stamp = @securityStamp,
               access_failed_count = 0,
               lockout_end = NULL
         WHERE id = @userId
           AND disabled_at IS NULL
        """;

    public Task<Guid?> UseLinkAsync(
        byte[] tokenHash, string passwordHash, string securityStamp, Guid auditId, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.InTransactionAsync<Guid?>(
            async session =>
            {
                var used = await session.UseLinkAsync(tokenHash, purpose: null, now, cancellationToken).ConfigureAwait(false);
                if (used?.UserId is not { } userId
                    || await session.ExecuteAsync(UpdatePasswordOfActive, new { userId, passwordHash, securityStamp }, cancellationToken).ConfigureAwait(false) == 0)
                {
                    return null;
                }

                await session.EndSessionsAsync(userId, cancellationToken).ConfigureAwait(false);
                await session.VoidLinksAsync(userId, now, cancellationToken).ConfigureAwait(false);
                var audit = new AuditEntry(auditId, now, userId, "user.password_changed", "user", userId.ToString());
                await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
                return userId;
            },
            cancellationToken);
}
