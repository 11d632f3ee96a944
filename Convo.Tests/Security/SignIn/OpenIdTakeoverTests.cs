using System.Net;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security.SignIn;

/// <summary>Every way to end up in somebody else’s account with a sign-in of one’s own.</summary>
[Collection(nameof(OpenIdWorld))]
public sealed class OpenIdTakeoverTests(OpenIdWorld world)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

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
        var id = (await OpenIdWorld.MeAsync(browser)).Id;

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
    public async Task Connect_SignedInWithAPassword_SignsInWithBothAfterwards()
    {
        var local = await world.App.CreateUserAsync();
        using var browser = await world.App.SignInBrowserClientAsync(local);
        Assert.Equal("/settings", await world.Provider.SignInAsync(browser, "carol", "/account/provider/connect"));
        using var elsewhere = world.App.CreateAnonymousClient();

        await world.Provider.SignInAsync(elsewhere, "carol");

        Assert.Equal(local.Id, (await OpenIdWorld.MeAsync(elsewhere)).Id);
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
}
