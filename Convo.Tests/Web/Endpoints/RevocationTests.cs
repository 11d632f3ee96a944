using System.Net;
using System.Net.Sockets;
using System.Text;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Convo.Tests.Web.Endpoints;

/// <summary>What another node changed counts here within 30 s: the change is made in the database, behind this node's back.</summary>
public sealed class RevocationTests(RevocationTests.FakeTimeApp fixture) : IClassFixture<RevocationTests.FakeTimeApp>
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(30);
    private readonly ConvoApp _app = fixture.App;
    private readonly FakeTimeProvider _time = fixture.Time;

    [Theory]
    [InlineData("UPDATE users SET disabled_at = now() WHERE id = @Id")]
    [InlineData("UPDATE users SET security_stamp = 'another' WHERE id = @Id")]
    [InlineData("DELETE FROM users WHERE id = @Id")]
    public async Task Session_PersonChangedElsewhere_EndsWithin30Seconds(string change)
    {
        var user = await _app.CreateUserAsync();
        using var browser = await _app.SignInBrowserClientAsync(user);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser));

        await _app.Database.Db.ExecuteAsync(change, new { user.Id }, TestContext.Current.CancellationToken);
        _time.Advance(Promise);

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(browser));
    }

    [Theory]
    [InlineData("UPDATE users SET disabled_at = now() WHERE id = @Id")]
    [InlineData("UPDATE api_keys SET revoked_at = now() WHERE user_id = @Id")]
    [InlineData("DELETE FROM users WHERE id = @Id")]
    public async Task ApiKey_RevokedElsewhere_EndsWithin30Seconds(string change)
    {
        var user = await _app.CreateUserAsync();
        using var program = _app.CreateClient(user);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(program));

        await _app.Database.Db.ExecuteAsync(change, new { user.Id }, TestContext.Current.CancellationToken);
        _time.Advance(Promise);

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(program));
    }

    [Fact]
    public async Task ApiKey_Demoted_LosesAdministrationWithin30Seconds()
    {
        var user = await _app.CreateUserAsync(Role.Admin);
        using var program = _app.CreateClient(user);
        using var before = await program.GetAsync("/api/convo/admin/users", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        await _app.Database.Db.ExecuteAsync("UPDATE users SET role = 'member' WHERE id = @Id", new { user.Id }, TestContext.Current.CancellationToken);
        _time.Advance(Promise);

        using var after = await program.GetAsync("/api/convo/admin/users", TestContext.Current.CancellationToken);
        await after.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "admin_only");
    }

    [Fact]
    public async Task ApiKey_ReachesItsExpiry_EndsThatSecond()
    {
        var user = await _app.CreateUserAsync();
        using var program = _app.CreateClient(await _app.CreateKeyAsync(user.Id, ["read"], _time.GetUtcNow().AddSeconds(5)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(program));

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(program));
    }

    [Fact]
    public async Task ApiKey_UsedAgainAndAgain_WritesLastUsedOnceAMinute()
    {
        var user = await _app.CreateUserAsync();
        using var program = _app.CreateClient(user);
        var start = _time.GetUtcNow();
        List<DateTimeOffset> written = [];
        for (var second = 0; second <= 60; second += 20)
        {
            await StatusAsync(program);
            written.Add(await _app.Database.Db.ScalarAsync<DateTimeOffset>(
                "SELECT last_used_at FROM api_keys WHERE user_id = @Id", new { user.Id }, TestContext.Current.CancellationToken));
            _time.Advance(TimeSpan.FromSeconds(20));
        }

        // PostgreSQL keeps microseconds.
        Assert.Equal([0, 0, 0, 60], written.Select(at => (int)Math.Round((at - start).TotalSeconds)));
    }

    /// <summary>The request is a long one because its body does not end. A stream of events is cut in the same way.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunningRequest_KeyRevokedElsewhere_IsCutWithin30Seconds(bool revoke)
    {
        var user = await _app.CreateUserAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(_app.Address.Host, _app.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/convo/api-keys HTTP/1.1\r\nHost: {_app.Address.Authority}\r\nAuthorization: Bearer {user.ApiKey}\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"name\":\"x\""), TestContext.Current.CancellationToken);
        using var program = _app.CreateClient(user);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(program));

        if (revoke)
        {
            await _app.Database.Db.ExecuteAsync("UPDATE api_keys SET revoked_at = now() WHERE user_id = @Id", new { user.Id }, TestContext.Current.CancellationToken);
        }

        for (var second = 0; second < 30; second += 10)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        if (!revoke)
        {
            await stream.WriteAsync("}"u8.ToArray(), TestContext.Current.CancellationToken);
            Assert.StartsWith("HTTP/1.1 201", await ReadAsync(stream), StringComparison.Ordinal);
        }
        else
        {
            // Nothing more is sent, so only the server can end this.
            Assert.Equal("", await ReadAsync(stream));
        }
    }

    [Fact]
    public async Task Session_DemotedOnThisNode_EndsAtOnce()
    {
        var user = await _app.CreateUserAsync(Role.Admin);
        using var browser = await _app.SignInBrowserClientAsync(user);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser));
        using var admin = _app.CreateClient(_app.Admin);

        using var demoted = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/users/{user.Id}", new { role = "member" });

        Assert.Equal(HttpStatusCode.OK, demoted.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(browser));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    /// <summary>Everything until the server closes; empty when it just cuts the connection.</summary>
    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII);
        try
        {
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>One app for the class, whose clock only the tests move. They run one after another and keep apart by their users.</summary>
    public sealed class FakeTimeApp : IAsyncLifetime
    {
        public FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

        internal ConvoApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            App = await ConvoApp.StartAsync(new() { Services = services => services.AddSingleton<TimeProvider>(Time) });

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
