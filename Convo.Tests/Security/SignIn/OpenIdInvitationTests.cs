using System.Net;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Security.SignIn;

/// <summary>An invitation that nobody has used goes to whom the provider says its address is verified for. It is the only thing an address opens.</summary>
[Collection(nameof(OpenIdWorld))]
public sealed class OpenIdInvitationTests(OpenIdWorld world)
{
    private const string Refused = "/sign-in?error=account_exists";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Invited_SignsInWithTheVerifiedAddress_HasTheInvitedAccountAndTheLinkIsUsed()
    {
        var invitation = await InviteAsync("invited@example.org");
        using var browser = world.App.CreateAnonymousClient();

        Assert.Equal("/", await world.Provider.SignInAsync(browser, "invited"));

        var me = await OpenIdWorld.MeAsync(browser);
        Assert.Equal((invitation.User.Id, "Guest of the house"), (me.Id, me.Name));
        using var late = world.App.CreateAnonymousClient();
        using var link = await late.PostFormAsync("/account/setup", ("token", invitation.InviteToken!), ("password", "a fine password"));
        Assert.StartsWith("/setup?error=link_invalid", link.Headers.Location!.ToString(), StringComparison.Ordinal);
        // Somebody else with the same address at the provider comes too late, and the first one comes back.
        using var other = world.App.CreateAnonymousClient();
        Assert.Equal(Refused, await world.Provider.SignInAsync(other, "invited_twice"));
        using var again = world.App.CreateAnonymousClient();
        await world.Provider.SignInAsync(again, "invited");
        Assert.Equal(invitation.User.Id, (await OpenIdWorld.MeAsync(again)).Id);
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM audit_log WHERE action = 'user.invitation_accepted' AND target_id = @Id::text AND actor_id = @Id", invitation.User.Id));
    }

    [Theory]
    [InlineData("guest_unverified")]
    [InlineData("guest_text")]
    [InlineData("guest_silent")]
    public async Task Invited_AddressNotVerified_IsRefused(string account)
    {
        var invitation = await InviteAsync("guest@example.org");

        await RefusedAsync(account, invitation.User.Id);
    }

    /// <summary>Each of these makes it somebody's account already, or more than an address may open.</summary>
    [Theory]
    [InlineData("UPDATE users SET role = 'admin' WHERE id = @Id")]
    [InlineData("UPDATE users SET password_hash = 'x' WHERE id = @Id")]
    [InlineData("UPDATE users SET disabled_at = now() WHERE id = @Id")]
    [InlineData("UPDATE users SET last_seen_at = now() WHERE id = @Id")]
    [InlineData("UPDATE sign_in_links SET expires_at = now() - interval '1 s' WHERE user_id = @Id")]
    [InlineData("UPDATE sign_in_links SET used_at = now() WHERE user_id = @Id")]
    [InlineData("UPDATE sign_in_links SET purpose = 'reset' WHERE user_id = @Id")]
    [InlineData("INSERT INTO external_logins (issuer, subject, user_id) VALUES ('https://other.example', 'x' || @Id::text, @Id)")]
    [InlineData("INSERT INTO api_keys (id, user_id, name, prefix, key_hash) VALUES (@Id, @Id, 'x', 'x', sha256(@Id::text::bytea))")]
    [InlineData("INSERT INTO conversation_threads (id, owner_id) VALUES (@Id, @Id)")]
    public async Task Invited_ToWhatIsSomebodysOrAnAdministrators_IsRefused(string sql)
    {
        var invitation = await InviteAsync("guest@example.org");
        await world.App.Database.Db.ExecuteAsync(sql, new { invitation.User.Id }, Token);

        await RefusedAsync("guest", invitation.User.Id, logins: sql.Contains("external_logins", StringComparison.Ordinal) ? 1 : 0);
    }

    private async Task<CreatedUser> InviteAsync(string email)
    {
        await world.App.Database.Db.ExecuteAsync("DELETE FROM users WHERE email = @email AND role = 'member' OR email = @email AND NOT is_first_admin", new { email }, Token);
        return await world.App.Services.GetRequiredService<IUserAdministration>().CreateAsync(world.App.Admin.Caller, new NewUser(email, "Guest of the house"), Token);
    }

    private async Task RefusedAsync(string account, Guid userId, int logins = 0)
    {
        using var browser = world.App.CreateAnonymousClient();
        Assert.Equal(Refused, await world.Provider.SignInAsync(browser, account));
        using var me = await browser.GetAsync("/api/convo/me", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, me.StatusCode);
        Assert.Equal(logins, await CountAsync("SELECT count(*) FROM external_logins WHERE user_id = @Id", userId));
    }

    private Task<long> CountAsync(string sql, Guid id) => world.App.Database.Db.ScalarAsync<long>(sql, new { Id = id }, Token);
}
