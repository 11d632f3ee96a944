using Convo.Core.Shared;

namespace Convo.Core.Accounts;

internal sealed class ApiKeyService(
    IApiKeyRepository keys, IUserRepository users, IdentityService identities, IRevokedTurns turns, TimeProvider time) : IApiKeyService
{
    /// <summary>Enough for people; a bound for programs that forget to revoke.</summary>
    public const int LimitPerUser = 100;

    private static readonly IReadOnlyList<string> DefaultScopes = ["chat", "read"];

    public Task<IReadOnlyList<ApiKey>> ListAsync(Caller caller, CancellationToken cancellationToken) => keys.ListAsync(caller.UserId, cancellationToken);

    public Task<CreatedApiKey> CreateAsync(Caller caller, NewApiKey key, CancellationToken cancellationToken)
    {
        // A key must not make a stronger one, and a member's key must not wait for a promotion.
        var allowed = caller.IsAdmin ? caller.Scopes : caller.Scopes & ~ApiScopes.Admin;
        return AddAsync(caller, caller.UserId, key, allowed, cancellationToken);
    }

    public Task RevokeAsync(Caller caller, Guid keyId, CancellationToken cancellationToken) => RevokeAsync(caller, keyId, caller.UserId, cancellationToken);

    public Task<IReadOnlyList<ApiKey>> ListOfAsync(Caller caller, Guid? userId, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        return keys.ListAsync(userId, cancellationToken);
    }

    public async Task<CreatedApiKey> CreateForAsync(Caller caller, Guid userId, NewApiKey key, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        var owner = await users.FindAsync(userId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("person");
        var allowed = owner.Role is Role.Admin ? ApiScopes.All : ApiScopes.All & ~ApiScopes.Admin;
        return await AddAsync(caller, userId, key, allowed, cancellationToken).ConfigureAwait(false);
    }

    public Task RevokeAnyAsync(Caller caller, Guid keyId, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        return RevokeAsync(caller, keyId, ownerId: null, cancellationToken);
    }

    public static NewApiKeyRow Row(TimeProvider time, Guid userId, string name, string secret, ApiScopes scopes, DateTimeOffset? expiresAt)
    {
        // A prefix tells keys apart in a list and is far too short to guess from.
        var prefix = secret[..Math.Min(secret.Length, Secrets.ApiKeyPrefix.Length + 5)];
        return new NewApiKeyRow(time.NewId(), userId, name, prefix, Secrets.Hash(secret), ApiScopeNames.Names(scopes), expiresAt, time.GetUtcNow());
    }

    private async Task<CreatedApiKey> AddAsync(Caller caller, Guid userId, NewApiKey key, ApiScopes allowed, CancellationToken cancellationToken)
    {
        var name = Names.Require(key.Name);
        var scopes = ApiScopeNames.Parse(key.Scopes ?? DefaultScopes);
        if ((scopes & ~allowed) != ApiScopes.None)
        {
            throw new ConvoException(ProblemKind.Forbidden, "scope_missing",
                $"This key may have no more than: {string.Join(", ", ApiScopeNames.Names(allowed))}. Leave the other scopes out.") { Field = "scopes" };
        }

        var now = time.GetUtcNow();
        if (key.ExpiresAt <= now)
        {
            throw ConvoException.Invalid("expires_at", "A key must expire in the future. Leave expires_at out for one that does not expire.");
        }

        var secret = Secrets.NewApiKey();
        var row = Row(time, userId, name, secret, scopes, key.ExpiresAt?.ToUniversalTime());
        var audit = Audit(caller, "api_key.created", row.Id, new() { ["name"] = name, ["user_id"] = userId.ToString(), ["scopes"] = string.Join(' ', row.Scopes) });
        if (!await keys.AddAsync(row, LimitPerUser, audit, cancellationToken).ConfigureAwait(false))
        {
            throw new ConvoException(ProblemKind.Conflict, "too_many_keys", $"There are {LimitPerUser} usable keys already. Revoke one that is no longer needed.");
        }

        return new CreatedApiKey(new ApiKey(row.Id, userId, name, row.Prefix, row.Scopes, row.ExpiresAt, null, null, now), secret);
    }

    private async Task RevokeAsync(Caller caller, Guid keyId, Guid? ownerId, CancellationToken cancellationToken)
    {
        var audit = Audit(caller, "api_key.revoked", keyId, []);
        if (!await keys.RevokeAsync(keyId, ownerId, time.GetUtcNow(), audit, cancellationToken).ConfigureAwait(false))
        {
            throw ConvoException.NotFound("API key");
        }

        identities.ForgetKey(keyId);
        await turns.StopRevokedAsync(cancellationToken).ConfigureAwait(false);
    }

    private AuditEntry Audit(Caller caller, string action, Guid keyId, Dictionary<string, string?> details) =>
        new(time.NewId(), time.GetUtcNow(), caller.UserId, action, "api_key", keyId.ToString(), Details: details);
}
