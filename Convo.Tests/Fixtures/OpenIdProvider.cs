using System.Net;
using System.Text.Json;
using System.Web;
using Convo.Core.Accounts;
using Convo.Web.Hosting;

namespace Convo.Tests.Fixtures;

/// <summary>
/// A real OpenID provider (npm's oidc-provider) on loopback:
/// <code>await using var provider = await OpenIdProvider.StartAsync(new { alice = new { email = "alice@example.org", email_verified = true } });
/// var app = await ConvoApp.StartAsync(new() { Settings = provider.Settings() });
/// using var browser = app.CreateAnonymousClient();
/// var landed = await provider.SignInAsync(browser, "alice");</code>
/// </summary>
internal sealed class OpenIdProvider : IAsyncDisposable
{
    private readonly NodeScript _script;

    private OpenIdProvider(NodeScript script, string issuer)
    {
        _script = script;
        Issuer = issuer;
    }

    public string Issuer { get; }

    /// <param name="accounts">Each member is a person's name with their claims.</param>
    public static async Task<OpenIdProvider> StartAsync(object accounts)
    {
        var script = NodeScript.Start("openid-provider.mjs", new Dictionary<string, string> { ["ACCOUNTS"] = JsonSerializer.Serialize(accounts, ConvoJson.Options) });
        var issuer = await script.ReadLineAsync(CancellationToken.None);
        Assert.True(issuer?.StartsWith("http://127.0.0.1:", StringComparison.Ordinal), $"The provider did not start: {issuer}");
        return new OpenIdProvider(script, issuer!);
    }

    public Dictionary<string, string?> Settings(params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            [OpenIdSettings.IssuerKey] = Issuer,
            [OpenIdSettings.ClientIdKey] = "convo",
            [OpenIdSettings.ClientSecretKey] = "a secret of the tests alone",
        };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return settings;
    }

    /// <summary>The way of a browser from Convo's button to the provider and back; where it lands on Convo.</summary>
    public async Task<string> SignInAsync(HttpClient browser, string account, string start = "/account/provider")
    {
        using var landed = await browser.GetAsync(await CallbackAsync(browser, account, start), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, landed.StatusCode);
        return landed.Headers.Location!.ToString();
    }

    /// <summary>The same up to the provider's answer, which is not opened.</summary>
    public async Task<Uri> CallbackAsync(HttpClient browser, string account, string start = "/account/provider")
    {
        using var begun = await browser.GetAsync(start, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, begun.StatusCode);
        var address = begun.Headers.Location!;
        Assert.StartsWith(Issuer, address.ToString(), StringComparison.Ordinal);
        // The provider's own pages are another site, with cookies of its own.
        using var there = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false });
        while (address.AbsoluteUri.StartsWith(Issuer, StringComparison.Ordinal))
        {
            using var page = address.AbsolutePath.StartsWith("/interaction/", StringComparison.Ordinal)
                ? await there.PostAsync(address, new FormUrlEncodedContent([new("account", account)]), TestContext.Current.CancellationToken)
                : await there.GetAsync(address, TestContext.Current.CancellationToken);
            Assert.True(page.Headers.Location is not null, $"{address}: {(int)page.StatusCode} {await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
            address = new Uri(address, page.Headers.Location);
        }

        return address;
    }

    public static string Parameter(Uri address, string name) => HttpUtility.ParseQueryString(address.Query)[name] ?? "";

    public ValueTask DisposeAsync() => _script.DisposeAsync();
}
