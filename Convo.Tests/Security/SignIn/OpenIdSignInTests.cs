using System.Net;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security.SignIn;

/// <summary>Sign-in through a real OpenID provider, the way it is meant.</summary>
[Collection(nameof(OpenIdWorld))]
public sealed class OpenIdSignInTests(OpenIdWorld world)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FirstSignIn_MakesAMemberAndTheSecondFindsIt()
    {
        using var browser = world.App.CreateAnonymousClient();
        Assert.Equal("/c/1?a=b", await world.Provider.SignInAsync(browser, "alice", "/account/provider?returnUrl=%2Fc%2F1%3Fa%3Db"));
        var first = await OpenIdWorld.MeAsync(browser);
        using var elsewhere = world.App.CreateAnonymousClient();
        await world.Provider.SignInAsync(elsewhere, "alice");
        var second = await OpenIdWorld.MeAsync(elsewhere);

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

    [Fact]
    public async Task PersonWhoRefuses_IsToldSo()
    {
        using var browser = world.App.CreateAnonymousClient();

        Assert.Equal("/sign-in?error=provider_refused", await world.Provider.SignInAsync(browser, "refuses"));
    }

    [Fact]
    public async Task SignInPage_OffersTheProviderByName()
    {
        using var browser = world.App.CreateAnonymousClient();

        var page = await browser.GetStringAsync(new Uri("/sign-in", UriKind.Relative), Token);

        Assert.Contains("Continue with your organisation", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/account/provider\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabled_IsRefusedAtTheProviderToo()
    {
        using var browser = world.App.CreateAnonymousClient();
        await world.Provider.SignInAsync(browser, "erin");
        using var admin = world.App.CreateClient(world.App.Admin);
        using var disabled = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/users/{(await OpenIdWorld.MeAsync(browser)).Id}", new { disabled = true });
        Assert.Equal(HttpStatusCode.OK, disabled.StatusCode);

        Assert.Equal("/sign-in?error=account_disabled", await world.Provider.SignInAsync(browser, "erin"));
    }

    [Fact]
    public async Task PictureClaim_IsNeverFetched()
    {
        using var browser = world.App.CreateAnonymousClient();

        await world.Provider.SignInAsync(browser, "pictured");

        Assert.False(world.Listener.Pending());
    }
}
