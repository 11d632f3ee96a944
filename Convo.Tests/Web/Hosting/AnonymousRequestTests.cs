using System.Net;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Hosting;

/// <summary>What a program and a browser get that nobody has signed in at.</summary>
public sealed class AnonymousRequestTests
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
    public async Task Page_Anonymous_LeadsToSignInAndBack()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();

        using var response = await client.GetAsync("/usage?a=b", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.EndsWith("/sign-in?returnUrl=%2Fusage%3Fa%3Db", response.Headers.Location!.ToString(), StringComparison.Ordinal);
    }
}
