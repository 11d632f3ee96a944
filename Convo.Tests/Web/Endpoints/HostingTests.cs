using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Endpoints;

public sealed class HostingTests
{
    [Theory]
    [InlineData("/api/convo/me", HttpStatusCode.Unauthorized)]
    [InlineData("/api/convo/nothing-here", HttpStatusCode.Unauthorized)]
    [InlineData("/v1/models", HttpStatusCode.Unauthorized)]
    [InlineData("/metrics", HttpStatusCode.Unauthorized)]
    public async Task Anonymous_OnAProgramsPath_Is401AndNeverARedirect(string path, HttpStatusCode status)
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();

        using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
        Assert.Null(response.Headers.Location);
        Assert.EndsWith("json", response.Content.Headers.ContentType!.MediaType!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownApiRoute_SignedIn_IsAProblemObject()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(app.Admin);

        using var response = await client.GetAsync("/api/convo/nothing-here", TestContext.Current.CancellationToken);

        await response.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

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

    [Fact]
    public async Task Page_Anonymous_LeadsToSignInAndBack()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();

        using var response = await client.GetAsync("/usage?a=b", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.EndsWith("/sign-in?returnUrl=%2Fusage%3Fa%3Db", response.Headers.Location!.ToString(), StringComparison.Ordinal);
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

    /// <summary>CVE-2026-49468 of another gateway: the gate looked at a path made of Host, the router at another.</summary>
    [Theory]
    [InlineData("GET /api/convo/admin/users HTTP/1.1\r\nHost: x/health/live?\r\n")]
    [InlineData("GET /api/convo/admin/users HTTP/1.1\r\nHost: localhost\r\nX-Original-URL: /health/live\r\nX-Rewrite-URL: /health/live\r\n")]
    [InlineData("GET //api/convo/admin/users HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /api//convo/admin/users HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /%61pi/convo/%61dmin/users HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /API/CONVO/ADMIN/USERS HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /api/convo/admin/users;x=y HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /api/convo/admin/users/. HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /health/../api/convo/admin/users HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /health/live/..%2f..%2fapi/convo/admin/users HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET http://x/api/convo/admin/users HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 127.0.0.1\r\n")]
    [InlineData("GET //metrics HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /%6detrics HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /metrics/ HTTP/1.1\r\nHost: localhost\r\n")]
    public async Task ForgedHostOrPath_OpensNothing(string request)
    {
        var app = await ConvoApp.SharedAsync();

        var answer = await RawAsync(app, request + "Connection: close\r\n\r\n");

        var status = answer.Split(' ')[1];
        // 302 is the sign-in page, for paths that are no program's.
        Assert.True(status is "400" or "401" or "302" or "404", answer);
        Assert.DoesNotContain("example.org", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("# HELP", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_WithToken_AreReadAndWithAnotherNot()
    {
        await using var app = await ConvoApp.StartAsync(new() { Settings = { ["CONVO_METRICS_TOKEN"] = "a-token-of-this-test" } });
        using var prometheus = app.CreateClient("a-token-of-this-test");
        using var other = app.CreateClient("a-token-of-this-tess");

        using var read = await prometheus.GetAsync("/metrics", TestContext.Current.CancellationToken);
        using var refused = await other.GetAsync("/metrics", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Contains("# HELP", await read.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Metrics_OfConvo_HaveTheNamesOfTheContract()
    {
        var app = await ConvoApp.SharedAsync();
        using var meter = new Meter("Convo.Test");
        meter.CreateCounter<long>("convo_test_total").Add(2, new KeyValuePair<string, object?>("kind", "a"));
        meter.CreateHistogram<double>("convo_test_seconds").Record(0.3);
        meter.CreateUpDownCounter<int>("convo_test_open").Add(1);
        meter.CreateObservableGauge("convo_test_held", () => 7);
        using var client = app.CreateClient(app.Admin);

        var text = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);

        Assert.Contains("\nconvo_test_total{kind=\"a\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("\nconvo_test_seconds_bucket{le=\"0.5\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nconvo_test_open 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nconvo_test_held 7\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("convo_convo_", text, StringComparison.Ordinal);
        Assert.DoesNotContain("convo_test_convo_", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_EverythingAnswers_IsReady()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();

        using var live = await client.GetAsync("/health/live", TestContext.Current.CancellationToken);
        using var ready = await client.GetAsync("/health/ready", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        var checks = (await ready.JsonAsync()).GetProperty("checks");
        Assert.Equal("ok", checks.GetProperty("postgresql").GetString());
        Assert.Equal("ok", checks.GetProperty("redis").GetString());
    }

    [Fact]
    public async Task Health_SchemaIsBehind_IsNotReadyAndSaysWhichPart()
    {
        await using var app = await ConvoApp.StartAsync();
        await app.Database.Db.ExecuteAsync("DELETE FROM schema_migrations", null, TestContext.Current.CancellationToken);
        using var client = app.CreateAnonymousClient();

        using var ready = await client.GetAsync("/health/ready", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("failing", (await ready.JsonAsync()).GetProperty("checks").GetProperty("postgresql").GetString());
    }

    [Fact]
    public async Task OpenApi_EveryOperation_HasASummaryAndItsProblems()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();

        using var response = await client.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var operations = (await response.JsonAsync()).GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Name: $"{operation.Name} {path.Name}", operation.Value)))
            .ToList();
        Assert.NotEmpty(operations);
        Assert.All(operations, operation =>
        {
            Assert.True(operation.Value.TryGetProperty("summary", out _), $"{operation.Name} has no summary");
            Assert.True(operation.Value.GetProperty("responses").TryGetProperty("400", out _), $"{operation.Name} names no problems");
        });
    }

    [Fact]
    public async Task RateLimit_Reached_Is429WithRetryAfter()
    {
        await using var app = await ConvoApp.StartAsync(new() { Settings = { ["Convo:RateLimits:AnonymousRequestsPerMinute"] = "3" } });
        using var client = app.CreateAnonymousClient();
        HttpResponseMessage response;
        var count = 0;
        do
        {
            response = await client.GetAsync("/api/convo/antiforgery", TestContext.Current.CancellationToken);
            count++;
        }
        while (response.StatusCode == HttpStatusCode.OK && count < 10);

        Assert.Equal(4, count);
        var problem = await response.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.Equal(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, problem.GetProperty("retry_after").GetInt64());
    }

    [Fact]
    public async Task Body_OverTheLimit_Is413()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(app.Admin);
        using var body = new StringContent($"{{\"name\":\"{new string('x', 3_000_000)}\"}}", Encoding.UTF8, "application/json");

        using var response = await client.PostAsync("/api/convo/api-keys", body, TestContext.Current.CancellationToken);

        await response.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");
    }

    private static async Task<string> RawAsync(ConvoApp app, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(app.Address.Host, app.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
