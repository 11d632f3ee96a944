namespace Convo.Core.Accounts;

/// <summary>Whom a credential stands for at this moment.</summary>
/// <param name="SecurityStamp">Changes with the password, the role and a disabling: a session that carries another one has ended.</param>
/// <param name="SessionId">The browser's session; null for a key, and before a sign-in is complete.</param>
public sealed record Identity(
    Guid UserId, string Email, string Name, Role Role, Guid? TeamId, string SecurityStamp, Guid? ApiKeyId, ApiScopes Scopes, Guid? SessionId = null)
{
    public Caller ToCaller() =>
        new(UserId, Scopes.HasFlag(ApiScopes.Admin) ? Role : Role.Member, TeamId, ApiKeyId, Scopes);
}

/// <summary>
/// Answers who a credential stands for now. Answers are kept for a few seconds, so that a revocation on any node counts within 30 s
/// without a query for every request.
/// </summary>
public interface IIdentityService
{
    /// <summary>Null when the session was ended, the person is gone or disabled, or the stamp is not theirs any more.</summary>
    Task<Identity?> FindSessionAsync(Guid sessionId, string securityStamp, CancellationToken cancellationToken);

    /// <summary>Null when the key is unknown, revoked or expired, or its owner is disabled.</summary>
    Task<Identity?> FindApiKeyAsync(string key, CancellationToken cancellationToken);
}
