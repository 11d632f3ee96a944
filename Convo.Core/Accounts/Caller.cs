namespace Convo.Core.Accounts;

public enum Role
{
    Member,
    Admin,
}

/// <summary>
/// Who asks. Every service takes it and every statement that touches a person's rows names <see cref="UserId"/>.
/// </summary>
/// <param name="Role">What the credential may do: an administrator's key without the admin scope asks as a member.</param>
/// <param name="TeamId">The caller's team, for budgets and collections.</param>
/// <param name="ApiKeyId">The key the request came with; null for a browser.</param>
/// <param name="Scopes">What the key may do; everything for a browser.</param>
public sealed record Caller(Guid UserId, Role Role, Guid? TeamId = null, Guid? ApiKeyId = null, ApiScopes Scopes = ApiScopes.All)
{
    public bool IsAdmin => Role == Role.Admin;
}
