using System.Net;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Convo.Tests.Web.Endpoints;

/// <summary>What another node changed counts here within 30 s: the change is made in the database, behind this node's back.</summary>
public sealed class RevocationTests
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("UPDATE users SET disabled_at = now() WHERE id = @Id")]
    [InlineData("UPDATE users SET security_stamp = 'another' WHERE id = @Id")]
    [InlineData("DELETE FROM users WHERE id = @Id")]
    public async Task Session_PersonChangedElsewhere_EndsWithin30Seconds(string change)
    {
        var (app, time) = await StartAsync();
        await using var _ = app;
        var user = await app.CreateUserAsync();
        using var browser = await app.SignInBrowserClientAsync(user);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser));

        await app.Database.Db.ExecuteAsync(change, new { user.Id }, TestContext.Current.CancellationToken);
        time.Advance(Promise);

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(browser));
    }

    [Theory]
    [InlineData("UPDATE users SET disabled_at = now() WHERE id = @Id")]
    [InlineData("UPDATE api_keys SET revoked_at = now() WHERE user_id = @Id")]
    [InlineData("DELETE FROM users WHERE id = @Id")]
    public async Task ApiKey_RevokedElsewhere_EndsWithin30Seconds(string change)
    {
        var (app, time) = await StartAsync();
        await using var _ = app;
        var user = await app.CreateUserAsync();
        using var program = app.CreateClient(user);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(program));

        await app.Database.Db.ExecuteAsync(change, new { user.Id }, TestContext.Current.CancellationToken);
        time.Advance(Promise);

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(program));
    }

    [Fact]
    public async Task ApiKey_Demoted_LosesAdministrationWithin30Seconds()
    {
        var (app, time) = await StartAsync();
        await using var _ = app;
        var user = await app.CreateUserAsync(Role.Admin);
        using var program = app.CreateClient(user);
        using var before = await program.GetAsync("/api/convo/admin/users", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        await app.Database.Db.ExecuteAsync("UPDATE users SET role = 'member' WHERE id = @Id", new { user.Id }, TestContext.Current.CancellationToken);
        time.Advance(Promise);

        using var after = await program.GetAsync("/api/convo/admin/users", TestContext.Current.CancellationToken);
        await after.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "admin_only");
    }

    [Fact]
    public async Task ApiKey_ReachesItsExpiry_EndsThatSecond()
    {
        var (app, time) = await StartAsync();
        await using var _ = app;
        var user = await app.CreateUserAsync();
        using var program = app.CreateClient(await app.CreateKeyAsync(user.Id, ["read"], time.GetUtcNow().AddSeconds(5)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(program));

        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(program));
    }

    [Fact]
    public async Task ApiKey_UsedAgainAndAgain_WritesLastUsedOnceAMinute()
    {
        var (app, time) = await StartAsync();
        await using var _ = app;
        var user = await app.CreateUserAsync();
        using var program = app.CreateClient(user);
        var start = time.GetUtcNow();
        List<DateTimeOffset> written = [];
        for (var second = 0; second <= 60; second += 20)
        {
            await StatusAsync(program);
            written.Add(await app.Database.Db.ScalarAsync<DateTimeOffset>(
                "SELECT last_used_at FROM api_keys WHERE user_id = @Id", new { user.Id }, TestContext.Current.CancellationToken));
            time.Advance(TimeSpan.FromSeconds(20));
        }

        // PostgreSQL keeps microseconds.
        Assert.Equal([0, 0, 0, 60], written.Select(at => (int)Math.Round((at - start).TotalSeconds)));
    }

    /// <summary>The request is a long one by what it reads: its body never ends.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunningRequest_KeyRevokedElsewhere_IsCutWithin30Seconds(bool revoke)
    {
        var (app, time) = await StartAsync();
        await using var _ = app;
        var user = await app.CreateUserAsync();
        using var program = app.CreateClient(user);
        var (body, arrived) = EndlessBody.Create();
        var running = program.PostAsync("/api/convo/api-keys", body, TestContext.Current.CancellationToken);
        await arrived;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(program));

        if (revoke)
        {
            await app.Database.Db.ExecuteAsync("UPDATE api_keys SET revoked_at = now() WHERE user_id = @Id", new { user.Id }, TestContext.Current.CancellationToken);
        }

        for (var second = 0; second < 30; second += 10)
        {
            time.Advance(TimeSpan.FromSeconds(10));
        }

        if (revoke)
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => running);
        }
        else
        {
            body.End();
            using var response = await running;
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        }
    }

    [Fact]
    public async Task Session_DemotedOnThisNode_EndsAtOnce()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync(Role.Admin);
        using var browser = await app.SignInBrowserClientAsync(user);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser));
        using var admin = app.CreateClient(app.Admin);

        using var demoted = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/users/{user.Id}", new { role = "member" });

        Assert.Equal(HttpStatusCode.OK, demoted.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(browser));
    }

    private static async Task<(ConvoApp App, FakeTimeProvider Time)> StartAsync()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        return (await ConvoApp.StartAsync(new() { Services = services => services.AddSingleton<TimeProvider>(time) }), time);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    /// <summary>Sends the beginning of a JSON body at once and its end when it is told to.</summary>
    private sealed class EndlessBody : HttpContent
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private EndlessBody() => Headers.TryAddWithoutValidation("Content-Type", "application/json");

        public static (EndlessBody Body, Task Arrived) Create()
        {
            var body = new EndlessBody();
            return (body, body._begun.Task);
        }

        public void End() => _end.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{\"name\":\"x\""u8.ToArray());
            await stream.FlushAsync();
            _begun.TrySetResult();
            await _end.Task;
            await stream.WriteAsync("}"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
