namespace Convo.Core.Accounts;

/// <summary>How a person came in.</summary>
public enum SignInMethod
{
    Password,

    /// <summary>An invitation, a reset or the set-up of the first administrator.</summary>
    Link,

    /// <summary>The organisation's identity provider.</summary>
    Provider,
}

/// <summary>One browser in which a person is signed in.</summary>
/// <param name="UserAgent">As the browser named itself at the sign-in, cut to a bounded length.</param>
/// <param name="Address">Where the sign-in came from.</param>
/// <param name="LastSeenAt">To the minute.</param>
public sealed record Session(
    Guid Id, SignInMethod Method, string UserAgent, string Address, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt);

/// <summary>What is known of a browser when somebody signs in with it.</summary>
public sealed record SessionOrigin(SignInMethod Method, string? UserAgent, string? Address);

/// <summary>Where people are signed in. A session that is ended here is refused at once on this node, within 30 s on the others.</summary>
public interface ISessionService
{
    /// <summary>Remembers a sign-in; the identity that comes back carries the session's id.</summary>
    Task<Identity> BeginAsync(Identity identity, SessionOrigin origin, CancellationToken cancellationToken);

    /// <summary>Signing out: ends the session whoever asks, because only its own browser has its id.</summary>
    Task LeaveAsync(Guid sessionId, CancellationToken cancellationToken);

    /// <summary>The caller's own sessions, last seen first.</summary>
    Task<IReadOnlyList<Session>> ListAsync(Caller caller, CancellationToken cancellationToken);

    /// <exception cref="Shared.ConvoException">404 for a session that is not the caller's.</exception>
    Task EndAsync(Caller caller, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>Ends the caller's sessions apart from <paramref name="keep"/>; how many that were.</summary>
    Task<int> EndOthersAsync(Caller caller, Guid? keep, CancellationToken cancellationToken);

    /// <summary>Administrators: where a person is signed in.</summary>
    Task<IReadOnlyList<Session>> ListOfAsync(Caller caller, Guid userId, CancellationToken cancellationToken);

    /// <summary>Administrators: signs a person out everywhere.</summary>
    Task<int> EndAllOfAsync(Caller caller, Guid userId, CancellationToken cancellationToken);
}

/// <summary>An account as a session of it shows it.</summary>
public sealed record SessionAccount(
    Guid SessionId,
    DateTimeOffset SessionSeenAt,
    Guid Id,
    string Email,
    string Name,
    Role Role,
    Guid? TeamId,
    string SecurityStamp)
{
    public Identity ToIdentity() => new(Id, Email, Name, Role, TeamId, SecurityStamp, ApiKeyId: null, ApiScopes.All, SessionId);
}

public interface ISessionRepository
{
    Task AddAsync(Guid sessionId, Guid userId, SessionOrigin origin, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Null when the session has ended, was last seen before <paramref name="seenAfter"/>, or its person is gone or disabled.</summary>
    Task<SessionAccount?> FindAsync(Guid sessionId, DateTimeOffset seenAfter, CancellationToken cancellationToken);

    Task SeenAsync(Guid sessionId, Guid userId, DateTimeOffset now, CancellationToken cancellationToken);

    Task<IReadOnlyList<Session>> ListAsync(Guid userId, DateTimeOffset seenAfter, CancellationToken cancellationToken);

    /// <summary>Ends one session, of <paramref name="ownerId"/> unless that is null. False when there is no such session.</summary>
    Task<bool> EndAsync(Guid sessionId, Guid? ownerId, AuditEntry? audit, CancellationToken cancellationToken);

    /// <summary>Ends every session of a person apart from <paramref name="keep"/>.</summary>
    Task<int> EndAllAsync(Guid userId, Guid? keep, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Forgets sessions that nobody has used since then.</summary>
    Task<int> DeleteUnusedAsync(DateTimeOffset seenBefore, CancellationToken cancellationToken);
}
