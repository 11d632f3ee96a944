using Convo.Core.Shared;
using Convo.Tests.Fixtures;
using Convo.Web.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Hosting;

public sealed class CorsTests
{
    [Fact]
    public async Task Origin_NotConfigured_GetsNoPermission()
    {
        var app = await ConvoApp.SharedAsync();
        Assert.False((await AnswerAsync(app, "https://intranet.example.org")).Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Origin_Configured_MayUseAKeyButNeverTheCookie()
    {
        await using var app = await ConvoApp.StartAsync(new() { Settings = new() { [Cors.OriginsKey] = "https://intranet.example.org" } });

        using var known = await AnswerAsync(app, "https://intranet.example.org");
        using var other = await AnswerAsync(app, "https://evil.example");

        Assert.Equal("https://intranet.example.org", Assert.Single(known.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.False(known.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("intranet.example.org")]
    [InlineData("https://intranet.example.org/path")]
    [InlineData("null")]
    public void Origins_ThatAreNone_StopTheStart(string origins)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(Cors.OriginsKey, (string?)origins)]).Build();

        Assert.Contains(Cors.OriginsKey, Assert.Throws<ConvoStartupException>(() => new ServiceCollection().AddConvoCors(configuration)).Message, StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> AnswerAsync(ConvoApp app, string origin)
    {
        using var client = app.CreateAnonymousClient();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/convo/me");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "GET");
        request.Headers.Add("Access-Control-Request-Headers", "authorization");
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
