using Convo.Core.Shared;

namespace Convo.Core.Accounts;

/// <summary>One-time links: set-up of the first administrator, invitations, new passwords.</summary>
public interface ISetupService
{
    Task<bool> AnyAdminAsync(CancellationToken cancellationToken);

    /// <summary>A token for the set-up page that makes the first administrator, good for 24 hours; null when there is an administrator.</summary>
    Task<string?> CreateSetupTokenAsync(CancellationToken cancellationToken);

    /// <summary>What a link is for; null when it is unknown, used or expired.</summary>
    Task<OpenLink?> FindLinkAsync(string? token, CancellationToken cancellationToken);

    /// <summary>Uses a link: makes the first administrator, or sets the password of the person it names (name and address are then ignored).</summary>
    /// <exception cref="ConvoException">400 with the field; 409 <c>setup_done</c>, <c>email_taken</c>, <c>link_invalid</c>.</exception>
    Task<Identity> CompleteAsync(SetupRequest request, CancellationToken cancellationToken);
}

public sealed record SetupRequest(string? Token, string? Name, string? Email, string? Password);

internal sealed class SetupService(IAccountRepository accounts, Passwords passwords, IdentityService identities, TimeProvider time) : ISetupService
{
    private static readonly TimeSpan SetupLifetime = TimeSpan.FromHours(24);

    public Task<bool> AnyAdminAsync(CancellationToken cancellationToken) => accounts.AnyAdminAsync(cancellationToken);

    public async Task<string?> CreateSetupTokenAsync(CancellationToken cancellationToken)
    {
        if (await accounts.AnyAdminAsync(cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var (token, link) = NewLink(time, LinkPurpose.Setup, null, SetupLifetime);
        await accounts.AddLinkAsync(link, audit: null, cancellationToken).ConfigureAwait(false);
        return token;
    }

    public async Task<OpenLink?> FindLinkAsync(string? token, CancellationToken cancellationToken)
    {
        var link = string.IsNullOrEmpty(token)
            ? null
            : await accounts.FindLinkAsync(Secrets.Hash(token), time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        return link is { Purpose: LinkPurpose.Setup } && await accounts.AnyAdminAsync(cancellationToken).ConfigureAwait(false) ? null : link;
    }

    public async Task<Identity> CompleteAsync(SetupRequest request, CancellationToken cancellationToken)
    {
        // The link is looked at first: hashing a password is work that nobody without one may cause.
        var link = await FindLinkAsync(request.Token, cancellationToken).ConfigureAwait(false) ?? throw LinkInvalid();
        var hash = Secrets.Hash(request.Token!);
        return link.Purpose is LinkPurpose.Setup
            ? await CreateFirstAdminAsync(request, hash, cancellationToken).ConfigureAwait(false)
            : await SetPasswordAsync(link, hash, request.Password, cancellationToken).ConfigureAwait(false);
    }

    public static (string Token, SignInLink Link) NewLink(TimeProvider time, LinkPurpose purpose, Guid? userId, TimeSpan lifetime)
    {
        var token = Secrets.NewToken();
        var now = time.GetUtcNow();
        return (token, new SignInLink(time.NewId(), purpose, userId, Secrets.Hash(token), now + lifetime, now));
    }

    private async Task<Identity> CreateFirstAdminAsync(SetupRequest request, byte[] linkHash, CancellationToken cancellationToken)
    {
        var name = Names.Require(request.Name);
        var email = EmailAddress.Require(request.Email);
        var hash = passwords.Hash(Passwords.Require(request.Password, email));
        var account = FirstAdmin(time, email, name, hash);
        var audit = new AuditEntry(time.NewId(), account.CreatedAt, account.Id, "user.first_admin_created", "user", account.Id.ToString());
        return await accounts.CreateFirstAdminAsync(account, linkHash, audit, cancellationToken).ConfigureAwait(false) switch
        {
            AccountOutcome.Done => new Identity(account.Id, email, name, Role.Admin, null, account.SecurityStamp, null, ApiScopes.All),
            AccountOutcome.AdminExists => throw new ConvoException(ProblemKind.Conflict, "setup_done",
                "Convo has its first administrator already. Ask them for an invitation, or sign in."),
            AccountOutcome.EmailTaken => throw new ConvoException(ProblemKind.Conflict, "email_taken", "There is an account with this address. Use another one."),
            _ => throw LinkInvalid(),
        };
    }

    public static NewAccount FirstAdmin(TimeProvider time, string email, string name, string passwordHash) =>
        new(time.NewId(), email, EmailAddress.Normalize(email), name, Role.Admin, null, passwordHash, Secrets.NewToken(), time.GetUtcNow());

    private async Task<Identity> SetPasswordAsync(OpenLink link, byte[] linkHash, string? password, CancellationToken cancellationToken)
    {
        var hash = passwords.Hash(Passwords.Require(password, link.Email ?? ""));
        var now = time.GetUtcNow();
        var userId = await accounts.UseLinkAsync(linkHash, hash, Secrets.NewToken(), time.NewId(), now, cancellationToken).ConfigureAwait(false) ?? throw LinkInvalid();
        identities.Forget(userId);
        var account = await accounts.FindAsync(userId, cancellationToken).ConfigureAwait(false) ?? throw LinkInvalid();
        return account.ToIdentity();
    }

    private static ConvoException LinkInvalid() => new(ProblemKind.Conflict, "link_invalid",
        "This link was used already, has expired or is not complete. Ask for a new one; the first administrator's is printed when Convo starts.");
}
