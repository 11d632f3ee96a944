using System.Net;
using System.Text;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Hosting;

/// <summary>Changes and circuits that another site begins in a signed-in browser.</summary>
public sealed class ForgedChangeTests
{
    [Fact]
    public async Task CookieChange_WithoutAntiforgeryHeader_IsRefusedAndChangesNothing()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var browser = await app.SignInBrowserClientAsync(user);
        browser.DefaultRequestHeaders.Remove("RequestVerificationToken");

        using var json = await browser.SendJsonAsync(HttpMethod.Post, "/api/convo/api-keys", new { name = "x" });
        await json.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "antiforgery");
        using var plain = await browser.PostAsync("/api/convo/api-keys", new StringContent("{\"name\":\"x\"}", Encoding.UTF8, "text/plain"), TestContext.Current.CancellationToken);
        await plain.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "antiforgery");

        Assert.Equal(1, await app.Database.Db.ScalarAsync<long>(
            "SELECT count(*) FROM api_keys WHERE user_id = @Id", new { user.Id }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task CookieChange_WithAnotherPersonsToken_IsRefused()
    {
        var app = await ConvoApp.SharedAsync();
        using var mine = await app.SignInBrowserClientAsync(await app.CreateUserAsync());
        using var theirs = await app.SignInBrowserClientAsync(await app.CreateUserAsync());
        mine.DefaultRequestHeaders.Remove("RequestVerificationToken");
        mine.DefaultRequestHeaders.Add("RequestVerificationToken", await theirs.AntiforgeryTokenAsync());

        using var response = await mine.SendJsonAsync(HttpMethod.Post, "/api/convo/api-keys", new { name = "x" });

        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "antiforgery");
    }

    [Theory]
    [InlineData("http://evil.example", false)]
    [InlineData("null", false)]
    [InlineData(null, true)]
    public async Task Circuit_FromAnotherOrigin_IsRefused(string? origin, bool allowed)
    {
        var app = await ConvoApp.SharedAsync();
        using var browser = await app.SignInBrowserClientAsync(await app.CreateUserAsync());
        browser.DefaultRequestHeaders.Add("Origin", origin ?? app.Address.GetLeftPart(UriPartial.Authority));

        using var response = await browser.PostAsync("/_blazor/negotiate?negotiateVersion=1", null, TestContext.Current.CancellationToken);

        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
    }
}
