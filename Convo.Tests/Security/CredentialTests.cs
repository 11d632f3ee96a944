using System.Diagnostics;
using System.Net;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Security;

/// <summary>Keys and sessions that look alike, keys that are too weak, and credentials that are SQL.</summary>
public sealed class CredentialTests
{
    /// <summary>Whoever caches by the beginning of a key takes one person for the other.</summary>
    [Fact]
    public async Task Keys_ThatBeginAlike_AreTwoPeople()
    {
        var app = await ConvoApp.SharedAsync();
        var (one, other) = (await app.CreateUserAsync(), await app.CreateUserAsync());
        var shared = new string('k', 100);
        await AddKeyAsync(app, one, shared + "1");
        await AddKeyAsync(app, other, shared + "2");
        for (var round = 0; round < 2; round++)
        {
            foreach (var (user, key) in new[] { (one, shared + "1"), (other, shared + "2") })
            {
                using var client = app.CreateClient(key);
                using var me = await client.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
                Assert.Equal(user.Id, (await me.JsonAsync()).GetProperty("id").GetGuid());
            }
        }

        using var neither = app.CreateClient(shared);
        using var refused = await neither.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task EveryRouteThatChanges_WithAReadOnlyKey_Is403()
    {
        var app = await ConvoApp.SharedAsync();
        var victim = await Victim.CreateAsync(app);
        using var reader = app.CreateClient(await app.CreateKeyAsync(victim.User.Id, ["read"]));
        // The first use of a key leaves its time.
        using var first = await reader.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        var before = await victim.FingerprintAsync();
        foreach (var route in MappedRoutes.Of(app).Where(route => route.Method != "GET" && !route.Pattern.StartsWith("/account", StringComparison.Ordinal)))
        {
            var rule = RouteTable.Rules[route.Name];
            using var response = await reader.SendAsync(
                Requests.Of(route.Method, victim.Fill(rule.Path ?? route.Pattern), rule.Body is null ? null : victim.Fill(rule.Body)), TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode is HttpStatusCode.Forbidden, $"{route.Name}: {(int)response.StatusCode}");
        }

        Assert.Equal(before, await victim.FingerprintAsync());
    }

    [Fact]
    public async Task EveryRouteThatChanges_WithACookieAndNoAntiforgeryHeader_IsRefused()
    {
        var app = await ConvoApp.SharedAsync();
        var victim = await Victim.CreateAsync(app);
        using var browser = await app.SignInBrowserClientAsync(victim.User);
        browser.DefaultRequestHeaders.Remove("RequestVerificationToken");
        browser.DefaultRequestHeaders.Add("Origin", "http://evil.example");
        var before = await victim.FingerprintAsync();
        foreach (var route in MappedRoutes.Of(app).Where(route => route.Method != "GET" && !route.Pattern.StartsWith("/account", StringComparison.Ordinal)))
        {
            var rule = RouteTable.Rules[route.Name];
            using var request = Requests.Of(route.Method, victim.Fill(rule.Path ?? route.Pattern), rule.Body is null ? null : victim.Fill(rule.Body));
            // What a form of another site can send without asking first.
            request.Content = new StringContent(rule.Body ?? "x", System.Text.Encoding.UTF8, "text/plain");
            using var response = await browser.SendAsync(request, TestContext.Current.CancellationToken);
            // The OpenAI-compatible routes take keys only, so a cookie is no credential there.
            Assert.True((int)response.StatusCode is 400 or 403 || (route.Pattern.StartsWith("/v1", StringComparison.Ordinal) && (int)response.StatusCode is 401), $"{route.Name}: {(int)response.StatusCode}");
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        }

        Assert.Equal(before, await victim.FingerprintAsync());
    }

    [Theory]
    [InlineData("' OR pg_sleep(5)--")]
    [InlineData("'; SELECT pg_sleep(5); --")]
    [InlineData("${OPENAI_API_KEY}")]
    [InlineData("cv_ or 1=1")]
    public async Task BearerToken_ThatIsSql_Is401AtOnce(string token)
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + token);
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-API-Key", token);

        using var response = await client.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);

        await response.ShouldBeProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Theory]
    [InlineData("/api/convo/threads?q={0}")]
    [InlineData("/api/convo/threads?cursor={0}")]
    [InlineData("/api/convo/threads/{0}")]
    [InlineData("/api/convo/search?q={0}")]
    [InlineData("/api/convo/usage?group_by={0}")]
    [InlineData("/api/convo/admin/users?q={0}")]
    [InlineData("/api/convo/admin/users?cursor={0}")]
    [InlineData("/api/convo/admin/audit?action={0}")]
    [InlineData("/api/convo/admin/audit?target_id={0}")]
    [InlineData("/api/convo/admin/audit?cursor={0}")]
    public async Task Parameter_ThatIsSql_IsAValueAndNotAStatement(string path)
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(app.Admin);
        foreach (var sql in new[] { "' OR pg_sleep(30)--", "'; DROP TABLE users; --", "\\'; SELECT pg_sleep(30) --", "1) UNION SELECT password_hash FROM users--" })
        {
            using var response = await client.GetAsync(
                string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Uri.EscapeDataString(sql)), TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode < 500, $"{(int)response.StatusCode}");
            Assert.DoesNotContain("AQAAAA", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        // None of the statements above is running or has run: the sleeps would still be there.
        Assert.Equal(0, await app.Database.Db.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND wait_event = 'PgSleep'", null, TestContext.Current.CancellationToken));
    }

    private static Task AddKeyAsync(ConvoApp app, TestUser user, string key) => app.Services.GetRequiredService<IApiKeyRepository>().AddAsync(
        ApiKeyService.Row(TimeProvider.System, user.Id, "alike", key, ApiScopes.Read, null), 100,
        new AuditEntry(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), TimeProvider.System.GetUtcNow(), null, "api_key.created", "api_key", null), CancellationToken.None);
}
