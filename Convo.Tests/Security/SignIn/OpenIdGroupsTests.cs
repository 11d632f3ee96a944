
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security.SignIn;

/// <summary>What the provider’s groups decide, and the first administrator among fifty who come at once.</summary>
[Collection(nameof(OpenIdWorld))]
public sealed class OpenIdGroupsTests(OpenIdWorld world)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GroupsAndDomains_DecideWhoComesInAndAsWhat()
    {
        await using var app = await ConvoApp.StartAsync(new()
        {
            Settings = world.Provider.Settings(
                (OpenIdSettings.AllowedDomainsKey, "example.org"), (OpenIdSettings.AllowedGroupsKey, "staff"), (OpenIdSettings.AdminGroupsKey, "operators"),
                (OpenIdSettings.GroupTeamsKey, "engineering=Engineering; staff=Everyone")),
        });
        var provider = world.Provider;

        Assert.Equal("/sign-in?error=not_invited", await SignInAsync("alice"));
        Assert.Equal("/sign-in?error=not_invited", await SignInAsync("outsider"));
        Assert.Equal("/sign-in?error=not_invited", await SignInAsync("unverified_staff"));
        Assert.Equal("/", await SignInAsync("operator"));
        Assert.Equal("/", await SignInAsync("engineer"));
        var people = await app.Database.Db.QueryAsync<string>(
            "SELECT u.name || ' ' || u.role || ' ' || t.name FROM users u JOIN teams t ON t.id = u.team_id ORDER BY 1", null, Token);
        Assert.Equal(["Engineer member Engineering", "Operator admin Everyone"], people);

        // Leaving the group is felt at the next sign-in, apart from what the last administrator keeps.
        await app.Database.Db.ExecuteAsync("UPDATE users SET role = 'admin' WHERE name = 'Engineer'", null, Token);
        Assert.Equal("/", await SignInAsync("engineer"));
        Assert.Equal("member", await app.Database.Db.ScalarAsync<string>("SELECT role FROM users WHERE name = 'Engineer'", null, Token));

        async Task<string> SignInAsync(string account)
        {
            using var browser = app.CreateAnonymousClient();
            return await provider.SignInAsync(browser, account);
        }
    }

    /// <summary>Fifty at once on an empty database, some with the set-up link and some through the provider.</summary>
    [Fact]
    public async Task FirstSignIns_FiftyAtOnce_MakeOneAdministrator()
    {
        await using var app = await ConvoApp.StartAsync(new() { Settings = world.Provider.Settings(), WithAdmin = false });
        var setup = (ISetupService)app.Services.GetService(typeof(ISetupService))!;
        var tokens = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => setup.CreateSetupTokenAsync(Token)));

        var locals = tokens.Select(async (token, i) =>
        {
            using var browser = app.CreateAnonymousClient();
            using var answer = await browser.PostFormAsync(
                "/account/setup", ("token", token!), ("name", $"First {i}"), ("email", $"first{i}@example.org"), ("password", "a fine password"));
            return answer.Headers.Location!.ToString();
        });
        var externals = Enumerable.Range(0, 25).Select(async _ =>
        {
            using var browser = app.CreateAnonymousClient();
            return await world.Provider.SignInAsync(browser, "alice");
        });
        var landed = await Task.WhenAll(locals.Concat(externals));

        Assert.Equal(1, await app.Database.Db.ScalarAsync<long>("SELECT count(*) FROM users WHERE role = 'admin'", null, Token));
        Assert.Equal(1, await app.Database.Db.ScalarAsync<long>("SELECT count(*) FROM users WHERE email = 'alice@example.org'", null, Token));
        Assert.Equal(26, landed.Count(place => place == "/"));
    }
}
