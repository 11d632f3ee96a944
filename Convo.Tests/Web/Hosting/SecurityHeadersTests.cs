using System.Net;
using System.Security.Cryptography;
using System.Text;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Hosting;

public sealed class SecurityHeadersTests
{
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/api/convo/me")]
    [InlineData("/docs/")]
    public async Task Answers_CarryTheSecurityHeaders(string path)
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();
        client.DefaultRequestHeaders.Add("Origin", "http://evil.example");

        using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'; script-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("script-src [^;]*unsafe", policy);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task SignInPage_InlineScripts_AreAllNamedByThePolicy()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();

        using var response = await client.GetAsync("/sign-in", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var inline = html.Split("<script").Skip(1).Where(script => !script.Split('>')[0].Contains("src=", StringComparison.Ordinal));
        Assert.All(inline, script =>
        {
            var text = script[(script.IndexOf('>', StringComparison.Ordinal) + 1)..script.IndexOf("</script>", StringComparison.Ordinal)];
            Assert.Contains(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text))), policy, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Docs_ScriptsCarryTheNonceOfThePolicy()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();

        using var response = await client.GetAsync("/docs/", TestContext.Current.CancellationToken);

        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        var nonce = policy.Split("'nonce-")[1].Split('\'')[0];
        Assert.Contains($"nonce=\"{nonce}\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", html.Replace("https://www.w3.org", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
