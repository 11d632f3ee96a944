using System.Text.Json;
using System.Threading.Channels;
using Convo.Tests.Core.Knowledge.Pictures;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Endpoints.OpenAI;

/// <summary><c>POST /v1/chat/completions</c>: answers, bills, aborts.</summary>
[Collection(OpenAIDoorTests.Name)]
public sealed class ChatCompletionTests(OpenAIDoor door)
{
    /// <summary>The smallest PNG: one transparent pixel.</summary>
    private const string Pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_Whole_IsOpenAIsObjectAndOneBill()
    {
        var (user, client) = await ClientAsync();
        using var _ = client;
        door.Stub.Enqueue(Replies.Text("Hello, wörld ✓", new StubUsage(21, 5, Cached: 8, Reasoning: 2)));

        using var response = await OpenAIDoor.ChatAsync(client, new
        {
            model = "gpt-4o-mini",
            messages = new object[] { new { role = "developer", content = "Be brief." }, new { role = "user", content = "Say hello" } },
            user = "passed over",
            metadata = new { passed = "over" },
        });
        var body = await response.JsonAsync();

        Assert.True(response.IsSuccessStatusCode, body.ToString());
        Assert.Equal(("chat.completion", "gpt-4o-mini"), (body.GetProperty("object").GetString(), body.GetProperty("model").GetString()));
        Assert.StartsWith("chatcmpl-", body.GetProperty("id").GetString(), StringComparison.Ordinal);
        var choice = Assert.Single(body.GetProperty("choices").EnumerateArray());
        Assert.Equal(("assistant", "Hello, wörld ✓"), (choice.GetProperty("message").GetProperty("role").GetString(), choice.GetProperty("message").GetProperty("content").GetString()));
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        var usage = body.GetProperty("usage");
        Assert.Equal((21, 5, 26), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32()));
        Assert.Equal(8, usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.Equal(2, usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
        Assert.Equal(["system", "user"], (await RequestAsync("Say hello")).Json!["messages"]!.AsArray().Select(m => m!["role"]!.GetValue<string>()));
        var bill = Assert.Single(await door.BillsAsync(user));
        Assert.Equal(("api", "gpt-4o-mini", 21, 5, false), (bill.Source, bill.Model, bill.InputTokens, bill.OutputTokens, bill.Estimated));
        Assert.NotNull(bill.ApiKeyId);
        Assert.Null(bill.MessageId);
        Assert.Equal(0, await door.CountHoldsAsync(user));
    }

    [Fact]
    public async Task Post_StreamWithUsage_ChunksJoinToTheAnswerAndTheFiguresComeLast()
    {
        var (user, client) = await ClientAsync();
        using var _ = client;
        door.Stub.Enqueue(Replies.Text("One two three", new StubUsage(12, 3)));

        using var response = await OpenAIDoor.StreamAsync(client, new { model = "gpt-4o-mini", messages = Hi, stream = true, stream_options = new { include_usage = true } });
        var events = await OpenAIDoor.EventsAsync(response);
        var chunks = events.SkipLast(1).Select(e => JsonDocument.Parse(e).RootElement).ToList();

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.Equal("[DONE]", events[^1]);
        Assert.Equal("One two three", OpenAIDoor.Join(events));
        Assert.Equal("assistant", chunks[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString());
        Assert.All(chunks, c => Assert.Equal("chat.completion.chunk", c.GetProperty("object").GetString()));
        Assert.Single(chunks.Select(c => c.GetProperty("id").GetString()).Distinct());
        Assert.All(chunks.SkipLast(1), c => Assert.Equal(JsonValueKind.Null, c.GetProperty("usage").ValueKind));
        Assert.Equal("stop", chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.Equal(15, chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Equal(15, (await door.BillsAsync(user)).Sum(b => b.InputTokens + b.OutputTokens));
    }

    [Fact]
    public async Task Post_StreamWithoutUsage_SaysNothingOfIt()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;

        using var response = await OpenAIDoor.StreamAsync(client, new { model = "gpt-4o-mini", messages = Hi, stream = true });
        var events = await OpenAIDoor.EventsAsync(response);

        Assert.Equal("You said: Hi", OpenAIDoor.Join(events));
        Assert.All(events, e => Assert.DoesNotContain("usage", e, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Post_Parameters_ReachTheProvider()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;
        var schema = new { type = "object", properties = new { answer = new { type = "string" } }, required = new[] { "answer" } };

        using var response = await OpenAIDoor.ChatAsync(client, new
        {
            model = "openai/gpt-4o-mini",
            messages = Ask("With parameters"),
            max_completion_tokens = 321,
            temperature = 0.5,
            top_p = 0.25,
            seed = 42,
            stop = new[] { "END", "\n\n" },
            frequency_penalty = 0.5,
            presence_penalty = -0.5,
            response_format = new { type = "json_schema", json_schema = new { name = "reply", strict = true, schema } },
            n = 1,
            tools = Array.Empty<object>(),
        });
        var sent = (await RequestAsync("With parameters")).Json!;

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal((321, 0.5f, 0.25f, 42), (sent["max_tokens"]!.GetValue<int>(), sent["temperature"]!.GetValue<float>(), sent["top_p"]!.GetValue<float>(), sent["seed"]!.GetValue<int>()));
        Assert.Equal((0.5f, -0.5f), (sent["frequency_penalty"]!.GetValue<float>(), sent["presence_penalty"]!.GetValue<float>()));
        Assert.Equal(["END", "\n\n"], sent["stop"]!.AsArray().Select(s => s!.GetValue<string>()));
        var format = sent["response_format"]!["json_schema"]!;
        Assert.Equal(("reply", true), (format["name"]!.GetValue<string>(), format["strict"]!.GetValue<bool>()));
        Assert.Equal("string", format["schema"]!["properties"]!["answer"]!["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task Post_Picture_ReachesTheProviderAsData()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;

        using var response = await OpenAIDoor.ChatAsync(client, new { model = "gpt-4o-mini", messages = Look(Pixel) });
        var parts = (await RequestAsync("What is it?")).Json!["messages"]![0]!["content"]!.AsArray();

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(["text", "image_url"], parts.Select(p => p!["type"]!.GetValue<string>()));
        Assert.Equal(Pixel, parts[1]!["image_url"]!["url"]!.GetValue<string>());
    }

    [Fact]
    public async Task Post_PictureWithMetadata_ReachesTheProviderWithoutIt()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;
        var png = Convert.FromBase64String(Pixel[(Pixel.IndexOf(',', StringComparison.Ordinal) + 1)..]);
        byte[] tagged = [.. png[..33], .. PictureTests.Chunk("tEXt", "Author\0Somebody"u8.ToArray()), .. png[33..]];

        using var response = await OpenAIDoor.ChatAsync(client, new { model = "gpt-4o-mini", messages = Look("data:image/jpeg;base64," + Convert.ToBase64String(tagged)) });
        var parts = (await RequestAsync("What is it?")).Json!["messages"]![0]!["content"]!.AsArray();

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(Pixel, parts[1]!["image_url"]!["url"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_ModelFailsAndHasAStandIn_NamesAndBillsWhoAnswered(bool stream)
    {
        var (user, client) = await ClientAsync();
        using var _ = client;
        using var admin = door.App.CreateClient(door.App.Admin);
        using var put = await admin.SendJsonAsync(HttpMethod.Put, "/api/convo/admin/models/openai/plain-model", new { fallbacks = new[] { "openai/gpt-4o-mini" } });
        door.Stub.Enqueue(Replies.Error(503, "overloaded", "no"), Replies.Text("From the other."));

        using var response = await OpenAIDoor.StreamAsync(client, new { model = "plain-model", messages = Hi, stream });
        var answer = stream ? JsonDocument.Parse((await OpenAIDoor.EventsAsync(response))[^2]).RootElement : await response.JsonAsync();

        Assert.True(put.IsSuccessStatusCode);
        Assert.Equal("gpt-4o-mini", answer.GetProperty("model").GetString());
        Assert.Equal("gpt-4o-mini", Assert.Single(await door.BillsAsync(user)).Model);
    }

    [Fact]
    public async Task Post_ModelOfOthers_Is404AndNotListed()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;
        using var admin = door.App.CreateClient(door.App.Admin);
        using var put = await admin.SendJsonAsync(HttpMethod.Put, "/api/convo/admin/models/openai/house-model", new { user_ids = new[] { door.App.Admin.Id } });

        using var refused = await OpenAIDoor.ChatAsync(client, new { model = "house-model", messages = Hi });
        using var allowed = await OpenAIDoor.ChatAsync(admin, new { model = "house-model", messages = Hi });
        var listed = await client.GetStringAsync("/v1/models", Token);

        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(Token));
        await OpenAIDoor.ShouldBeErrorAsync(refused, System.Net.HttpStatusCode.NotFound, "invalid_request_error", "model_not_found");
        Assert.True(allowed.IsSuccessStatusCode);
        Assert.DoesNotContain("house-model", listed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt-4o-mini", "https://example.org/cat.png", "remote_image", "messages[0].content[1].image_url.url")]
    [InlineData("gpt-4o-mini", "data:image/png;base64,AAAA", "unsupported_image", "messages[0].content[1].image_url.url")]
    [InlineData("gpt-4o-mini", "data:image/png,rawbytes", "invalid_request", "messages[0].content[1].image_url.url")]
    [InlineData("plain-model", Pixel, "images_not_supported", "messages")]
    public async Task Post_PictureThatCannotBe_Is400AndNobodyIsAsked(string model, string url, string code, string param)
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;
        var calls = door.Stub.ChatRequests.Count;

        using var response = await OpenAIDoor.ChatAsync(client, new { model, messages = Look(url) });
        var error = await OpenAIDoor.ShouldBeErrorAsync(response, System.Net.HttpStatusCode.BadRequest, "invalid_request_error", code);

        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Equal(calls, door.Stub.ChatRequests.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_ReaderGoesAway_TheProviderIsHungUpOnAndTheDeliveredIsBilledOnce(bool stream)
    {
        var (user, client) = await ClientAsync();
        using var _ = client;
        var words = Channel.CreateUnbounded<string>();
        door.Stub.Enqueue(Replies.From(words.Reader));
        var question = $"Go on, {stream}";
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var sending = stream
            ? OpenAIDoor.StreamAsync(client, new { model = "gpt-4o-mini", messages = Ask(question), stream = true })
            : client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = System.Net.Http.Json.JsonContent.Create(new { model = "gpt-4o-mini", messages = Ask(question) }) }, leaving.Token);
        var request = await RequestAsync(question);
        words.Writer.TryWrite("Half an answer");
        if (stream)
        {
            var response = await sending;
            await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(await response.Content.ReadAsStreamAsync(Token)).EnumerateAsync(Token))
            {
                if (item.Data.Contains("Half", StringComparison.Ordinal))
                {
                    break;
                }
            }

            response.Dispose();
        }
        else
        {
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        }

        await request.Disconnected.WaitAsync(Token);
        var bill = await door.Uses.NextAsync(user.Id, Token);

        Assert.True(bill.Estimated);
        Assert.True(bill.InputTokens > 0);
        if (stream)
        {
            Assert.Equal(3, bill.OutputTokens);
        }

        Assert.Single(await door.BillsAsync(user));
        Assert.Equal(0, await door.CountHoldsAsync(user));
    }

    [Fact]
    public async Task Post_ProviderCutsTheStream_IsAnErrorEventAndTheDeliveredIsBilled()
    {
        var (user, client) = await ClientAsync();
        using var _ = client;
        door.Stub.Enqueue(Replies.SseCut(OpenAIWire.Stream("One two three", "stop", null), 3));

        using var response = await OpenAIDoor.StreamAsync(client, new { model = "gpt-4o-mini", messages = Hi, stream = true });
        var events = await OpenAIDoor.EventsAsync(response);
        var error = JsonDocument.Parse(events[^1]).RootElement.GetProperty("error");

        Assert.Equal("One two ", OpenAIDoor.Join(events));
        Assert.Equal(("server_error", "stream_cut"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        var bill = Assert.Single(await door.BillsAsync(user));
        Assert.True(bill is { Estimated: true, OutputTokens: > 0, InputTokens: > 0 });
    }

    private static object[] Hi => Ask("Hi");

    private static object[] Ask(string content) => [new { role = "user", content }];

    private static object[] Look(string url) =>
        [new { role = "user", content = new object[] { new { type = "text", text = "What is it?" }, new { type = "image_url", image_url = new { url, detail = "low" } } } }];

    private async Task<(TestUser User, HttpClient Client)> ClientAsync()
    {
        var user = await door.App.CreateUserAsync();
        return (user, door.App.CreateClient(user));
    }

    /// <summary>The request with this question; those of earlier tests that nobody waited for are passed over.</summary>
    private async Task<StubRequest> RequestAsync(string question)
    {
        while (true)
        {
            if (await door.Stub.NextRequestAsync(Token) is var request && request.LastUserText == question)
            {
                return request;
            }
        }
    }
}
