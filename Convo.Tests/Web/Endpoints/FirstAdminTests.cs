using System.Net;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Endpoints;

public sealed class FirstAdminTests
{
    private const string CountAdmins = "SELECT count(*) FROM users WHERE role = 'admin'";

    [Fact]
    public async Task Setup_FiftyAtOnce_MakeExactlyOneAdministrator()
    {
        await using var app = await ConvoApp.StartAsync(new() { WithAdmin = false });
        var setup = app.Services.GetRequiredService<ISetupService>();
        var token = TestContext.Current.CancellationToken;
        List<string> links = [];
        for (var i = 0; i < 10; i++)
        {
            links.Add((await setup.CreateSetupTokenAsync(token))!);
        }

        // Five people for each of ten links, so that both the link and the person are raced for.
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            using var client = app.CreateAnonymousClient();
            using var response = await client.PostFormAsync("/account/setup",
                ("token", links[i % links.Count]), ("name", $"Person {i}"), ("email", $"person{i}@example.org"), ("password", "a fine password"));
            return response.Headers.Location!.ToString();
        }));

        Assert.Single(answers, "/");
        Assert.All(answers.Where(answer => answer != "/"), answer => Assert.Matches(@"^/setup\?error=(setup_done|link_invalid)&token=", answer));
        Assert.Equal(1, await app.Database.Db.ScalarAsync<long>(CountAdmins, null, token));
        Assert.Equal(1, await app.Database.Db.ScalarAsync<long>("SELECT count(*) FROM users", null, token));
        Assert.Null(await setup.CreateSetupTokenAsync(token));
    }

    [Fact]
    public async Task Setup_RightLink_SignsTheFirstAdministratorIn()
    {
        await using var app = await ConvoApp.StartAsync(new() { WithAdmin = false });
        var link = (await app.Services.GetRequiredService<ISetupService>().CreateSetupTokenAsync(TestContext.Current.CancellationToken))!;
        using var client = app.CreateAnonymousClient();

        using var bad = await client.PostFormAsync("/account/setup", ("token", link), ("name", "Ada"), ("email", "ada@example.org"), ("password", "short"));
        Assert.Equal($"/setup?error=invalid_request&field=password&token={link}", bad.Headers.Location!.ToString());
        using var good = await client.PostFormAsync("/account/setup", ("token", link), ("name", "Ada"), ("email", "ada@example.org"), ("password", "a fine password"));

        Assert.Equal("/", good.Headers.Location!.ToString());
        using var me = await client.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        var view = await me.JsonAsync();
        Assert.Equal("admin", view.GetProperty("role").GetString());
        Assert.Equal("Ada", view.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("guess")]
    [InlineData("00000000000000000000000000000000000000000000")]
    public async Task Setup_WrongToken_MakesNobody(string link)
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();

        using var response = await client.PostFormAsync("/account/setup",
            ("token", link), ("name", "Eve"), ("email", "eve@example.org"), ("password", "a fine password"));

        Assert.StartsWith("/setup?error=link_invalid", response.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await app.Database.Db.ScalarAsync<long>(
            "SELECT count(*) FROM users WHERE email = 'eve@example.org'", null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task UnattendedStart_Twice_CreatesWhatIsMissingAndOverwritesNothing()
    {
        await using var app = await ConvoApp.StartAsync();
        var token = TestContext.Current.CancellationToken;
        var db = app.Database.Db;
        await db.ExecuteAsync("UPDATE users SET name = 'Renamed', password_hash = 'theirs'", null, token);
        await db.ExecuteAsync("UPDATE api_keys SET revoked_at = now()", null, token);

        await app.Services.GetRequiredService<IFirstAdminProvisioning>().EnsureAsync(token);

        Assert.Equal("Renamed theirs", await db.ScalarAsync<string>("SELECT name || ' ' || password_hash FROM users", null, token));
        Assert.Equal(1, await db.ScalarAsync<long>("SELECT count(*) FROM api_keys WHERE revoked_at IS NOT NULL", null, token));
        Assert.Equal(1, await db.ScalarAsync<long>("SELECT count(*) FROM api_keys", null, token));
    }

    [Fact]
    public async Task UnattendedStart_KeyWithoutOurPrefix_IsAccepted()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(app.Admin);

        using var users = await client.GetAsync("/api/convo/admin/users", TestContext.Current.CancellationToken);

        Assert.False(app.Admin.ApiKey.StartsWith("cv_", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, users.StatusCode);
    }
}
