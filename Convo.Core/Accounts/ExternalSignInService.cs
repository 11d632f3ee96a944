using Convo.Core.Conversations;
using Convo.Core.Shared;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Accounts;

/// <inheritdoc cref="IExternalSignInService"/>
internal sealed partial class ExternalSignInService(
    IExternalLoginRepository logins, IUserRepository users, IdentityService identities, IOptions<OpenIdSettings> options, TimeProvider time,
    ILogger<ExternalSignInService> logger) : IExternalSignInService
{
    public async Task<Identity> SignInAsync(ExternalIdentity external, CancellationToken cancellationToken)
    {
        RequireAllowed(external);
        var account = await logins.FindAsync(external.Issuer, external.Subject, time.GetUtcNow(), cancellationToken).ConfigureAwait(false)
            ?? await CreateAsync(external, cancellationToken).ConfigureAwait(false);
        if (account.DisabledAt is not null)
        {
            throw Refused("account_disabled", "This account is disabled. Ask an administrator of Convo.");
        }

        account = await FollowGroupsAsync(account, external, cancellationToken).ConfigureAwait(false);
        LogSignedIn(account.Id);
        return account.ToIdentity();
    }

    public async Task ConnectAsync(Caller caller, ExternalIdentity external, CancellationToken cancellationToken)
    {
        RequireAllowed(external);
        var now = time.GetUtcNow();
        var audit = new AuditEntry(
            time.NewId(), now, caller.UserId, "user.login_connected", "user", caller.UserId.ToString(), Details: new Dictionary<string, string?> { ["issuer"] = external.Issuer });
        if (await logins.ConnectAsync(caller.UserId, external.Issuer, external.Subject, now, audit, cancellationToken).ConfigureAwait(false) is not ExternalOutcome.Done)
        {
            throw new ConvoException(ProblemKind.Conflict, "login_taken", "That sign-in belongs to another account of Convo. Sign in with it, or ask an administrator.");
        }
    }

    public Task<IReadOnlyList<ExternalLogin>> ListAsync(Caller caller, CancellationToken cancellationToken) => logins.ListAsync(caller.UserId, cancellationToken);

    private async Task<Account> CreateAsync(ExternalIdentity external, CancellationToken cancellationToken)
    {
        var email = external.Email?.Trim() ?? "";
        if (!EmailAddress.IsValid(email))
        {
            throw Refused("email_missing", "The identity provider did not say an e-mail address. Its scope email has to be allowed for Convo.");
        }

        var name = Tidy(external.Name) ?? email[..email.IndexOf('@', StringComparison.Ordinal)];
        var account = new NewAccount(
            time.NewId(), email, EmailAddress.Normalize(email), name, RoleOf(external) ?? Role.Member, null, null, Secrets.NewToken(), time.GetUtcNow());
        var details = new Dictionary<string, string?> { ["email"] = email, ["issuer"] = external.Issuer };
        var audit = new AuditEntry(time.NewId(), account.CreatedAt, account.Id, "user.created", "user", account.Id.ToString(), "first sign-in through the identity provider", details);
        var outcome = await logins.CreateAsync(account, external.Issuer, external.Subject, TeamOf(external), audit, cancellationToken).ConfigureAwait(false);
        if (outcome is ExternalOutcome.EmailTaken && external.EmailVerified)
        {
            await logins.AcceptInvitationAsync(account.NormalizedEmail, external.Issuer, external.Subject, account.CreatedAt, Accepted, cancellationToken).ConfigureAwait(false);
        }

        // Two first sign-ins of one person meet here; the slower one finds what the faster one made.
        var made = await logins.FindAsync(external.Issuer, external.Subject, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        if (made is null && outcome is ExternalOutcome.EmailTaken)
        {
            LogMergeRefused(external.Issuer);
            throw new ConvoException(ProblemKind.Conflict, "account_exists",
                "There is an account with this address already. Sign in to it as before, or open its invitation, then connect your organisation in the settings.");
        }

        return made ?? throw Refused("account_disabled", "This account was removed a moment ago. Try again.");

        AuditEntry Accepted(Guid userId) =>
            new(time.NewId(), account.CreatedAt, userId, "user.invitation_accepted", "user", userId.ToString(), "first sign-in through the identity provider", details);
    }

    /// <summary>Where roles and teams come from the provider's groups, they follow them at every sign-in.</summary>
    private async Task<Account> FollowGroupsAsync(Account account, ExternalIdentity external, CancellationToken cancellationToken)
    {
        var change = new UserChange();
        if (RoleOf(external) is { } role && role != account.Role)
        {
            change = change with { Role = role };
        }

        if (options.Value.GroupTeams.Count > 0)
        {
            var team = TeamOf(external) is { } name
                ? await logins.TeamAsync(name, time.NewId(), time.GetUtcNow(), cancellationToken).ConfigureAwait(false)
                : (Guid?)null;
            change = team == account.TeamId ? change : change with { TeamId = new Change<Guid?>(true, team) };
        }

        if (change == new UserChange())
        {
            return account;
        }

        var stamp = change.Role.IsSet ? Secrets.NewToken() : null;
        var details = new Dictionary<string, string?> { ["role"] = change.Role.IsSet ? UserAdministration.Spelled(change.Role.Value) : null, ["team_id"] = change.TeamId.Value?.ToString() };
        var audit = new AuditEntry(time.NewId(), time.GetUtcNow(), null, "user.changed", "user", account.Id.ToString(), "groups of the identity provider", details);
        // The last administrator stays one: somebody has to be able to mend the groups.
        var outcome = await users.ChangeAsync(account.Id, change, default, stamp, audit, cancellationToken).ConfigureAwait(false);
        identities.Forget(account.Id);
        return outcome is AccountOutcome.Done
            ? await logins.FindAsync(external.Issuer, external.Subject, time.GetUtcNow(), cancellationToken).ConfigureAwait(false) ?? account
            : account;
    }

    private void RequireAllowed(ExternalIdentity external)
    {
        var settings = options.Value;
        // An address that nobody has verified is a text that its owner typed.
        var domain = external.EmailVerified && external.Email is { } email ? email[(email.LastIndexOf('@') + 1)..] : null;
        var domainFits = settings.AllowedDomains.Count == 0 || settings.AllowedDomains.Any(allowed => string.Equals(allowed, domain, StringComparison.OrdinalIgnoreCase));
        var groupFits = settings.AllowedGroups.Count == 0 || settings.AllowedGroups.Any(allowed => external.Groups.Contains(allowed, StringComparer.Ordinal));
        if (!domainFits || !groupFits)
        {
            throw Refused("not_invited", "Your organisation’s account may not use this Convo. Ask an administrator to let you in.");
        }
    }

    private Role? RoleOf(ExternalIdentity external) => options.Value.AdminGroups.Count == 0
        ? null
        : options.Value.AdminGroups.Any(group => external.Groups.Contains(group, StringComparer.Ordinal)) ? Role.Admin : Role.Member;

    private string? TeamOf(ExternalIdentity external) =>
        options.Value.GroupTeams.Where(entry => external.Groups.Contains(entry.Key, StringComparer.Ordinal)).Select(entry => entry.Value).FirstOrDefault();

    private static string? Tidy(string? name)
    {
        var visible = string.Concat((name ?? "").Where(c => !char.IsControl(c) && !char.IsSurrogate(c))).Trim();
        return visible.Length == 0 ? null : visible[..Math.Min(visible.Length, Names.MaxLength)];
    }

    private static ConvoException Refused(string code, string detail) => new(ProblemKind.Forbidden, code, detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} signed in through the identity provider")]
    private partial void LogSignedIn(Guid userId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A first sign-in through {Issuer} was refused: a local account has the same address")]
    private partial void LogMergeRefused(string issuer);
}
