namespace Convo.Core.Accounts;

public enum Role
{
    Member,
    Admin,
}

/// <summary>
/// Who asks. Every service takes it and every statement that touches a person's rows names <see cref="UserId"/>.
/// </summary>
/// <param name="TeamId">The caller's team, for budgets and collections.</param>
/// <param name="ApiKeyId">The key the request came with; null for a browser.</param>
public sealed record Caller(Guid UserId, Role Role, Guid? TeamId = null, Guid? ApiKeyId = null)
{
    public bool IsAdmin => Role == Role.Admin;
}
