using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Convo.Tests.Fixtures;
using Convo.Web.Hosting;

namespace Convo.Tests.Web.Endpoints;

/// <summary>Threads, messages and event streams over HTTP, answered by the built-in Quoter.</summary>
public sealed class TurnEndpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_AsAStream_DeltasJoinToTheStoredContentAndTheEndComesLast()
    {
        var (_, client) = await ClientAsync();
        using var _ = client;
        var thread = await CreateThreadAsync(client);

        using var response = await PostStreamAsync(client, $"/api/convo/threads/{thread}/messages", new { content = "What can you do?" });
        var events = await SseEvent.ReadAllAsync(response, Token);
        var messages = await ItemsAsync(client, $"/api/convo/threads/{thread}/messages");

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(e => e.Id));
        Assert.Equal("start", events[0].Name);
        Assert.Equal(["usage", "done"], events.TakeLast(2).Select(e => e.Name));
        Assert.Equal(messages[^1].GetProperty("content").GetString(), SseEvent.JoinText(events));
        Assert.Equal("complete", messages[^1].GetProperty("status").GetString());
        Assert.True(events[^2].Data.GetProperty("budget").GetProperty("used").GetInt64() > 0);
    }

    [Fact]
    public async Task Post_InTheBackground_IsStreamedFromTheUrlItNames()
    {
        var (_, client) = await ClientAsync();
        using var _ = client;
        var thread = await CreateThreadAsync(client);

        using var accepted = await client.SendJsonAsync(HttpMethod.Post, $"/api/convo/threads/{thread}/messages", new { content = "Hello" });
        var body = await accepted.JsonAsync();
        using var stream = await client.GetAsync(body.GetProperty("stream_url").GetString(), Token);
        var whole = await SseEvent.ReadAllAsync(stream, Token);
        using var resumed = new HttpRequestMessage(HttpMethod.Get, body.GetProperty("stream_url").GetString());
        resumed.Headers.Add("Last-Event-ID", "3");
        var rest = await SseEvent.ReadAllAsync(await client.SendAsync(resumed, Token), Token);

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal("streaming", body.GetProperty("message").GetProperty("status").GetString());
        Assert.Equal(whole.Skip(3).Select(e => (e.Id, e.Name)), rest.Select(e => (e.Id, e.Name)));
    }

    [Fact]
    public async Task Stream_WithoutAThread_MakesOneWithATitle()
    {
        var (_, client) = await ClientAsync();
        using var _ = client;

        var events = await SseEvent.ReadAllAsync(await PostStreamAsync(client, "/api/convo/messages/stream", new { content = "Plan the offsite" }), Token);
        var thread = await client.GetFromJsonAsync<JsonElement>($"/api/convo/threads/{events[0].Data.GetProperty("thread_id").GetGuid()}", Token);

        Assert.Equal("Plan the offsite", thread.GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("{\"content\":\"\"}", HttpStatusCode.BadRequest, "message_empty")]
    [InlineData("{\"content\":\"  \\n \"}", HttpStatusCode.BadRequest, "message_empty")]
    [InlineData("{}", HttpStatusCode.BadRequest, "message_empty")]
    [InlineData("{\"content\":\"Hi\",\"model\":\"no-such-model\"}", HttpStatusCode.BadRequest, "model_not_found")]
    [InlineData("{\"content\":\"Hi\",\"temperature\":3}", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("{\"content\":\"Hi\",\"max_output_tokens\":0}", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("{\"content\":\"Hi\",\"parent_id\":\"01a20502-51d9-7c10-b77f-d28ca0e2d3b4\"}", HttpStatusCode.NotFound, "not_found")]
    [InlineData("{\"content\":\"Hi\",\"attachment_ids\":[\"01a20502-51d9-7c10-b77f-d28ca0e2d3b4\"]}", HttpStatusCode.NotFound, "not_found")]
    public async Task Post_BadInput_IsAClearRefusalAndNothingIsStored(string body, HttpStatusCode status, string code)
    {
        var (_, client) = await ClientAsync();
        using var _ = client;
        var thread = await CreateThreadAsync(client);

        using var response = await client.PostAsync(
            $"/api/convo/threads/{thread}/messages", new StringContent(body, new MediaTypeHeaderValue("application/json")), Token);

        await response.ShouldBeProblemAsync(status, code);
        Assert.Empty(await ItemsAsync(client, $"/api/convo/threads/{thread}/messages"));
    }

    [Fact]
    public async Task Post_WithTheCollectionsOfItsThread_IsAnsweredAndWithOthersRefused()
    {
        var (_, client) = await ClientAsync();
        using var _ = client;
        var collection = (await (await client.SendJsonAsync(HttpMethod.Post, "/api/convo/collections", new { name = "Rules" })).JsonAsync()).GetProperty("id").GetGuid();
        var thread = (await (await client.SendJsonAsync(HttpMethod.Post, "/api/convo/threads", new { collection_ids = new[] { collection } })).JsonAsync()).GetProperty("id").GetGuid();

        using var refused = await client.SendJsonAsync(HttpMethod.Post, $"/api/convo/threads/{thread}/messages", new { content = "Hello", collection_ids = Array.Empty<Guid>() });
        var problem = await refused.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal("collection_ids", problem.GetProperty("field").GetString());
        Assert.Empty(await ItemsAsync(client, $"/api/convo/threads/{thread}/messages"));
        using var accepted = await client.SendJsonAsync(HttpMethod.Post, $"/api/convo/threads/{thread}/messages", new { content = "Hello", collection_ids = new[] { collection } });
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
    }

    [Fact]
    public async Task Post_TenMegabytesOfText_Is413()
    {
        var (_, client) = await ClientAsync();
        using var _ = client;
        var thread = await CreateThreadAsync(client);

        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/convo/threads/{thread}/messages")
        {
            Content = new StringContent($"{{\"content\":\"{new string('a', 10_000_000)}\"}}", new MediaTypeHeaderValue("application/json")),
        };
        // Asks before it sends, as a careful client does: the refusal is heard instead of a broken pipe.
        request.Headers.ExpectContinue = true;
        using var response = await client.SendAsync(request, Token);

        await response.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");
    }

    [Fact]
    public async Task Post_BudgetUsedUp_Is429WithTheResetAndNoMessage()
    {
        await using var app = await ConvoApp.StartAsync(new ConvoAppOptions { Settings = { ["DAILY_TOKEN_BUDGET"] = "50", ["CONVO_QUOTER_PACE_MS"] = "0" } });
        using var client = app.CreateClient(await app.CreateUserAsync());
        var thread = await CreateThreadAsync(client);

        using var response = await client.SendJsonAsync(HttpMethod.Post, $"/api/convo/threads/{thread}/messages", new { content = "Hello" });
        var problem = await response.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, "budget_exceeded");

        Assert.Equal(50, problem.GetProperty("limit").GetInt64());
        Assert.Equal("user", problem.GetProperty("scope").GetString());
        Assert.True(problem.GetProperty("reset_at").GetDateTimeOffset() > TimeProvider.System.GetUtcNow());
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Empty(await ItemsAsync(client, $"/api/convo/threads/{thread}/messages"));
    }

    [Theory]
    [InlineData("GET", "/api/convo/threads/{thread}")]
    [InlineData("PATCH", "/api/convo/threads/{thread}")]
    [InlineData("DELETE", "/api/convo/threads/{thread}")]
    [InlineData("GET", "/api/convo/threads/{thread}/messages")]
    [InlineData("POST", "/api/convo/threads/{thread}/messages")]
    [InlineData("GET", "/api/convo/threads/{thread}/export")]
    [InlineData("GET", "/api/convo/messages/{answer}")]
    [InlineData("PATCH", "/api/convo/messages/{answer}")]
    [InlineData("GET", "/api/convo/messages/{answer}/stream")]
    [InlineData("POST", "/api/convo/messages/{answer}/stop")]
    [InlineData("POST", "/api/convo/messages/{answer}/regenerate")]
    [InlineData("GET", "/api/convo/messages/{answer}/revisions")]
    [InlineData("GET", "/api/convo/messages/{answer}/retrieval")]
    public async Task AnyRoute_WithAnotherPersonsId_Is404(string method, string route)
    {
        var (app, owner) = await ClientAsync();
        using var _ = owner;
        using var stranger = app.CreateClient(await app.CreateUserAsync());
        var events = await SseEvent.ReadAllAsync(await PostStreamAsync(owner, "/api/convo/messages/stream", new { content = "Mine" }), Token);
        var (thread, answer) = (events[0].Data.GetProperty("thread_id").GetString(), events[0].Data.GetProperty("message_id").GetString());

        using var response = await stranger.SendJsonAsync(
            new HttpMethod(method), route.Replace("{thread}", thread, StringComparison.Ordinal).Replace("{answer}", answer, StringComparison.Ordinal),
            method is "GET" or "DELETE" ? null : new { content = "Yours", title = "Yours" });

        await response.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not_found");
        Assert.Equal("Mine", (await owner.GetFromJsonAsync<JsonElement>($"/api/convo/threads/{thread}", Token)).GetProperty("title").GetString());
    }

    [Fact]
    public async Task Patch_Thread_ChangesWhatIsNamedAndClearsWhatIsNull()
    {
        var (_, client) = await ClientAsync();
        using var _ = client;
        var thread = await CreateThreadAsync(client);

        using var first = await client.SendJsonAsync(HttpMethod.Patch, $"/api/convo/threads/{thread}", new { title = "Named", pinned = true, temperature = 0.5 });
        using var second = await client.PatchAsync(
            $"/api/convo/threads/{thread}", new StringContent("{\"temperature\":null}", new MediaTypeHeaderValue("application/json")), Token);
        var body = await second.JsonAsync();

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("Named", body.GetProperty("title").GetString());
        Assert.True(body.GetProperty("pinned").GetBoolean());
        Assert.Equal(JsonValueKind.Null, body.GetProperty("temperature").ValueKind);
    }

    [Fact]
    public async Task Patch_UserMessageWithRegenerate_IsABranchBesideTheOldOne()
    {
        var (_, client) = await ClientAsync();
        using var _ = client;
        var events = await SseEvent.ReadAllAsync(await PostStreamAsync(client, "/api/convo/messages/stream", new { content = "First wording" }), Token);
        var thread = events[0].Data.GetProperty("thread_id").GetGuid();
        var question = events[0].Data.GetProperty("user_message_id").GetGuid();

        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/convo/messages/{question}")
        {
            Content = JsonContent.Create(new { content = "Second wording", regenerate = true }, options: ConvoJson.Options),
        };
        request.Headers.Accept.ParseAdd("text/event-stream");
        await SseEvent.ReadAllAsync(await client.SendAsync(request, Token), Token);
        var path = await ItemsAsync(client, $"/api/convo/threads/{thread}/messages");

        Assert.Equal("Second wording", path[0].GetProperty("content").GetString());
        Assert.Equal((2, 1), (path[0].GetProperty("sibling_ids").GetArrayLength(), path[0].GetProperty("sibling_index").GetInt32()));
        var old = await ItemsAsync(client, $"/api/convo/threads/{thread}/messages?leaf={events[0].Data.GetProperty("message_id").GetGuid()}");
        Assert.Equal("First wording", old[0].GetProperty("content").GetString());
    }

    [Fact]
    public async Task Export_OfAThread_HoldsEveryMessageOrReadsAsMarkdown()
    {
        var (_, client) = await ClientAsync();
        using var _ = client;
        var events = await SseEvent.ReadAllAsync(await PostStreamAsync(client, "/api/convo/messages/stream", new { content = "Keep this" }), Token);
        var export = $"/api/convo/threads/{events[0].Data.GetProperty("thread_id").GetGuid()}/export";

        var json = await client.GetFromJsonAsync<JsonElement>(export, Token);
        var markdown = await client.GetStringAsync(export + "?format=markdown", Token);
        using var unknown = await client.GetAsync(export + "?format=docx", Token);

        Assert.Equal(["Keep this", SseEvent.JoinText(events)], json.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("content").GetString()!));
        Assert.StartsWith("# Keep this\n\n## You, ", markdown, StringComparison.Ordinal);
        await unknown.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task Get_ThreadsWithAQuery_FindsWordsOfMessagesWithASnippet()
    {
        var (_, client) = await ClientAsync();
        using var _ = client;
        await SseEvent.ReadAllAsync(await PostStreamAsync(client, "/api/convo/messages/stream", new { content = "Hello\nThe zebra crossing is closed" }), Token);
        await SseEvent.ReadAllAsync(await PostStreamAsync(client, "/api/convo/messages/stream", new { content = "Something else" }), Token);

        var found = await ItemsAsync(client, "/api/convo/threads?q=zebr");

        Assert.Contains("zebra", Assert.Single(found).GetProperty("snippet").GetString(), StringComparison.Ordinal);
    }

    private static async Task<(ConvoApp App, HttpClient Client)> ClientAsync()
    {
        var app = await ConvoApp.SharedAsync();
        return (app, app.CreateClient(await app.CreateUserAsync()));
    }

    private static async Task<Guid> CreateThreadAsync(HttpClient client) =>
        (await (await client.SendJsonAsync(HttpMethod.Post, "/api/convo/threads", new { })).JsonAsync()).GetProperty("id").GetGuid();

    private static async Task<HttpResponseMessage> PostStreamAsync(HttpClient client, string path, object body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: ConvoJson.Options) };
        request.Headers.Accept.ParseAdd("text/event-stream");
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    private static async Task<JsonElement[]> ItemsAsync(HttpClient client, string path) =>
        [.. (await client.GetFromJsonAsync<JsonElement>(path, Token)).GetProperty("items").EnumerateArray()];
}
