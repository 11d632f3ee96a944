using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Channels;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;
using Convo.Web.Hosting;

namespace Convo.Tests.Web.Endpoints.OpenAI;

/// <summary><c>x-convo-thread-id</c>: the question and the answer are stored in a thread of the caller.</summary>
[Collection(OpenAIDoorTests.Name)]
public sealed class ThreadCompletionTests(OpenAIDoor door)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_OwnThread_StoresTheLastMessageAndItsAnswer(bool stream)
    {
        var (user, client, thread) = await ThreadAsync();
        using var _ = client;
        await OpenAIDoor.StreamAsync(client, Body(false, "First"), (Header, thread.ToString()));

        using var response = await OpenAIDoor.StreamAsync(client, Body(stream, "passed over", "Second"), (Header, thread.ToString()));
        var text = stream
            ? OpenAIDoor.Join(await OpenAIDoor.EventsAsync(response))
            : (await response.JsonAsync()).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
        var stored = await MessagesAsync(client, thread);

        Assert.Equal("You said: Second", text);
        Assert.Equal(["First", "You said: First", "Second", "You said: Second"], stored.Select(m => m.GetProperty("content").GetString()!));
        // The thread has the history: the provider gets its messages, not those of the request.
        Assert.Equal(["First", "You said: First", "Second"], door.Stub.ChatRequests[^1].Json!["messages"]!.AsArray().Skip(1).Select(m => m!["content"]!.GetValue<string>()));
        Assert.Equal(2, (await door.BillsAsync(user)).Count);
        Assert.All(await door.BillsAsync(user), bill => Assert.NotNull(bill.MessageId));
    }

    [Fact]
    public async Task Post_AnothersThread_Is404AndNothingIsStored()
    {
        var (_, owner, thread) = await ThreadAsync();
        using var _1 = owner;
        var (_, stranger, _) = await ThreadAsync();
        using var _2 = stranger;

        using var response = await OpenAIDoor.StreamAsync(stranger, Body(true, "Mine?"), (Header, thread.ToString()));

        await OpenAIDoor.ShouldBeErrorAsync(response, HttpStatusCode.NotFound, "invalid_request_error", "not_found");
        Assert.Empty(await MessagesAsync(owner, thread));
    }

    [Fact]
    public async Task Post_WhatATurnCannotHonour_Is400()
    {
        var (_, client, thread) = await ThreadAsync();
        using var _1 = client;

        using var seeded = await OpenAIDoor.StreamAsync(client, new { model = "gpt-4o-mini", messages = User("Hi"), seed = 1 }, (Header, thread.ToString()));
        using var answer = await OpenAIDoor.StreamAsync(client, new { messages = new[] { new { role = "assistant", content = "Hi" } } }, (Header, thread.ToString()));
        using var noId = await OpenAIDoor.StreamAsync(client, Body(false, "Hi"), (Header, "first one"));

        var error = await OpenAIDoor.ShouldBeErrorAsync(seeded, HttpStatusCode.BadRequest, "invalid_request_error", "unsupported_parameter");
        Assert.Equal("seed", error.GetProperty("param").GetString());
        await OpenAIDoor.ShouldBeErrorAsync(answer, HttpStatusCode.BadRequest, "invalid_request_error", "invalid_request");
        await OpenAIDoor.ShouldBeErrorAsync(noId, HttpStatusCode.BadRequest, "invalid_request_error", "invalid_request");
        Assert.Empty(await MessagesAsync(client, thread));
    }

    [Fact]
    public async Task Post_ReaderGoesAway_StopsTheTurnAndKeepsItsText()
    {
        var (user, client, thread) = await ThreadAsync();
        using var _ = client;
        var words = Channel.CreateUnbounded<string>();
        door.Stub.Enqueue(Replies.From(words.Reader));
        words.Writer.TryWrite("Half an answer");

        var response = await OpenAIDoor.StreamAsync(client, Body(true, "Hi"), (Header, thread.ToString()));
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(await response.Content.ReadAsStreamAsync(Token)).EnumerateAsync(Token))
        {
            if (item.Data.Contains("Half", StringComparison.Ordinal))
            {
                break;
            }
        }

        response.Dispose();
        var answer = (await MessagesAsync(client, thread))[^1].GetProperty("id").GetGuid();
        // Ends when the turn does.
        using var events = await client.GetAsync($"/api/convo/messages/{answer}/stream", Token);
        await SseEvent.ReadAllAsync(events, Token);
        var stored = (await MessagesAsync(client, thread))[^1];

        Assert.Equal(("stopped", "Half an answer"), (stored.GetProperty("status").GetString(), stored.GetProperty("content").GetString()));
        Assert.Single(await door.BillsAsync(user));
    }

    private const string Header = "x-convo-thread-id";

    private static object Body(bool stream, params string[] texts) => new { model = "gpt-4o-mini", messages = User(texts), stream };

    private static IEnumerable<object> User(params string[] texts) => texts.Select(content => new { role = "user", content });

    private async Task<(TestUser User, HttpClient Client, Guid Thread)> ThreadAsync()
    {
        var user = await door.App.CreateUserAsync();
        var client = door.App.CreateClient(user);
        var thread = await (await client.PostAsJsonAsync("/api/convo/threads", new { }, ConvoJson.Options, Token)).JsonAsync();
        return (user, client, thread.GetProperty("id").GetGuid());
    }

    private static async Task<JsonElement[]> MessagesAsync(HttpClient client, Guid thread) =>
        [.. (await client.GetFromJsonAsync<JsonElement>($"/api/convo/threads/{thread}/messages", Token)).GetProperty("items").EnumerateArray()];
}
