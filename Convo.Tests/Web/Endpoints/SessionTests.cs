using System.Net;
using System.Threading.Channels;
using Convo.Core.Turns;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Endpoints;

/// <summary>Where one is signed in, ending it from elsewhere, and what still runs for somebody who may not any more.</summary>
public sealed class SessionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_TwoBrowsers_AreListedAndTheOtherCanBeEnded()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var here = await app.SignInBrowserClientAsync(user);
        using var there = await app.SignInBrowserClientAsync(user);

        using var listed = await here.GetAsync("/api/convo/sessions", Token);
        var sessions = (await listed.JsonAsync()).GetProperty("items").EnumerateArray().ToList();
        var other = Assert.Single(sessions, session => !session.GetProperty("current").GetBoolean());
        using var ended = await here.DeleteAsync($"/api/convo/sessions/{other.GetProperty("id").GetGuid()}", Token);

        Assert.Equal(2, sessions.Count);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(here));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(there));
    }

    [Fact]
    public async Task EndOthers_KeepsThisBrowserAlone()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var here = await app.SignInBrowserClientAsync(user);
        using var second = await app.SignInBrowserClientAsync(user);
        using var third = await app.SignInBrowserClientAsync(user);

        using var ended = await here.DeleteAsync("/api/convo/sessions", Token);

        Assert.Equal(2, (await ended.JsonAsync()).GetProperty("ended").GetInt32());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(here));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(second));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(third));
    }

    [Fact]
    public async Task SignOut_EndsTheSessionItselfAndNotOnlyTheCookie()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var browser = await app.SignInBrowserClientAsync(user);

        using var left = await browser.PostFormAsync("/account/sign-out");

        Assert.Equal(0, await app.Database.Db.ScalarAsync<long>("SELECT count(*) FROM user_sessions WHERE user_id = @Id", new { user.Id }, Token));
    }

    [Fact]
    public async Task Administrator_SignsAPersonOutEverywhere()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var browser = await app.SignInBrowserClientAsync(user);
        using var admin = app.CreateClient(app.Admin);

        using var ended = await admin.DeleteAsync($"/api/convo/admin/users/{user.Id}/sessions", Token);

        Assert.Equal(1, (await ended.JsonAsync()).GetProperty("ended").GetInt32());
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(browser));
    }

    [Theory]
    [InlineData("disable")]
    [InlineData("revoke")]
    public async Task RunningAnswer_OfSomeoneWhoMayNotAnyMore_Stops(string how)
    {
        await using var stub = await ProviderStub.StartAsync();
        var deltas = Channel.CreateUnbounded<string>();
        deltas.Writer.TryWrite("So far");
        stub.Respond = _ => Replies.From(deltas.Reader);
        await using var app = await ConvoApp.StartAsync(new()
        {
            Settings = new() { ["OPENAI_BASE_URL"] = stub.BaseUrl.ToString(), ["OPENAI_API_KEY"] = "stub-key", ["OPENAI_MODELS"] = "stub-model", ["CONVO_DEFAULT_MODEL"] = "stub-model" },
        });
        var user = await app.CreateUserAsync();
        using var program = app.CreateClient(user);
        using var begun = await program.SendJsonAsync(HttpMethod.Post, "/api/convo/threads", new { });
        using var accepted = await program.SendJsonAsync(HttpMethod.Post, $"/api/convo/threads/{(await begun.JsonAsync()).GetProperty("id").GetGuid()}/messages", new { content = "Go on for ever." });
        var answer = (await accepted.JsonAsync()).GetProperty("message").GetProperty("id").GetGuid();
        await stub.NextRequestAsync(Token);
        using var admin = app.CreateClient(app.Admin);

        using var done = how == "disable"
            ? await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/users/{user.Id}", new { disabled = true })
            : await admin.DeleteAsync($"/api/convo/admin/api-keys/{await app.Database.Db.ScalarAsync<Guid>("SELECT id FROM api_keys WHERE user_id = @Id", new { user.Id }, Token)}", Token);

        Assert.True(done.IsSuccessStatusCode);
        var events = new List<TurnEvent>();
        await foreach (var turnEvent in app.Services.GetRequiredService<ITurnReader>().ReadAsync(user.Caller, answer, 0, Token))
        {
            events.Add(turnEvent);
        }

        Assert.NotEmpty(events);
        Assert.Equal("stopped", await app.Database.Db.ScalarAsync<string>("SELECT status FROM conversation_messages WHERE id = @answer", new { answer }, Token));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/api/convo/me", Token);
        return response.StatusCode;
    }
}
