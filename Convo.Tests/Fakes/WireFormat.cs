using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Convo.Tests.Fakes;

/// <summary>How one kind of provider is connected and how it streams. Tests that must hold for every provider run over <see cref="All"/>.</summary>
/// <param name="Settings">What a Convo is started with so that the stub is its only provider.</param>
/// <param name="Opening">What comes before the first delta; some tell part of the usage here.</param>
/// <param name="Delta">One delta.</param>
/// <param name="Ending">The end of a whole answer, with its usage.</param>
public sealed record WireFormat(
    Func<ProviderStub, Dictionary<string, string?>> Settings, Func<StubUsage, byte[]> Opening, Func<string, byte[]> Delta, Func<StubUsage, byte[]> Ending)
{
    private static readonly HashSet<string> Prompts = ["text", "content", "system", "instructions", "input"];

    public static IReadOnlyDictionary<string, WireFormat> All { get; } = new Dictionary<string, WireFormat>
    {
        ["openai"] = new(
            stub => new() { ["OPENAI_BASE_URL"] = stub.BaseUrl.ToString(), ["OPENAI_API_KEY"] = "stub-key", ["OPENAI_MODELS"] = "stub-model" },
            _ => OpenAIWire.Event(OpenAIWire.RoleChunk()),
            text => OpenAIWire.Event(OpenAIWire.DeltaChunk(text)),
            usage => OpenAIWire.End("stop", usage)),
        ["anthropic"] = new(
            stub => new() { ["ANTHROPIC_BASE_URL"] = stub.BaseUrl.ToString(), ["ANTHROPIC_API_KEY"] = "stub-key", ["ANTHROPIC_MODELS"] = "stub-model" },
            usage =>
            [
                .. Named("message_start", $$$$"""{"type":"message_start","message":{"id":"msg","type":"message","role":"assistant","model":"stub","content":[],"usage":{"input_tokens":{{{{usage.Input}}}},"output_tokens":1}}}"""),
                .. Named("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""),
            ],
            text => Named("content_block_delta", $$$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{{{{Quoted(text)}}}}}}"""),
            usage =>
            [
                .. Named("content_block_stop", """{"type":"content_block_stop","index":0}"""),
                .. Named("message_delta", $$$$"""{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":{{{{usage.Output}}}}}}"""),
                .. Named("message_stop", """{"type":"message_stop"}"""),
            ]),
        ["responses"] = new(
            stub => Further(stub, "responses"),
            _ => Named("response.created", """{"type":"response.created","response":{"id":"resp","model":"stub"}}"""),
            text => Named("response.output_text.delta", $$$$"""{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":{{{{Quoted(text)}}}}}"""),
            usage => Named("response.completed", $$$$"""{"type":"response.completed","response":{"id":"resp","model":"stub","output":[],"usage":{"input_tokens":{{{{usage.Input}}}},"output_tokens":{{{{usage.Output}}}}}}}""")),
        ["gemini"] = new(
            stub => Further(stub, "gemini"),
            _ => [],
            // Tells usage along the way, as Gemini does.
            text => Data($$$$"""{"candidates":[{"content":{"role":"model","parts":[{"text":{{{{Quoted(text)}}}}}]}}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":1}}"""),
            usage => Data($$$$"""{"candidates":[{"content":{"role":"model","parts":[]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":{{{{usage.Input}}}},"candidatesTokenCount":{{{{usage.Output}}}}}}""")),
    };

    /// <summary>Streams each text of the channel as one delta, at once; then ends well, with the usage.</summary>
    public StubReply Reply(ChannelReader<string> deltas, StubUsage usage) => async (_, http) =>
    {
        http.Response.ContentType = "text/event-stream";
        await SendAsync(Opening(usage));
        await foreach (var delta in deltas.ReadAllAsync(http.RequestAborted))
        {
            await SendAsync(Delta(delta));
        }

        await SendAsync(Ending(usage));

        async Task SendAsync(byte[] bytes)
        {
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    };

    /// <summary>What a request says to the model, whatever its format: instructions and messages.</summary>
    public static IEnumerable<string> Texts(JsonNode? request) => request switch
    {
        JsonArray items => items.SelectMany(Texts),
        JsonObject members => members.SelectMany(member => member.Value is JsonValue value && value.TryGetValue<string>(out var text)
            ? Prompts.Contains(member.Key) ? [text] : (string[])[]
            : Texts(member.Value)),
        _ => [],
    };

    private static Dictionary<string, string?> Further(ProviderStub stub, string protocol) => new()
    {
        ["Convo:Providers:further:Protocol"] = protocol,
        ["Convo:Providers:further:BaseUrl"] = stub.BaseUrl.ToString(),
        ["Convo:Providers:further:Models"] = "stub-model",
    };

    private static string Quoted(string text) => JsonValue.Create(text).ToJsonString();

    private static byte[] Named(string name, string data) => [.. Encoding.UTF8.GetBytes($"event: {name}\n"), .. Data(data)];

    private static byte[] Data(string data) => Encoding.UTF8.GetBytes($"data: {data}\n\n");
}
