using System.Text;
using System.Text.Json.Nodes;

namespace Convo.Tests.Fakes;

/// <summary>Answers in Anthropic's wire format (https://platform.claude.com/docs/en/build-with-claude/streaming).</summary>
public static class AnthropicWire
{
    public static StubReply Text(string text, int input = 12, int output = 7, int cacheRead = 0, int cacheWritten = 0) => Replies.Sse(Encoding.UTF8.GetBytes(string.Concat(
    [
        Event("message_start", $$$$"""{"type":"message_start","message":{"id":"msg_stub","type":"message","role":"assistant","model":"claude-stub","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":{{{{input}}}},"cache_read_input_tokens":{{{{cacheRead}}}},"cache_creation_input_tokens":{{{{cacheWritten}}}},"output_tokens":1}}}"""),
        Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""),
        .. OpenAIWire.Words(text).Select(word => Event("content_block_delta", new JsonObject { ["type"] = "content_block_delta", ["index"] = 0, ["delta"] = new JsonObject { ["type"] = "text_delta", ["text"] = word } }.ToJsonString())),
        Event("ping", """{"type":"ping"}"""),
        Event("content_block_stop", """{"type":"content_block_stop","index":0}"""),
        Event("message_delta", $$$$"""{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":{{{{output}}}}}}"""),
        Event("message_stop", """{"type":"message_stop"}"""),
    ])));

    private static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";
}
