namespace Convo.Core.Accounts;

/// <summary>What a key may do. Asking (GET) needs <see cref="Read"/> or <see cref="Chat"/>; changing anything needs <see cref="Chat"/>.</summary>
[Flags]
public enum ApiScopes
{
    None = 0,
    Read = 1,
    Chat = 2,

    /// <summary>Administration, when the key's owner is an administrator.</summary>
    Admin = 4,
    All = Read | Chat | Admin,
}

/// <summary>An API key as it may be shown after its creation.</summary>
/// <param name="Prefix">Its first characters, to recognise it by.</param>
/// <param name="LastUsedAt">To the minute.</param>
public sealed record ApiKey(
    Guid Id,
    Guid UserId,
    string Name,
    string Prefix,
    IReadOnlyList<string> Scopes,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset CreatedAt);

/// <param name="Scopes">Any of <c>chat</c>, <c>read</c>, <c>admin</c>; null: chat and read.</param>
public sealed record NewApiKey(string Name, IReadOnlyList<string>? Scopes = null, DateTimeOffset? ExpiresAt = null);

/// <param name="Secret">The key itself. It is shown this once and cannot be recovered.</param>
public sealed record CreatedApiKey(ApiKey Key, string Secret);

/// <summary>API keys. Members manage their own; an administrator everyone's.</summary>
public interface IApiKeyService
{
    /// <summary>The caller's own keys, newest first, revoked ones included.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>A key of the caller's own.</summary>
    /// <exception cref="Shared.ConvoException">400 name, scope or expiry; 403 <c>scope_missing</c> for more than the caller has; 409 <c>too_many_keys</c>.</exception>
    Task<CreatedApiKey> CreateAsync(Caller caller, NewApiKey key, CancellationToken cancellationToken);

    /// <summary>Ends an own key at once on this node, within 30 s on the others. No effect on a revoked one.</summary>
    Task RevokeAsync(Caller caller, Guid keyId, CancellationToken cancellationToken);

    /// <summary>Administrators: the keys of one person, or of everyone.</summary>
    Task<IReadOnlyList<ApiKey>> ListOfAsync(Caller caller, Guid? userId, CancellationToken cancellationToken);

    /// <summary>Administrators: a key for a person, with no more than that person may do.</summary>
    Task<CreatedApiKey> CreateForAsync(Caller caller, Guid userId, NewApiKey key, CancellationToken cancellationToken);

    /// <summary>Administrators: ends anyone's key.</summary>
    Task RevokeAnyAsync(Caller caller, Guid keyId, CancellationToken cancellationToken);
}
