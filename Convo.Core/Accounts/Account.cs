namespace Convo.Core.Accounts;

/// <summary>What signing in needs to know of a person. It holds secrets and never leaves the server.</summary>
public sealed record Account(
    Guid Id,
    string Email,
    string Name,
    Role Role,
    Guid? TeamId,
    string? PasswordHash,
    string SecurityStamp,
    DateTimeOffset? DisabledAt,
    DateTimeOffset? LastSeenAt)
{
    public Identity ToIdentity() => new(Id, Email, Name, Role, TeamId, SecurityStamp, ApiKeyId: null, ApiScopes.All);
}

/// <summary>A person about to be stored.</summary>
public sealed record NewAccount(
    Guid Id,
    string Email,
    string NormalizedEmail,
    string Name,
    Role Role,
    Guid? TeamId,
    string? PasswordHash,
    string SecurityStamp,
    DateTimeOffset CreatedAt);

/// <summary>A key with its owner, as a request presents it.</summary>
public sealed record ApiKeyIdentity(
    Guid KeyId,
    IReadOnlyList<string> Scopes,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    Guid UserId,
    string Email,
    string Name,
    Role Role,
    Guid? TeamId,
    string SecurityStamp)
{
    public Identity ToIdentity() => new(UserId, Email, Name, Role, TeamId, SecurityStamp, KeyId, ApiScopeNames.FromStored(Scopes));
}

/// <summary>A key about to be stored.</summary>
/// <param name="Hash">SHA-256 of the key.</param>
public sealed record NewApiKeyRow(
    Guid Id,
    Guid UserId,
    string Name,
    string Prefix,
    byte[] Hash,
    IReadOnlyList<string> Scopes,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt);

public enum LinkPurpose
{
    /// <summary>Makes the first administrator.</summary>
    Setup,

    /// <summary>Lets an invited person choose a password.</summary>
    Invite,

    /// <summary>Lets a person choose a new password.</summary>
    Reset,
}

/// <summary>A one-time link about to be stored.</summary>
/// <param name="UserId">Null for <see cref="LinkPurpose.Setup"/>.</param>
/// <param name="TokenHash">SHA-256 of the token.</param>
public sealed record SignInLink(Guid Id, LinkPurpose Purpose, Guid? UserId, byte[] TokenHash, DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt);

/// <summary>What a link is for, to be shown above the form it opens.</summary>
/// <param name="Email">Null for <see cref="LinkPurpose.Setup"/>: the person says it.</param>
public sealed record OpenLink(LinkPurpose Purpose, string? Email, string? Name);

/// <summary>One line of the audit log.</summary>
/// <param name="ActorId">Null when Convo itself acted.</param>
/// <param name="Action">Such as <c>user.created</c>.</param>
public sealed record AuditEntry(
    Guid Id,
    DateTimeOffset At,
    Guid? ActorId,
    string Action,
    string TargetType,
    string? TargetId,
    string? Reason = null,
    IReadOnlyDictionary<string, string?>? Details = null);
