using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Convo.Core.Usage;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Endpoints.OpenAI;

/// <summary>Every failure under <c>/v1</c> has OpenAI's shape, names what is wrong, and costs nothing.</summary>
[Collection(OpenAIDoorTests.Name)]
public sealed class RefusalTests(OpenAIDoor door)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{", "invalid_json", null)]
    [InlineData("[]", "invalid_request", null)]
    [InlineData("{}", "invalid_request", "messages")]
    [InlineData("""{"messages":[]}""", "invalid_request", "messages")]
    [InlineData("""{"messages":"Hi"}""", "invalid_request", "messages")]
    [InlineData("""{"messages":[{"content":"Hi"}]}""", "invalid_request", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"wizard","content":"Hi"}]}""", "invalid_request", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user"}]}""", "invalid_request", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":"\ud800"}]}""", "invalid_request", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"input_audio"}]}]}""", "unsupported_parameter", "messages[0].content[0].type")]
    [InlineData("""{"messages":[{"role":"tool","content":"42","tool_call_id":"x"}]}""", "unsupported_parameter", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"temperature":3}""", "invalid_request", "temperature")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"temperature":1e999}""", "invalid_request", "temperature")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"max_tokens":0}""", "invalid_request", "max_tokens")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"top_p":2}""", "invalid_request", "top_p")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"stop":["a","b","c","d","e"]}""", "invalid_request", "stop")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"stream":"yes"}""", "invalid_request", "stream")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"n":2}""", "unsupported_parameter", "n")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"logprobs":true}""", "unsupported_parameter", "logprobs")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f"}}]}""", "unsupported_parameter", "tools")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"xml"}}""", "invalid_request", "response_format.type")]
    [InlineData("""{"model":"quoter","messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"json_object"}}""", "unsupported_parameter", "response_format")]
    public async Task Post_BadRequest_Is400NamingTheMember(string body, string code, string? param)
    {
        var (user, client) = await ClientAsync();
        using var _ = client;

        using var response = await client.PostAsync("/v1/chat/completions", new StringContent(body, new MediaTypeHeaderValue("application/json")), Token);
        var error = await OpenAIDoor.ShouldBeErrorAsync(response, HttpStatusCode.BadRequest, "invalid_request_error", code);

        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Empty(await door.BillsAsync(user));
    }

    [Fact]
    public async Task Post_UnknownModel_Is404()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;

        using var response = await OpenAIDoor.ChatAsync(client, new { model = "gpt-nothing", messages = Hi });

        var error = await OpenAIDoor.ShouldBeErrorAsync(response, HttpStatusCode.NotFound, "invalid_request_error", "model_not_found");
        Assert.Equal("model", error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData(429, "rate_limit_exceeded", 429, "rate_limit_error", "provider_rate_limited")]
    [InlineData(401, "invalid_api_key", 502, "server_error", "provider_auth")]
    [InlineData(400, "context_length_exceeded", 400, "invalid_request_error", "context_length_exceeded")]
    [InlineData(503, "overloaded", 503, "server_error", "provider_overloaded")]
    [InlineData(404, "model_not_found", 404, "invalid_request_error", "model_not_found")]
    public async Task Post_ProviderFailsBeforeItsFirstWord_HasAStatusOfItsOwnAndNoBill(int status, string said, int expected, string type, string code)
    {
        var (user, client) = await ClientAsync();
        using var _ = client;
        door.Stub.Enqueue(Replies.Error(status, said, "No: stub-key-of-the-provider", ("Retry-After", "7")));

        using var response = await OpenAIDoor.StreamAsync(client, new { model = "gpt-4o-mini", messages = Hi, stream = true });
        var error = await OpenAIDoor.ShouldBeErrorAsync(response, (HttpStatusCode)expected, type, code);

        Assert.DoesNotContain("stub-key-of-the-provider", error.ToString(), StringComparison.Ordinal);
        Assert.True(expected != 429 || response.Headers.RetryAfter?.Delta == TimeSpan.FromSeconds(7));
        Assert.Empty(await door.BillsAsync(user));
        Assert.Equal(0, await door.CountHoldsAsync(user));
    }

    [Fact]
    public async Task Post_BudgetSpent_Is429InsufficientQuotaThatIsNotTriedAgain()
    {
        var (user, client) = await ClientAsync();
        using var _ = client;
        await door.App.Services.GetRequiredService<IBudgetLimits>()
            .SetAsync(door.App.Admin.Caller, new BudgetLimit(BudgetScope.User, user.Id, BudgetWindow.Day, 50, null), "test", Token);
        var calls = door.Stub.ChatRequests.Count;

        using var response = await OpenAIDoor.ChatAsync(client, new { model = "gpt-4o-mini", messages = Hi });
        await OpenAIDoor.ShouldBeErrorAsync(response, HttpStatusCode.TooManyRequests, "insufficient_quota", "budget_exceeded");

        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal("false", response.Headers.GetValues("x-should-retry").Single());
        Assert.Equal(calls, door.Stub.ChatRequests.Count);
    }

    [Fact]
    public async Task Post_BudgetNearlySpent_ShortensTheAnswerInsteadOfRefusing()
    {
        var (user, client) = await ClientAsync();
        using var _ = client;
        await door.App.Services.GetRequiredService<IBudgetLimits>()
            .SetAsync(door.App.Admin.Caller, new BudgetLimit(BudgetScope.User, user.Id, BudgetWindow.Day, 600, null), "test", Token);

        using var response = await OpenAIDoor.ChatAsync(client, new { model = "gpt-4o-mini", messages = Hi, max_tokens = 4000 });

        Assert.True(response.IsSuccessStatusCode);
        Assert.InRange(door.Stub.ChatRequests[^1].Json!["max_tokens"]!.GetValue<int>(), 256, 600);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("cv_this_is_no_key_of_anybody")]
    public async Task AnyRoute_WithoutAGoodKey_Is401(string? key)
    {
        using var client = key is null ? door.App.CreateAnonymousClient() : door.App.CreateClient(key);

        foreach (var (method, path) in new[] { (HttpMethod.Post, "/v1/chat/completions"), (HttpMethod.Post, "/v1/embeddings"), (HttpMethod.Get, "/v1/models") })
        {
            using var response = await client.SendJsonAsync(method, path, method == HttpMethod.Get ? null : new { });
            await OpenAIDoor.ShouldBeErrorAsync(response, HttpStatusCode.Unauthorized, "authentication_error", "invalid_api_key");
        }
    }

    [Fact]
    public async Task AnyRoute_WithABrowsersCookie_Is401()
    {
        using var browser = await door.App.SignInBrowserClientAsync(await door.App.CreateUserAsync());

        using var own = await browser.GetAsync("/api/convo/models", Token);
        using var response = await browser.GetAsync("/v1/models", Token);

        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        await OpenAIDoor.ShouldBeErrorAsync(response, HttpStatusCode.Unauthorized, "authentication_error", "invalid_api_key");
    }

    [Fact]
    public async Task Post_KeyThatMayOnlyRead_Is403()
    {
        var user = await door.App.CreateUserAsync();
        using var client = door.App.CreateClient(await door.App.CreateKeyAsync(user.Id, ["read"]));

        using var response = await OpenAIDoor.ChatAsync(client, new { messages = Hi });

        await OpenAIDoor.ShouldBeErrorAsync(response, HttpStatusCode.Forbidden, "permission_error", "scope_missing");
    }

    [Fact]
    public async Task Unknown_RouteOrMethod_Is404()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;

        using var unknown = await client.SendJsonAsync(HttpMethod.Post, "/v1/audio/speech", new { });
        using var method = await client.GetAsync("/v1/chat/completions", Token);

        await OpenAIDoor.ShouldBeErrorAsync(unknown, HttpStatusCode.NotFound, "invalid_request_error", "not_found");
        await OpenAIDoor.ShouldBeErrorAsync(method, HttpStatusCode.NotFound, "invalid_request_error", "not_found");
    }

    [Fact]
    public async Task Post_MoreThanTheLimit_Is413()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new ByteArrayContent(new byte[(32 * 1024 * 1024) + 1]) };
        // Asks before it sends, as a careful client does: the refusal is heard instead of a broken pipe.
        request.Headers.ExpectContinue = true;

        using var response = await client.SendAsync(request, Token);

        await OpenAIDoor.ShouldBeErrorAsync(response, HttpStatusCode.RequestEntityTooLarge, "invalid_request_error", "too_large");
    }

    [Fact]
    public async Task Post_TooManyRequests_Is429WithRetryAfter()
    {
        await using var app = await ConvoApp.StartAsync(new ConvoAppOptions { Settings = { ["Convo:RateLimits:RequestsPerMinute"] = "2" } });
        using var client = app.CreateClient(await app.CreateUserAsync());
        HttpResponseMessage? last = null;
        for (var i = 0; i < 3; i++)
        {
            last?.Dispose();
            last = await client.GetAsync("/v1/models", Token);
        }

        await OpenAIDoor.ShouldBeErrorAsync(last!, HttpStatusCode.TooManyRequests, "rate_limit_error", "rate_limit_exceeded");
        Assert.NotNull(last!.Headers.RetryAfter);
        last.Dispose();
    }

    private static object[] Hi => [new { role = "user", content = "Hi" }];

    private async Task<(TestUser User, HttpClient Client)> ClientAsync()
    {
        var user = await door.App.CreateUserAsync();
        return (user, door.App.CreateClient(user));
    }
}
