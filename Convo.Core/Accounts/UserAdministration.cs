using Convo.Core.Conversations;
using Convo.Core.Shared;

namespace Convo.Core.Accounts;

internal sealed class UserAdministration(
    IUserRepository users, IAccountRepository accounts, Passwords passwords, IdentityService identities, IRevokedTurns turns, TimeProvider time)
    : IUserAdministration
{
    private const int MaxLimit = 200;
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromDays(7);

    public async Task<Page<User>> ListAsync(Caller caller, UserFilter filter, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        var limit = filter.Limit is > 0 and <= MaxLimit ? filter.Limit : throw ConvoException.Invalid("limit", $"The limit is a number from 1 to {MaxLimit}.");
        var before = string.IsNullOrEmpty(filter.Cursor) ? (Guid?)null
            : Guid.TryParse(filter.Cursor, out var cursor) ? cursor : throw ConvoException.Invalid("cursor", "Take the cursor from next_cursor of the page before.");
        var found = await users.ListAsync(filter.Query, filter.TeamId, before, limit + 1, cancellationToken).ConfigureAwait(false);
        // Ids are UUIDv7, so the id alone is an order by age.
        return found.Count > limit ? new([.. found.Take(limit)], found[limit - 1].Id.ToString()) : new(found, null);
    }

    public async Task<User> GetAsync(Caller caller, Guid userId, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        return await users.FindAsync(userId, cancellationToken).ConfigureAwait(false) ?? throw NotFound();
    }

    public async Task<CreatedUser> CreateAsync(Caller caller, NewUser user, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        var email = EmailAddress.Require(user.Email);
        var name = Names.Require(user.Name);
        var hash = user.Password is null ? null : passwords.Hash(Passwords.Require(user.Password, email));
        var account = new NewAccount(
            time.NewId(), email, EmailAddress.Normalize(email), name, user.Role, user.TeamId, hash, Secrets.NewToken(), time.GetUtcNow());
        (string Token, SignInLink Link)? invite = hash is null ? SetupService.NewLink(time, LinkPurpose.Invite, account.Id, LinkLifetime) : null;
        var audit = Audit(caller, "user.created", account.Id, new() { ["email"] = email, ["role"] = Spelled(user.Role) });
        Check(await users.CreateAsync(account, invite?.Link, audit, cancellationToken).ConfigureAwait(false));
        var created = new User(account.Id, email, name, user.Role, user.TeamId, hash is not null, null, account.CreatedAt, null);
        return new CreatedUser(created, invite?.Token);
    }

    public async Task<User> ChangeAsync(Caller caller, Guid userId, UserChange change, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        var before = await users.FindAsync(userId, cancellationToken).ConfigureAwait(false) ?? throw NotFound();
        if (change.Name.IsSet)
        {
            change = change with { Name = Names.Require(change.Name.Value) };
        }

        var now = time.GetUtcNow();
        var disables = change.Disabled.IsSet && change.Disabled.Value != before.DisabledAt.HasValue;
        var changesRole = change.Role.IsSet && change.Role.Value != before.Role;
        var disabledAt = disables ? new Change<DateTimeOffset?>(true, change.Disabled.Value ? now : null) : default;
        // A new stamp ends every session of the person: what they may do has changed.
        var stamp = disables || changesRole ? Secrets.NewToken() : null;
        var outcome = await users.ChangeAsync(userId, change, disabledAt, stamp, Audit(caller, "user.changed", userId, Details(change)), cancellationToken).ConfigureAwait(false);
        Check(outcome);
        identities.Forget(userId);
        if (disables && change.Disabled.Value)
        {
            await turns.StopOfAsync(userId, cancellationToken).ConfigureAwait(false);
        }

        return await GetAsync(caller, userId, cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteAsync(Caller caller, Guid userId, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        var user = await users.FindAsync(userId, cancellationToken).ConfigureAwait(false) ?? throw NotFound();
        var audit = Audit(caller, "user.deleted", userId, new() { ["email"] = user.Email });
        // Before their rows go: a turn is stopped by what it writes to.
        await turns.StopOfAsync(userId, cancellationToken).ConfigureAwait(false);
        Check(await users.DeleteAsync(userId, audit, cancellationToken).ConfigureAwait(false));
        identities.Forget(userId);
    }

    public async Task<string> CreateLinkAsync(Caller caller, Guid userId, CancellationToken cancellationToken)
    {
        var user = await GetAsync(caller, userId, cancellationToken).ConfigureAwait(false);
        var (token, link) = SetupService.NewLink(time, user.HasPassword ? LinkPurpose.Reset : LinkPurpose.Invite, userId, LinkLifetime);
        await accounts.AddLinkAsync(link, Audit(caller, "user.link_created", userId, []), cancellationToken).ConfigureAwait(false);
        return token;
    }

    private static void Check(AccountOutcome outcome)
    {
        switch (outcome)
        {
            case AccountOutcome.Done:
                return;
            case AccountOutcome.EmailTaken:
                throw new ConvoException(ProblemKind.Conflict, "email_taken", "There is an account with this address already.") { Field = "email" };
            case AccountOutcome.NoSuchTeam:
                throw new ConvoException(ProblemKind.NotFound, "not_found", "There is no such team. Check the id.") { Field = "team_id" };
            case AccountOutcome.LastAdmin:
                throw new ConvoException(ProblemKind.Conflict, "last_admin", "This is the last active administrator. Make someone else an administrator first.");
            default:
                throw NotFound();
        }
    }

    private AuditEntry Audit(Caller caller, string action, Guid userId, Dictionary<string, string?> details) =>
        new(time.NewId(), time.GetUtcNow(), caller.UserId, action, "user", userId.ToString(), Details: details);

    private static Dictionary<string, string?> Details(UserChange change)
    {
        var details = new Dictionary<string, string?>();
        if (change.Name.IsSet)
        {
            details["name"] = change.Name.Value;
        }

        if (change.Role.IsSet)
        {
            details["role"] = Spelled(change.Role.Value);
        }

        if (change.TeamId.IsSet)
        {
            details["team_id"] = change.TeamId.Value?.ToString();
        }

        if (change.Disabled.IsSet)
        {
            details["disabled"] = change.Disabled.Value ? "true" : "false";
        }

        return details;
    }

    internal static string Spelled(Role role) => role is Role.Admin ? "admin" : "member";

    private static ConvoException NotFound() => ConvoException.NotFound("person");
}
