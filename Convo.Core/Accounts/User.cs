using Convo.Core.Conversations;
using Convo.Core.Shared;

namespace Convo.Core.Accounts;

/// <summary>A person as administrators see them.</summary>
/// <param name="HasPassword">False until an invitation was accepted.</param>
/// <param name="HasExternalLogin">Signs in through the organisation's identity provider.</param>
/// <param name="DisabledAt">Since when they may not sign in; null: they may.</param>
public sealed record User(
    Guid Id,
    string Email,
    string Name,
    Role Role,
    Guid? TeamId,
    bool HasPassword,
    DateTimeOffset? DisabledAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastSeenAt,
    bool HasExternalLogin = false);

/// <param name="Password">Null makes an invitation instead.</param>
public sealed record NewUser(string Email, string Name, Role Role = Role.Member, Guid? TeamId = null, string? Password = null);

/// <param name="InviteToken">Opens the set-up page once, within 7 days; null when a password was given.</param>
public sealed record CreatedUser(User User, string? InviteToken);

/// <summary>A change of a person. A member that was not set stays as it is.</summary>
public sealed record UserChange
{
    public Change<string> Name { get; init; }
    public Change<Role> Role { get; init; }
    public Change<Guid?> TeamId { get; init; }
    public Change<bool> Disabled { get; init; }
}

/// <param name="Query">Part of a name or an e-mail address.</param>
public sealed record UserFilter(string? Query = null, string? Cursor = null, int Limit = 50, Guid? TeamId = null);

/// <summary>People, for administrators only: each method refuses anyone else with 403 <c>admin_only</c>. Each change writes the audit log.</summary>
public interface IUserAdministration
{
    /// <summary>Newest first.</summary>
    Task<Page<User>> ListAsync(Caller caller, UserFilter filter, CancellationToken cancellationToken);

    Task<User> GetAsync(Caller caller, Guid userId, CancellationToken cancellationToken);

    /// <exception cref="ConvoException">400 address, name or password; 404 team; 409 <c>email_taken</c>.</exception>
    Task<CreatedUser> CreateAsync(Caller caller, NewUser user, CancellationToken cancellationToken);

    /// <summary>A disabled or demoted person's browsers are signed out; a disabled person's running answers stop.</summary>
    /// <exception cref="ConvoException">409 <c>last_admin</c> when nobody would be left to administer.</exception>
    Task<User> ChangeAsync(Caller caller, Guid userId, UserChange change, CancellationToken cancellationToken);

    /// <summary>Deletes the person with their threads, files and keys. Their use stays in the ledger without a name.</summary>
    /// <exception cref="ConvoException">409 <c>last_admin</c>.</exception>
    Task DeleteAsync(Caller caller, Guid userId, CancellationToken cancellationToken);

    /// <summary>A link that lets the person choose a new password once, within 7 days.</summary>
    Task<string> CreateLinkAsync(Caller caller, Guid userId, CancellationToken cancellationToken);
}
