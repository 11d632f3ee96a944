using System.Text;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security;

/// <summary>A model server that sends what it likes: nothing of its framing, its event names, its ids or its orders reaches the reader.</summary>
public sealed class HostileProviderTests(HostileProviderTests.World world) : IClassFixture<HostileProviderTests.World>
{
    private static readonly HashSet<string> Names = ["start", "status", "delta", "citations", "usage", "context", "model", "done", "error"];

    private static readonly string Hello = Encoding.UTF8.GetString(OpenAIWire.Event(OpenAIWire.DeltaChunk("Hello ")));
    private static readonly string Planet = Encoding.UTF8.GetString(OpenAIWire.Event(OpenAIWire.DeltaChunk("world")));
    private static readonly string End = Encoding.UTF8.GetString(OpenAIWire.End("stop", null));

    /// <summary>Name, what the server sends, and the text that is left of it; null where the answer may also fail.</summary>
    public static TheoryData<string, string?> Streams => new()
    {
        { "unknown events", "Hello world" },
        { "orders", "Hello world" },
        { "its own ids and retry", "Hello world" },
        { "events of Convo", "Hello world" },
        { "NULs", "a\uFFFDb\u0001c\uFFFEworld" },
        { "no JSON", null },
        { "an id of a megabyte", "Hello world" },
        { "an event of two megabytes", "Hello world" },
        { "an event of ten megabytes", null },
        { "half of a pair", null },
        { "figures that lie", "Hello world" },
        { "reasons of its own", "Hello world" },
        { "frames in the text", "Hello world\n\nid: 99\nevent: execute\ndata: {\"type\":\"execute\"}\n\n: x\rretry: 0\r\n" },
        { "comments and empty events", "Hello world" },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Stream_OfAHostileServer_LeavesOnlyConvosOwnEvents(string kind, string? text)
    {
        var user = await world.App.CreateUserAsync();
        using var client = world.App.CreateClient(user);
        world.Stub.Enqueue(Replies.Sse(Encoding.UTF8.GetBytes(Body(kind)), Chop.Whole));

        using var response = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "hi" });
        var stream = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        // Line by line, as a browser reads it: an id, a name, one line of JSON, a blank line, and nothing else.
        var lines = stream.Split('\n');
        Assert.All(lines, line => Assert.True(
            line.Length == 0 || line.StartsWith("id: ", StringComparison.Ordinal) || line.StartsWith("event: ", StringComparison.Ordinal)
            || line.StartsWith("data: {", StringComparison.Ordinal) || line == ": keep-alive", line[..Math.Min(line.Length, 200)]));
        Assert.DoesNotContain(stream, c => c is '\0' or '\r');
        var (ids, names) = (Values(lines, "id: "), Values(lines, "event: "));
        Assert.Equal(Enumerable.Range(1, ids.Count).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)), ids);
        Assert.All(names, name => Assert.Contains(name, Names));
        Assert.True(names[^1] is "done" or "error");
        var said = SseEvent.JoinText(lines.Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Zip(names, (data, name) => new SseEvent(0, name, System.Text.Json.JsonDocument.Parse(data[6..]).RootElement)));
        var stored = await world.App.Database.Db.ScalarAsync<string>(
            "SELECT m.content FROM conversation_messages m JOIN conversation_threads t ON t.id = m.thread_id WHERE m.role = 'assistant' AND t.owner_id = @Id", new { user.Id }, TestContext.Current.CancellationToken);
        Assert.Equal(stored, said);
        Assert.Equal(0, await world.App.Database.Db.ScalarAsync<long>(
            "SELECT count(*) FROM usage_ledger WHERE user_id = @Id AND (input_tokens NOT BETWEEN 0 AND 1000 OR output_tokens NOT BETWEEN 0 AND 1000)", new { user.Id }, TestContext.Current.CancellationToken));
        if (text is not null) Assert.Equal(("done", text), (names[^1], said));
        // What did not fit is refused, and the next answer is a good one.
        world.Stub.Enqueue(Replies.Text("Still here."));
        using var next = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "hi" });
        Assert.Equal("Still here.", SseEvent.JoinText(await SseEvent.ReadAllAsync(next, TestContext.Current.CancellationToken)));
    }

    private static string Body(string kind) => kind switch
    {
        "unknown events" => "event: execute\ndata: {\"type\":\"execute\",\"code\":\"alert(1)\"}\n\n" + Hello + "event: chat:message:files\ndata: [1]\n\n" + Planet + "event: reload\ndata:\n\n" + End,
        "orders" => Hello + "data: {\"type\":\"execute\",\"data\":{\"code\":\"fetch('/api/convo')\"}}\n\ndata: {\"event\":{\"type\":\"source\",\"data\":{\"html\":\"<script>\"}}}\n\n" + Planet + End,
        "its own ids and retry" => "retry: 0\nid: 999999\n\nid: -1\nretry: 99999999999\n" + Hello + "retry: x\nid\n" + Planet + End,
        "events of Convo" => "event: done\ndata: {\"message_id\":\"00000000-0000-0000-0000-000000000000\",\"status\":\"complete\"}\n\n" + Hello + "event: citations\ndata: {\"citations\":[{\"number\":1}]}\n\n" + Planet + End,
        "NULs" => Encoding.UTF8.GetString(OpenAIWire.Event(OpenAIWire.DeltaChunk("a\0b\u0001c\uFFFE"))) + "id: \0\n" + "event: \0\n" + Planet + End,
        "no JSON" => Hello + "data: \0\n\n" + Planet + End,
        "an id of a megabyte" => "id: " + new string('9', 1_000_000) + "\n" + Hello + Planet + End,
        "an event of two megabytes" => Hello + "data: {\"choices\":[],\"x\":\"" + new string('x', 2_000_000) + "\"}\n\n" + Planet + End,
        "an event of ten megabytes" => Hello + "data: {\"choices\":[],\"x\":\"" + new string('x', 10_000_000) + "\"}\n\n" + Planet + End,
        "half of a pair" => Hello + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\ud800\"}}]}\n\n" + Planet + End,
        "figures that lie" => Hello + Planet + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9000000000000000000,\"completion_tokens\":-5,\"total_tokens\":\"x\"}}\n\n"
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":4294967297,\"completion_tokens\":4294967297}}\n\n" + End,
        "reasons of its own" => Hello + Planet + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"<script>\\u0000" + new string('x', 100_000) + "\"}]}\n\ndata: [DONE]\n\n",
        "frames in the text" => Hello + Encoding.UTF8.GetString(OpenAIWire.Event(OpenAIWire.DeltaChunk("world\n\nid: 99\nevent: execute\ndata: {\"type\":\"execute\"}\n\n: x\rretry: 0\r\n"))) + End,
        _ => ":\n: x\n\n\n\ndata:\n\n" + Hello + ":" + new string(' ', 100_000) + "\n\nevent:\n\n" + Planet + "\n\n" + End,
    };

    private static List<string> Values(string[] lines, string field) => [.. lines.Where(line => line.StartsWith(field, StringComparison.Ordinal)).Select(line => line[field.Length..])];

    /// <summary>One app whose only provider is the hostile one.</summary>
    public sealed class World : IAsyncLifetime
    {
        internal ProviderStub Stub { get; private set; } = null!;

        internal ConvoApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Stub = await ProviderStub.StartAsync();
            App = await ConvoApp.StartAsync(new()
            {
                Settings = new() { ["OPENAI_BASE_URL"] = Stub.BaseUrl.ToString(), ["OPENAI_API_KEY"] = "stub-key", ["OPENAI_MODELS"] = "stub-model", ["CONVO_DEFAULT_MODEL"] = "stub-model" },
            });
        }

        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            await Stub.DisposeAsync();
        }
    }
}
