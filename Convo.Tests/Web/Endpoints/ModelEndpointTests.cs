using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Convo.Core.Shared;
using Convo.Data.Embedded;
using Convo.Tests.Core.Knowledge.Pictures;
using Convo.Tests.Core.Models;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Endpoints;

/// <summary>The catalogue over HTTP on two nodes, and chats with a stub behind them: pictures, stand-ins, titles, what no longer fits.</summary>
public sealed class ModelEndpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Put_OnOneNode_HoldsOnTheOtherAndInItsAnswers()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var app = await StartAsync(stub);
        await using var second = await StartAsync(stub, app);
        using var admin = app.CreateClient(app.Admin);
        using var there = second.CreateClient(app.Admin.ApiKey);
        var user = await app.CreateUserAsync();
        using var member = second.CreateClient(user.ApiKey);

        using var put = await admin.SendJsonAsync(HttpMethod.Put, "/api/convo/admin/models/openai/stub-model",
            new { name = "House model", input_price = "2.5", output_price = "10", user_ids = new[] { app.Admin.Id } });
        var seen = await PollAsync(async () => (await ItemsAsync(there, "/api/convo/models")).FirstOrDefault(m => m.GetProperty("name").GetString() == "House model"));

        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal(("2.50", "10.00"), (seen.GetProperty("input_price").GetString(), seen.GetProperty("output_price").GetString()));
        Assert.DoesNotContain(await ItemsAsync(member, "/api/convo/models"), m => m.GetProperty("id").GetString() == "stub-model");
        using var refused = await member.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "Hi", model = "stub-model" });
        Assert.Equal("model_not_found", (await refused.JsonAsync()).GetProperty("code").GetString());

        var answer = await AskAsync(there, new { content = "Hi", model = "openai/stub-model" });
        Assert.Equal("complete", answer.GetProperty("status").GetString());
        Assert.NotNull(answer.GetProperty("usage").GetProperty("cost").GetString());

        using var deleted = await admin.DeleteAsync("/api/convo/admin/models/openai/stub-model", Token);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await PollAsync(async () => (await ItemsAsync(member, "/api/convo/models")).FirstOrDefault(m => m.GetProperty("id").GetString() == "stub-model"));
        Assert.Equal(
            ["model.changed", "model.reset"],
            await app.Database.Db.QueryAsync<string>("SELECT action FROM audit_log WHERE target_type = 'model' ORDER BY id", null, Token));
    }

    [Fact]
    public async Task Admin_ByAMemberOrWithNonsense_IsRefusedPlainly()
    {
        var app = await ConvoApp.SharedAsync();
        using var member = app.CreateClient(await app.CreateUserAsync());
        using var admin = app.CreateClient(app.Admin);

        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Get, "/quoter/quoter"), (HttpMethod.Put, "/quoter/quoter"), (HttpMethod.Delete, "/quoter/quoter"), (HttpMethod.Put, "") })
        {
            using var response = await member.SendJsonAsync(method, "/api/convo/admin/models" + path, method == HttpMethod.Put ? new { ids = Array.Empty<string>() } : null);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }

        using var missing = await admin.GetAsync("/api/convo/admin/models/nobody/nothing", Token);
        using var unknown = await admin.SendJsonAsync(HttpMethod.Put, "/api/convo/admin/models/nobody/nothing", new { });
        using var wrong = await admin.SendJsonAsync(HttpMethod.Put, "/api/convo/admin/models/quoter/quoter", new { context_window = -5 });
        using var team = await admin.SendJsonAsync(HttpMethod.Put, "/api/convo/admin/models/quoter/quoter", new { team_ids = new[] { TimeProvider.System.NewId() } });
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.BadRequest), (missing.StatusCode, unknown.StatusCode));
        Assert.Equal("context_window", (await wrong.JsonAsync()).GetProperty("field").GetString());
        Assert.Equal(HttpStatusCode.NotFound, team.StatusCode);
    }

    [Fact]
    public async Task Ask_ModelFailsAndHasAStandIn_TheMessageSaysWhoAnswered()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var app = await StartAsync(stub);
        using var admin = app.CreateClient(app.Admin);
        using var _ = await admin.SendJsonAsync(HttpMethod.Put, "/api/convo/admin/models/openai/stub-model", new { fallbacks = new[] { "openai/gpt-4o" } });
        stub.Enqueue(Replies.Error(401, "invalid_api_key", "no"), Replies.Text("From the other."));

        using var response = await admin.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "Hi", model = "stub-model" });
        var events = await SseEvent.ReadAllAsync(response, Token);
        var id = events[0].Data.GetProperty("message_id").GetGuid();
        var thread = events[0].Data.GetProperty("thread_id").GetGuid();
        var answer = (await ItemsAsync(admin, $"/api/convo/threads/{thread}/messages")).Single(m => m.GetProperty("id").GetGuid() == id);

        Assert.Equal(("stub-model", "gpt-4o"), (events[0].Data.GetProperty("model").GetString(), events.Single(e => e.Name == "model").Data.GetProperty("model").GetString()));
        Assert.Equal(("From the other.", "gpt-4o", "complete"), (answer.GetProperty("content").GetString(), answer.GetProperty("model").GetString(), answer.GetProperty("status").GetString()));
        Assert.Equal(["gpt-4o"], await app.Database.Db.QueryAsync<string>("SELECT model FROM usage_ledger", null, Token));
    }

    [Fact]
    public async Task Ask_WithAPicture_SendsItsPixelsWithoutMetadataToModelsThatSeeOnly()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var app = await StartAsync(stub);
        using var client = app.CreateClient(await app.CreateUserAsync());
        byte[] png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        byte[] tagged = [.. png[..33], .. PictureTests.Chunk("tEXt", "Author\0Ada"u8.ToArray()), .. png[33..]];

        var file = await UploadAsync(client, "photo.pdf", tagged);
        using var content = await client.GetAsync($"/api/convo/attachments/{file.GetProperty("id")}/content", Token);
        var answer = await AskAsync(client, new { content = "What is this?", model = "gpt-4o", attachment_ids = new[] { file.GetProperty("id").GetGuid() } });
        using var blind = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "And now?", model = "stub-model", attachment_ids = new[] { file.GetProperty("id").GetGuid() } });

        Assert.Equal(("ready", "image/png"), (file.GetProperty("status").GetString(), file.GetProperty("media_type").GetString()));
        Assert.Equal(png, await content.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal("complete", answer.GetProperty("status").GetString());
        var sent = stub.ChatRequests.Single().Json!["messages"]!.AsArray().Last()!["content"]![0]!["image_url"]!["url"]!.GetValue<string>();
        Assert.Equal("data:image/png;base64," + Convert.ToBase64String(png), sent);
        Assert.Equal("images_not_supported", (await blind.JsonAsync()).GetProperty("code").GetString());

        // The next question of the same chat still shows it.
        await AskAsync(client, new { content = "Once more", model = "gpt-4o", thread_id = answer.GetProperty("thread_id").GetGuid() });
        Assert.Equal(sent, stub.ChatRequests[^1].Json!["messages"]![1]!["content"]![0]!["image_url"]!["url"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(9 << 20, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(40, HttpStatusCode.UnsupportedMediaType)]
    public async Task Upload_PictureTooLargeOrBroken_IsRefused(int size, HttpStatusCode status)
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(await app.CreateUserAsync());
        var bytes = new byte[size];
        Convert.FromHexString("89504E470D0A1A0A").CopyTo(bytes, 0);

        using var body = Multipart("p.png", bytes);
        using var response = await client.PostAsync("/api/convo/attachments", body, Token);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Ask_HistoryLargerThanTheWindow_DropsWholeTurnsAndSaysSo()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var app = await StartAsync(stub);
        using var admin = app.CreateClient(app.Admin);
        using var _ = await admin.SendJsonAsync(HttpMethod.Put, "/api/convo/admin/models/openai/stub-model", new { context_window = 900, max_output_tokens = 300 });
        var text = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"word{i}"));
        Guid? thread = null;
        JsonElement answer = default;
        for (var turn = 0; turn < 4; turn++)
        {
            stub.Enqueue(Replies.Text($"Answer {turn}."));
            answer = await AskAsync(admin, new { content = $"Question {turn}: {text}", model = "stub-model", thread_id = thread });
            thread = answer.GetProperty("thread_id").GetGuid();
        }

        var sent = stub.ChatRequests[^1].Json!["messages"]!.AsArray();
        var omitted = answer.GetProperty("omitted_messages").GetInt32();
        Assert.True(omitted is > 0 and < 6 && omitted % 2 == 0, $"{omitted} left out");
        Assert.Equal(["system", "user"], sent.Take(2).Select(m => m!["role"]!.GetValue<string>()));
        Assert.Equal(8 - omitted, sent.Count);
        Assert.StartsWith("Question 3", stub.ChatRequests[^1].LastUserText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_TitleModelSet_NamesTheThreadAndIsPaid()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var app = await StartAsync(stub, null, ("CONVO_TITLE_MODEL", "openai/gpt-4o"));
        using var client = app.CreateClient(await app.CreateUserAsync());
        stub.Respond = request => Replies.Text(request.Model == "gpt-4o" ? "\"Cats and their naps.\"" : "They sleep.", new StubUsage(30, 6));

        var answer = await AskAsync(client, new { content = "Why do cats sleep so much during the day?", model = "stub-model" });
        var thread = $"/api/convo/threads/{answer.GetProperty("thread_id")}";
        var named = await PollAsync(async () =>
        {
            var read = await (await client.GetAsync(thread, Token)).JsonAsync();
            return read.GetProperty("title").GetString() == "Cats and their naps." ? read : default;
        });

        Assert.NotEqual(default, named);
        Assert.Equal(
            ["api", "title"],
            await app.Database.Db.QueryAsync<string>("SELECT source FROM usage_ledger ORDER BY source", null, Token));
        Assert.Equal(2, stub.ChatRequests.Count);
    }

    private static Task<ConvoApp> StartAsync(ProviderStub stub, ConvoApp? beside = null, params (string Name, string Value)[] settings) => ConvoApp.StartAsync(new ConvoAppOptions
    {
        WithAdmin = beside is null,
        Settings = new Dictionary<string, string?>(
            ModelsHost.Address(stub).Append(("OPENAI_MODELS", "stub-model,gpt-4o")).Append(("CONVO_PROVIDER_MAX_ATTEMPTS", "1")).Concat(settings)
                .Concat(beside is null ? [] : [("DATABASE_URL", beside.Database.ConnectionString), ("REDIS_URL", beside.Redis.ConnectionString), (ConvoDataOptions.RedisKeyPrefixKey, beside.Redis.Prefix)])
                .GroupBy(s => s.Item1).Select(g => KeyValuePair.Create(g.Key, (string?)g.Last().Item2))),
    });

    private static async Task<JsonElement> AskAsync(HttpClient client, object body)
    {
        using var response = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Token));
        var events = await SseEvent.ReadAllAsync(response, Token);
        var start = events[0].Data;
        var messages = await ItemsAsync(client, $"/api/convo/threads/{start.GetProperty("thread_id")}/messages");
        return messages.Single(m => m.GetProperty("id").GetGuid() == start.GetProperty("message_id").GetGuid());
    }

    private static async Task<JsonElement> UploadAsync(HttpClient client, string name, byte[] bytes)
    {
        using var body = Multipart(name, bytes);
        using var response = await client.PostAsync("/api/convo/attachments", body, Token);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return await response.JsonAsync();
    }

    private static MultipartFormDataContent Multipart(string name, byte[] bytes)
    {
        var part = new ByteArrayContent(bytes);
        part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return new MultipartFormDataContent { { part, "file", name } };
    }

    private static async Task<IReadOnlyList<JsonElement>> ItemsAsync(HttpClient client, string path) =>
        [.. (await (await client.GetAsync(path, Token)).JsonAsync()).GetProperty("items").EnumerateArray()];

    /// <summary>What another node or a background task does is waited for, not slept for: at most 10 s.</summary>
    private static async Task<JsonElement> PollAsync(Func<Task<JsonElement>> look)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var tries = 0; tries < 200; tries++)
        {
            if (await look() is { ValueKind: not JsonValueKind.Undefined } found)
            {
                return found;
            }

            await timer.WaitForNextTickAsync(Token);
        }

        Assert.Fail("It did not come about in time.");
        return default;
    }
}
