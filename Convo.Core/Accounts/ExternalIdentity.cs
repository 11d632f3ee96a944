using Convo.Core.Shared;

namespace Convo.Core.Accounts;

/// <summary>What an identity provider says of a person, after its signature, nonce and audience were checked.</summary>
/// <param name="Issuer">Together with <paramref name="Subject"/> this is who the person is. Everything else can change, or be claimed by someone else.</param>
/// <param name="EmailVerified">False also when the provider does not say, or says it as a text: OpenID Connect Core 1.0, section 5.1, has a boolean.</param>
public sealed record ExternalIdentity(string Issuer, string Subject, string? Email, bool EmailVerified, string? Name, IReadOnlyList<string> Groups);

/// <summary>One provider that a person signs in with.</summary>
public sealed record ExternalLogin(string Issuer, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt);

/// <summary>Signing in through the organisation's identity provider.</summary>
public interface IExternalSignInService
{
    /// <summary>
    /// The account of this (issuer, subject), made at the first sign-in. An account that somebody has used under the same address is never taken
    /// over, whatever the provider says of the address: its owner connects the two themself, signed in. A member's invitation that nobody has used
    /// is not yet anybody's account: it goes to whom the provider says the invited address is verified for. An administrator's needs its link.
    /// </summary>
    /// <exception cref="ConvoException">403 <c>not_invited</c> outside of the allowed domains and groups, <c>email_missing</c>, <c>account_disabled</c>;
    /// 409 <c>account_exists</c>.</exception>
    Task<Identity> SignInAsync(ExternalIdentity external, CancellationToken cancellationToken);

    /// <summary>Lets the caller sign in with the provider as well from now on.</summary>
    /// <exception cref="ConvoException">409 <c>login_taken</c> when it stands for someone else.</exception>
    Task ConnectAsync(Caller caller, ExternalIdentity external, CancellationToken cancellationToken);

    Task<IReadOnlyList<ExternalLogin>> ListAsync(Caller caller, CancellationToken cancellationToken);
}

public interface IExternalLoginRepository
{
    /// <summary>The account of an (issuer, subject); null when nobody has it. Notes the time.</summary>
    Task<Account?> FindAsync(string issuer, string subject, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>An account with its login, and its team, made when there is none of this name.</summary>
    Task<ExternalOutcome> CreateAsync(NewAccount account, string issuer, string subject, string? team, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a member's open invitation to a login: <see cref="ExternalOutcome.EmailTaken"/> when the address has an account that has a password, a login,
    /// a key or a chat, is disabled or an administrator's, or whose invitation has run out. The invitation is used up with it.
    /// </summary>
    Task<ExternalOutcome> AcceptInvitationAsync(
        string normalizedEmail, string issuer, string subject, DateTimeOffset now, Func<Guid, AuditEntry> audit, CancellationToken cancellationToken);

    Task<ExternalOutcome> ConnectAsync(Guid userId, string issuer, string subject, DateTimeOffset now, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>The id of the team of this name, made when there is none.</summary>
    Task<Guid> TeamAsync(string name, Guid newId, DateTimeOffset now, CancellationToken cancellationToken);

    Task<IReadOnlyList<ExternalLogin>> ListAsync(Guid userId, CancellationToken cancellationToken);
}

public enum ExternalOutcome
{
    Done,
    EmailTaken,

    /// <summary>This (issuer, subject) has an account by now.</summary>
    LoginTaken,
}
