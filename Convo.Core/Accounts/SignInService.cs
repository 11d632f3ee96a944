using Convo.Core.Shared;
using Microsoft.Extensions.Logging;

namespace Convo.Core.Accounts;

/// <summary>Signing in with a password, and changing it.</summary>
public interface ISignInService
{
    /// <summary>
    /// The same refusal (401 <c>invalid_credentials</c>) in about the same time for an unknown address, a wrong password, a locked and a disabled account.
    /// </summary>
    Task<Identity> SignInAsync(string? email, string? password, CancellationToken cancellationToken);

    /// <summary>Changes the caller's own password; every other session of theirs ends. The new identity is for the session that asked.</summary>
    Task<Identity> ChangePasswordAsync(Caller caller, string? current, string? next, CancellationToken cancellationToken);
}

internal sealed partial class SignInService(
    IAccountRepository accounts, Passwords passwords, IdentityService identities, TimeProvider time, ILogger<SignInService> logger) : ISignInService
{
    public const int AttemptLimit = 5;
    public static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(5);

    public async Task<Identity> SignInAsync(string? email, string? password, CancellationToken cancellationToken)
    {
        // An address that cannot be one takes the same way as an unknown one.
        var account = EmailAddress.IsValid(email?.Trim() ?? "")
            ? await accounts.FindByEmailAsync(EmailAddress.Normalize(email!), cancellationToken).ConfigureAwait(false)
            : null;
        if (!await IsPasswordOfAsync(account, password, cancellationToken).ConfigureAwait(false) || account!.DisabledAt is not null)
        {
            throw Refused();
        }

        LogSignedIn(account.Id);
        return account.ToIdentity();
    }

    public async Task<Identity> ChangePasswordAsync(Caller caller, string? current, string? next, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(caller.UserId, cancellationToken).ConfigureAwait(false) ?? throw Refused();
        if (!await IsPasswordOfAsync(account, current, cancellationToken).ConfigureAwait(false))
        {
            throw new ConvoException(ProblemKind.Forbidden, "wrong_password",
                "The present password is not right, or the account is locked for a few minutes after too many attempts. Try again.") { Field = "current_password" };
        }

        var hash = passwords.Hash(Passwords.Require(next, account.Email));
        var stamp = Secrets.NewToken();
        var now = time.GetUtcNow();
        var audit = new AuditEntry(time.NewId(), now, account.Id, "user.password_changed", "user", account.Id.ToString());
        await accounts.SetPasswordAsync(account.Id, hash, stamp, audit, cancellationToken).ConfigureAwait(false);
        identities.Forget(account.Id);
        return (account with { SecurityStamp = stamp }).ToIdentity();
    }

    /// <summary>Counts the attempt: guessing here is guessing at the sign-in.</summary>
    public async Task<bool> IsPasswordOfAsync(Account? account, string? password, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var mayTry = account is not null
            && await accounts.TryBeginAttemptAsync(account.Id, AttemptLimit, now, now + LockedFor, cancellationToken).ConfigureAwait(false);
        var given = password is { Length: <= Passwords.MaxLength } ? password : "";
        var (right, rehashed) = passwords.Verify(mayTry ? account : null, given);
        if (right)
        {
            await accounts.AttemptSucceededAsync(account!.Id, rehashed, now, cancellationToken).ConfigureAwait(false);
        }
        else if (account is not null)
        {
            LogRefused(account.Id, mayTry ? "wrong password" : "locked");
        }

        return right;
    }

    private static ConvoException Refused() => new(ProblemKind.Unauthenticated, "invalid_credentials",
        "E-mail or password is not right, or the account is locked for a few minutes after too many attempts. Check both and try again.");

    [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} signed in")]
    private partial void LogSignedIn(Guid userId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in of user {UserId} refused: {Reason}")]
    private partial void LogRefused(Guid userId, string reason);
}
