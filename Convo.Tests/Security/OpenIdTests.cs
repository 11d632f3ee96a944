using System.Net;
using System.Net.Sockets;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security;

/// <summary>Sign-in through a real OpenID provider, and every way to end up in somebody else's account with it.</summary>
public sealed class OpenIdTests(OpenIdTests.World world) : IClassFixture<OpenIdTests.World>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FirstSignIn_MakesAMemberAndTheSecondFindsIt()
    {
        using var browser = world.App.CreateAnonymousClient();
        Assert.Equal("/c/1?a=b", await world.Provider.SignInAsync(browser, "alice", "/account/provider?returnUrl=%2Fc%2F1%3Fa%3Db"));
        var first = await MeAsync(browser);
        using var elsewhere = world.App.CreateAnonymousClient();
        await world.Provider.SignInAsync(elsewhere, "alice");
        var second = await MeAsync(elsewhere);

        Assert.Equal(first.Id, second.Id);
        Assert.Equal(("alice@example.org", "Alice", "member"), (first.Email, first.Name, first.Role));
        using var sessions = await browser.GetAsync("/api/convo/sessions", Token);
        Assert.All((await sessions.JsonAsync()).GetProperty("items").EnumerateArray(), session => Assert.Equal("provider", session.GetProperty("method").GetString()));
    }

    [Fact]
    public async Task Challenge_GoesTheBackWayAndLeavesStateAndNonceInThisBrowser()
    {
        using var browser = world.App.CreateAnonymousClient();

        using var begun = await browser.GetAsync("/account/provider", Token);

        // A provider that takes the request itself (RFC 9126) gets it; the browser carries only its name. That the request has a PKCE challenge
        // shows in the sign-ins of this class: the provider refuses one without.
        var address = begun.Headers.Location!;
        Assert.StartsWith("urn:ietf:params:oauth:request_uri:", OpenIdProvider.Parameter(address, "request_uri"), StringComparison.Ordinal);
        Assert.Contains(begun.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith(".AspNetCore.Correlation.", StringComparison.Ordinal));
        Assert.Contains(begun.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith(".AspNetCore.OpenIdConnect.Nonce.", StringComparison.Ordinal));
        Assert.All(begun.Headers.GetValues("Set-Cookie"), cookie =>
        {
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        });
    }

    /// <summary>The provider says the victim's address in each of these; the subject is another one each time.</summary>
    [Theory]
    [InlineData("thief")]
    [InlineData("thief_unverified")]
    [InlineData("thief_silent")]
    [InlineData("thief_text")]
    [InlineData("thief_upper")]
    public async Task SameAddress_OtherSubject_NeverLandsInTheLocalAccount(string account)
    {
        using var browser = world.App.CreateAnonymousClient();

        Assert.Equal("/sign-in?error=account_exists", await world.Provider.SignInAsync(browser, account));

        using var me = await browser.GetAsync("/api/convo/me", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, me.StatusCode);
        Assert.Equal(0, await world.App.Database.Db.ScalarAsync<long>("SELECT count(*) FROM external_logins WHERE user_id = @Id", new { world.Local.Id }, Token));
    }

    [Fact]
    public async Task SameSubject_OfAnotherIssuer_IsAnotherPerson()
    {
        using var browser = world.App.CreateAnonymousClient();
        await world.Provider.SignInAsync(browser, "alice");
        var id = (await MeAsync(browser)).Id;

        var found = await world.App.Database.Db.QueryAsync<Guid>(
            "SELECT user_id FROM external_logins WHERE subject = 'alice' AND issuer = @Issuer", new { world.Provider.Issuer }, Token);
        Assert.Equal([id], found);
        // A token of the other issuer is not even looked at: its answer carries a state that this Convo did not make.
        using var other = world.App.CreateAnonymousClient();
        using var answer = await other.GetAsync($"/account/provider/callback?code=x&state=x&iss={Uri.EscapeDataString("http://127.0.0.1:1")}", Token);
        Assert.Equal("/sign-in?error=provider_refused", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task Callback_InAnotherBrowser_SignsNobodyIn()
    {
        using var attacker = world.App.CreateAnonymousClient();
        var answer = await world.Provider.CallbackAsync(attacker, "alice");
        using var victim = world.App.CreateAnonymousClient();

        using var landed = await victim.GetAsync(answer, Token);

        Assert.Equal("/sign-in?error=provider_refused", landed.Headers.Location!.ToString());
        using var me = await victim.GetAsync("/api/convo/me", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, me.StatusCode);
    }

    [Fact]
    public async Task Callback_ReplayedOrMixed_SignsNobodyIn()
    {
        using var browser = world.App.CreateAnonymousClient();
        var first = await world.Provider.CallbackAsync(browser, "alice");
        using var landed = await browser.GetAsync(first, Token);
        Assert.Equal("/", landed.Headers.Location!.ToString());

        using var again = await browser.GetAsync(first, Token);
        Assert.Equal("/sign-in?error=provider_refused", again.Headers.Location!.ToString());

        // The code of one sign-in with the state of another: PKCE and nonce belong to the state's.
        using var other = world.App.CreateAnonymousClient();
        var mine = await world.Provider.CallbackAsync(other, "bob");
        using var thief = world.App.CreateAnonymousClient();
        var theirs = await world.Provider.CallbackAsync(thief, "alice");
        var mixed = theirs.ToString().Replace(
            Uri.EscapeDataString(OpenIdProvider.Parameter(theirs, "code")), Uri.EscapeDataString(OpenIdProvider.Parameter(mine, "code")), StringComparison.Ordinal);
        using var refused = await thief.GetAsync(mixed, Token);
        Assert.Equal("/sign-in?error=provider_refused", refused.Headers.Location!.ToString());
    }

    [Fact]
    public async Task PersonWhoRefuses_IsToldSo()
    {
        using var browser = world.App.CreateAnonymousClient();

        Assert.Equal("/sign-in?error=provider_refused", await world.Provider.SignInAsync(browser, "refuses"));
    }

    [Fact]
    public async Task PictureClaim_IsNeverFetched()
    {
        using var browser = world.App.CreateAnonymousClient();

        await world.Provider.SignInAsync(browser, "pictured");

        Assert.False(world.Listener.Pending());
    }

    [Fact]
    public async Task Connect_SignedInWithAPassword_SignsInWithBothAfterwards()
    {
        var local = await world.App.CreateUserAsync();
        using var browser = await world.App.SignInBrowserClientAsync(local);
        Assert.Equal("/settings", await world.Provider.SignInAsync(browser, "carol", "/account/provider/connect"));
        using var elsewhere = world.App.CreateAnonymousClient();

        await world.Provider.SignInAsync(elsewhere, "carol");

        Assert.Equal(local.Id, (await MeAsync(elsewhere)).Id);
        // Nobody else can take it.
        using var other = await world.App.SignInBrowserClientAsync(await world.App.CreateUserAsync());
        Assert.Equal("/sign-in?error=login_taken", await world.Provider.SignInAsync(other, "carol", "/account/provider/connect"));
    }

    [Fact]
    public async Task Connect_AnsweredAfterSomeoneElseSignedIn_ConnectsNobody()
    {
        var first = await world.App.CreateUserAsync();
        using var browser = await world.App.SignInBrowserClientAsync(first);
        var answer = await world.Provider.CallbackAsync(browser, "dave", "/account/provider/connect");
        var second = await world.App.CreateUserAsync();
        using var signedIn = await browser.PostFormAsync("/account/sign-in", ("email", second.Email), ("password", second.Password));

        using var landed = await browser.GetAsync(answer, Token);

        Assert.Equal("/sign-in?error=unauthenticated", landed.Headers.Location!.ToString());
        Assert.Equal(0, await world.App.Database.Db.ScalarAsync<long>("SELECT count(*) FROM external_logins WHERE subject = 'dave'", null, Token));
    }

    [Fact]
    public async Task Disabled_IsRefusedAtTheProviderToo()
    {
        using var browser = world.App.CreateAnonymousClient();
        await world.Provider.SignInAsync(browser, "erin");
        using var admin = world.App.CreateClient(world.App.Admin);
        using var disabled = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/users/{(await MeAsync(browser)).Id}", new { disabled = true });
        Assert.Equal(HttpStatusCode.OK, disabled.StatusCode);

        Assert.Equal("/sign-in?error=account_disabled", await world.Provider.SignInAsync(browser, "erin"));
    }

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

    [Fact]
    public async Task SignInPage_OffersTheProviderByName()
    {
        using var browser = world.App.CreateAnonymousClient();

        var page = await browser.GetStringAsync(new Uri("/sign-in", UriKind.Relative), Token);

        Assert.Contains("Continue with your organisation", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/account/provider\"", page, StringComparison.Ordinal);
    }

    private static async Task<(Guid Id, string Email, string Name, string Role)> MeAsync(HttpClient browser)
    {
        using var response = await browser.GetAsync("/api/convo/me", Token);
        var me = await response.JsonAsync();
        return (me.GetProperty("id").GetGuid(), me.GetProperty("email").GetString()!, me.GetProperty("name").GetString()!, me.GetProperty("role").GetString()!);
    }

    /// <summary>One provider and one Convo for the class; each test has its own people at the provider.</summary>
    public sealed class World : IAsyncLifetime
    {
        internal TcpListener Listener { get; } = new(IPAddress.Loopback, 0);

        internal OpenIdProvider Provider { get; private set; } = null!;

        internal ConvoApp App { get; private set; } = null!;

        internal TestUser Local { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Listener.Start();
            // The victim's address is known only once the victim is, so the thieves all claim the first administrator's.
            Provider = await OpenIdProvider.StartAsync(new Dictionary<string, object>
            {
                ["alice"] = new { email = "alice@example.org", email_verified = true, name = "Alice" },
                ["bob"] = new { email = "bob@example.org", email_verified = true, name = "Bob" },
                ["carol"] = new { email = "carol@example.org", email_verified = true, name = "Carol" },
                ["dave"] = new { email = "dave@example.org", email_verified = true, name = "Dave" },
                ["erin"] = new { email = "erin@example.org", email_verified = true, name = "Erin" },
                ["thief"] = new { email = "admin@example.org", email_verified = true, name = "Admin" },
                ["thief_unverified"] = new { email = "admin@example.org", email_verified = false, name = "Admin" },
                ["thief_silent"] = new { email = "admin@example.org", name = "Admin" },
                ["thief_text"] = new { email = "admin@example.org", email_verified = "true", name = "Admin" },
                ["thief_upper"] = new { email = "ADMIN@Example.ORG", email_verified = true, name = "Admin" },
                ["pictured"] = new { email = "pictured@example.org", name = "Pictured", picture = $"http://{Listener.LocalEndpoint}/me.png" },
                ["outsider"] = new { email = "o@elsewhere.example", email_verified = true, groups = new[] { "staff" } },
                ["unverified_staff"] = new { email = "u@example.org", email_verified = false, groups = new[] { "staff" } },
                ["operator"] = new { email = "operator@example.org", email_verified = true, name = "Operator", groups = new[] { "staff", "operators" } },
                ["engineer"] = new { email = "engineer@example.org", email_verified = true, name = "Engineer", groups = new[] { "engineering", "staff" } },
            });
            App = await ConvoApp.StartAsync(new() { Settings = Provider.Settings() });
            Local = App.Admin;
        }

        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            await Provider.DisposeAsync();
            Listener.Dispose();
        }
    }
}
