using System.Net;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Hosting;

public sealed class HealthTests
{
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
}
