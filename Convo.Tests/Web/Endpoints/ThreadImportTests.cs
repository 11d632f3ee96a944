using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Endpoints;

/// <summary><c>POST /api/convo/threads/import</c>.</summary>
public sealed class ThreadImportTests
{
    private const string Path = "/api/convo/threads/import";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_OfAnExport_IsTheSameTreeOfTheSameTexts()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;
        var (thread, original) = await BranchedThreadAsync(client);

        var report = await ImportAsync(client, original.ToJsonString());
        var copy = await ExportAsync(client, report.GetProperty("imported")[0].GetProperty("thread_id").GetGuid());

        Assert.NotEqual(thread, Guid.Parse(copy["thread"]!["id"]!.GetValue<string>()));
        Assert.Equal(original["messages"]!.AsArray().Count, report.GetProperty("imported")[0].GetProperty("messages").GetInt32());
        Assert.Equal(Shape(original), Shape(copy));
        foreach (var member in new[] { "title", "temperature", "system_prompt", "pinned", "archived", "created_at", "updated_at" })
        {
            Assert.Equal(original["thread"]![member]?.ToJsonString(), copy["thread"]![member]?.ToJsonString());
        }
    }

    [Fact]
    public async Task Import_Again_ImportsNothingTwiceUntilItIsDeleted()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;
        var (_, original) = await BranchedThreadAsync(client);

        var first = await ImportAsync(client, original.ToJsonString());
        var again = await ImportAsync(client, $"[{original.ToJsonString()},{original.ToJsonString()}]");
        using var deleted = await client.DeleteAsync($"/api/convo/threads/{first.GetProperty("imported")[0].GetProperty("thread_id").GetGuid()}", Token);
        var third = await ImportAsync(client, original.ToJsonString());

        Assert.Equal(0, again.GetProperty("imported").GetArrayLength());
        Assert.Equal(["already_imported", "already_imported"], again.GetProperty("skipped").EnumerateArray().Select(s => s.GetProperty("code").GetString()!));
        Assert.Equal(1, third.GetProperty("imported").GetArrayLength());
    }

    [Fact]
    public async Task Import_ByTwoPeople_GivesEachTheirOwn()
    {
        var (app, client) = await ClientAsync();
        using var _1 = client;
        using var other = app.CreateClient(await app.CreateUserAsync());
        var (_, original) = await BranchedThreadAsync(client);

        var mine = (await ImportAsync(client, original.ToJsonString())).GetProperty("imported")[0].GetProperty("thread_id").GetGuid();
        var theirs = (await ImportAsync(other, original.ToJsonString())).GetProperty("imported")[0].GetProperty("thread_id").GetGuid();
        using var foreign = await other.GetAsync($"/api/convo/threads/{mine}", Token);

        Assert.NotEqual(mine, theirs);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
    }

    [Fact]
    public async Task Import_OfChatGptsFile_ShowsTheBranchThatWasShownAndGoesOn()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;
        const string File =
            """
            [{"title":"Trip <b>plan</b>","create_time":1700000000.5,"update_time":1700000100.0,"conversation_id":"abc","current_node":"a2","is_archived":false,
              "mapping":{
                "r":{"id":"r","message":null,"parent":null,"children":["s"]},
                "s":{"id":"s","message":{"author":{"role":"system"},"create_time":null,"content":{"content_type":"text","parts":[""]},"metadata":{"is_visually_hidden_from_conversation":true}},"parent":"r","children":["q"]},
                "q":{"id":"q","message":{"author":{"role":"user"},"create_time":1700000001.0,"content":{"content_type":"text","parts":["Where to?"]},"metadata":{}},"parent":"s","children":["a1","a2"]},
                "a1":{"id":"a1","message":{"author":{"role":"assistant"},"create_time":1700000002.0,"content":{"content_type":"text","parts":["Rome"]},"metadata":{"model_slug":"gpt-4"}},"parent":"q","children":[]},
                "a2":{"id":"a2","message":{"author":{"role":"assistant"},"create_time":1700000003.0,"content":{"content_type":"text","parts":["Oslo"]},"metadata":{"model_slug":"gpt-4o"}},"parent":"q","children":[]}}},
             {"title":"Nothing","mapping":{"r":{"id":"r","message":null,"parent":null,"children":[]}}},
             17]
            """;

        var report = await ImportAsync(client, File);
        var id = report.GetProperty("imported")[0].GetProperty("thread_id").GetGuid();
        var thread = await client.GetFromJsonAsync<JsonElement>($"/api/convo/threads/{id}", Token);
        var path = (await client.GetFromJsonAsync<JsonElement>($"/api/convo/threads/{id}/messages", Token)).GetProperty("items");
        using var more = await client.SendJsonAsync(HttpMethod.Post, $"/api/convo/threads/{id}/messages", new { content = "And then?" });

        Assert.Equal(("Trip <b>plan</b>", "2023-11-14T22:13:20.5Z", "2023-11-14T22:15:00Z"), (thread.GetProperty("title").GetString(), thread.GetProperty("created_at").GetString(), thread.GetProperty("updated_at").GetString()));
        Assert.Equal(["Where to?", "Oslo"], path.EnumerateArray().Select(m => m.GetProperty("content").GetString()!));
        Assert.Equal((2, 1, "gpt-4o"), (path[1].GetProperty("sibling_ids").GetArrayLength(), path[1].GetProperty("sibling_index").GetInt32(), path[1].GetProperty("model").GetString()));
        Assert.Equal([("[1]", "empty"), ("[2]", "unknown_format")], report.GetProperty("skipped").EnumerateArray().Select(s => (s.GetProperty("position").GetString()!, s.GetProperty("code").GetString()!)));
        Assert.Equal(HttpStatusCode.Accepted, more.StatusCode);
    }

    [Theory]
    [InlineData("", 400, "invalid_json", "line 1")]
    [InlineData("[{\"mapping\":{}},\n{\"title\":", 400, "invalid_json", "line 2")]
    [InlineData("17", 400, "unknown_format", null)]
    [InlineData("[]", 400, "unknown_format", "[0]")]
    [InlineData("[{\"a\":1},2]", 400, "unknown_format", "[0]")]
    [InlineData("PK\u0003\u0004zip", 415, "zip_not_taken", null)]
    [InlineData("{\"format\":\"convo\",\"version\":2}", 400, "invalid_import", "version")]
    [InlineData("{\"format\":\"convo\",\"version\":1,\"thread\":{\"id\":\"t\",\"created_at\":\"2026-01-01T00:00:00Z\",\"updated_at\":\"2026-01-01T00:00:00Z\"},\"messages\":[]}", 400, "empty", "messages")]
    [InlineData("{\"format\":\"convo\",\"version\":1,\"thread\":{\"id\":\"t\",\"created_at\":\"2026-01-01T00:00:00Z\",\"updated_at\":\"2026-01-01T00:00:00Z\"},\"messages\":[{\"id\":\"1\",\"role\":\"wizard\"}]}", 400, "invalid_import", "messages[0].role")]
    [InlineData("{\"format\":\"convo\",\"version\":1,\"thread\":{\"id\":\"t\",\"created_at\":\"2026-01-01T00:00:00Z\",\"updated_at\":\"2026-01-01T00:00:00Z\"},\"messages\":[{\"id\":\"1\",\"parent_id\":\"2\",\"role\":\"user\",\"content\":\"\",\"status\":\"complete\",\"created_at\":\"2026-01-01T00:00:00Z\"}]}", 400, "invalid_import", "messages[0].parent_id")]
    public async Task Import_WhatIsNone_NamesThePlaceAndStoresNothing(string body, int status, string code, string? field)
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;

        using var response = await client.PostAsync(Path, Json(body), Token);
        var problem = await response.ShouldBeProblemAsync((HttpStatusCode)status, code);

        Assert.Equal(field, problem.TryGetProperty("field", out var named) ? named.GetString() : null);
        Assert.Equal(0, (await client.GetFromJsonAsync<JsonElement>("/api/convo/threads", Token)).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Import_LargerThanAllowed_Is413()
    {
        await using var app = await ConvoApp.StartAsync(new ConvoAppOptions { Settings = { ["Convo:Import:MaxBytes"] = "1048576" } });
        using var client = app.CreateClient(await app.CreateUserAsync());
        using var told = new HttpRequestMessage(HttpMethod.Post, Path) { Content = Json($"[\"{new string('x', 1_100_000)}\"]") };
        told.Headers.ExpectContinue = true;
        using var untold = new HttpRequestMessage(HttpMethod.Post, Path) { Content = Json($"[\"{new string('x', 1_048_576)}\"]") };
        untold.Headers.TransferEncodingChunked = true;

        using var first = await client.SendAsync(told, Token);
        using var second = await client.SendAsync(untold, Token);

        await first.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "import_too_large");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, second.StatusCode);
    }

    /// <summary>Everything that makes a tree of texts, without the ids: parents and siblings by their place.</summary>
    private static List<string> Shape(JsonNode export)
    {
        var messages = export["messages"]!.AsArray();
        var places = messages.Select((m, i) => (Id: m!["id"]!.GetValue<string>(), Place: i)).ToDictionary(pair => pair.Id, pair => pair.Place);
        var leaf = places[export["thread"]!["leaf_id"]!.GetValue<string>()];
        return
        [
            .. messages.Select(m => JsonSerializer.Serialize(new
            {
                parent = m!["parent_id"] is { } parent ? places[parent.GetValue<string>()] : -1,
                siblings = m["sibling_ids"]!.AsArray().Select(s => places[s!.GetValue<string>()]),
                rest = new[] { "role", "content", "status", "model", "provider", "created_at", "usage", "finish_reason", "error", "sibling_index" }.Select(name => m[name]?.ToJsonString()),
            })),
            $"leaf {leaf}",
        ];
    }

    private static async Task<(Guid Thread, JsonNode Export)> BranchedThreadAsync(HttpClient client)
    {
        using var created = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/threads", new { title = "Ünïcode ✓ <script>", temperature = 0.25, system_prompt = "Be brief." });
        var thread = (await created.JsonAsync()).GetProperty("id").GetGuid();
        var question = await SendAsync(client, HttpMethod.Post, $"/api/convo/threads/{thread}/messages", new { content = "First <b>wording</b>\r\n\tand 😀 more" });
        await SendAsync(client, HttpMethod.Patch, $"/api/convo/messages/{question}", new { content = "Second wording", regenerate = true });
        var third = await SendAsync(client, HttpMethod.Post, $"/api/convo/threads/{thread}/messages", new { content = "Go on" });
        await SendAsync(client, HttpMethod.Post, $"/api/convo/messages/{third}/regenerate", new { });
        return (thread, await ExportAsync(client, thread));
    }

    /// <returns>The user message's id, once the answer has ended.</returns>
    private static async Task<Guid> SendAsync(HttpClient client, HttpMethod method, string path, object body)
    {
        var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        request.Headers.Accept.ParseAdd("text/event-stream");
        var events = await SseEvent.ReadAllAsync(await client.SendAsync(request, Token), Token);
        return events[0].Data.GetProperty("user_message_id").GetGuid();
    }

    private static async Task<JsonNode> ExportAsync(HttpClient client, Guid thread) => JsonNode.Parse(await client.GetStringAsync($"/api/convo/threads/{thread}/export", Token))!;

    private static async Task<JsonElement> ImportAsync(HttpClient client, string file)
    {
        using var response = await client.PostAsync(Path, Json(file), Token);
        var report = await response.JsonAsync();
        Assert.True(response.IsSuccessStatusCode, report.ToString());
        return report;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    private static async Task<(ConvoApp App, HttpClient Client)> ClientAsync()
    {
        var app = await ConvoApp.SharedAsync();
        return (app, app.CreateClient(await app.CreateUserAsync()));
    }
}
