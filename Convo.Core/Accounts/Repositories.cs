using Convo.Core.Conversations;

namespace Convo.Core.Accounts;

/// <summary>How a store refused a new or changed person.</summary>
public enum AccountOutcome
{
    Done,
    NotFound,
    EmailTaken,
    NoSuchTeam,
    AdminExists,
    LinkInvalid,
    LastAdmin,
}

/// <summary>Signing in: passwords, attempts and one-time links.</summary>
public interface IAccountRepository
{
    Task<Account?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken);

    Task<Account?> FindAsync(Guid userId, CancellationToken cancellationToken);

    Task<bool> AnyAdminAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Counts an attempt before its password is looked at, so that parallel guesses cannot outrun the limit. The attempt that reaches
    /// <paramref name="limit"/> locks the account until <paramref name="lockedUntil"/>, unless it succeeds. False while it is locked.
    /// </summary>
    Task<bool> TryBeginAttemptAsync(Guid userId, int limit, DateTimeOffset now, DateTimeOffset lockedUntil, CancellationToken cancellationToken);

    /// <summary>A right password: forgets earlier attempts, and keeps <paramref name="rehashed"/> when the hash was of an older kind.</summary>
    Task AttemptSucceededAsync(Guid userId, string? rehashed, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Ends every session of the person: the password is a new one.</summary>
    Task SetPasswordAsync(Guid userId, string passwordHash, string securityStamp, AuditEntry audit, CancellationToken cancellationToken);

    Task AddLinkAsync(SignInLink link, AuditEntry? audit, CancellationToken cancellationToken);

    /// <summary>Null when the link is unknown, used or expired.</summary>
    Task<OpenLink?> FindLinkAsync(byte[] tokenHash, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the first administrator and uses up the link (when one is given), or does neither.
    /// Of any number of callers at once exactly one gets <see cref="AccountOutcome.Done"/>.
    /// </summary>
    Task<AccountOutcome> CreateFirstAdminAsync(NewAccount account, byte[]? linkHash, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Sets the password of the person an invitation or reset link names and uses the link up. Null when the link does not count.</summary>
    Task<Guid?> UseLinkAsync(byte[] tokenHash, string passwordHash, string securityStamp, Guid auditId, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>People, as administrators manage them. Each change is stored together with its audit entry.</summary>
public interface IUserRepository
{
    Task<IReadOnlyList<User>> ListAsync(string? query, Guid? teamId, Guid? before, int limit, CancellationToken cancellationToken);

    Task<User?> FindAsync(Guid userId, CancellationToken cancellationToken);

    Task<AccountOutcome> CreateAsync(NewAccount account, SignInLink? link, AuditEntry audit, CancellationToken cancellationToken);

    /// <param name="securityStamp">The new stamp when the change ends sessions.</param>
    /// <param name="disabledAt">Set or cleared.</param>
    Task<AccountOutcome> ChangeAsync(
        Guid userId, UserChange change, Change<DateTimeOffset?> disabledAt, string? securityStamp, AuditEntry audit, CancellationToken cancellationToken);

    Task<AccountOutcome> DeleteAsync(Guid userId, AuditEntry audit, CancellationToken cancellationToken);
}

public interface IApiKeyRepository
{
    /// <summary>Null unless the key is neither revoked nor expired and its owner may sign in.</summary>
    Task<ApiKeyIdentity?> FindAsync(byte[] hash, DateTimeOffset now, CancellationToken cancellationToken);

    Task UsedAsync(Guid keyId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <param name="userId">Null lists everyone's.</param>
    Task<IReadOnlyList<ApiKey>> ListAsync(Guid? userId, CancellationToken cancellationToken);

    /// <summary>False when the owner has <paramref name="limit"/> usable keys already, or a key of this hash exists.</summary>
    Task<bool> AddAsync(NewApiKeyRow key, int limit, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>False when there is no such key (of <paramref name="ownerId"/>, unless that is null).</summary>
    Task<bool> RevokeAsync(Guid keyId, Guid? ownerId, DateTimeOffset now, AuditEntry audit, CancellationToken cancellationToken);
}
