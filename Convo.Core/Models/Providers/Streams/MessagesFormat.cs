using System.Text.Json;

namespace Convo.Core.Models.Providers.Streams;

/// <summary>Anthropic's Messages (https://platform.claude.com/docs/en/build-with-claude/streaming). Ends with <c>message_stop</c>; usage comes in parts.</summary>
internal sealed class MessagesFormat : AnswerFormat
{
    private int _fresh;
    private int _cacheRead;
    private int _cacheWritten;
    private int _output;
    private int _thinking;
    private string? _reason;
    private string? _id;
    private string? _model;

    public override AnswerChunk? Read(JsonElement root)
    {
        switch (root.Text("type"))
        {
            case "message_start":
                var message = root.Member("message");
                (_id, _model) = (message.Text("id"), message.Text("model"));
                Count(message.Member("usage"));
                return null;
            case "content_block_start":
                return Block(root.Member("content_block"));
            case "content_block_delta":
                return Delta(root.Member("delta"));
            case "message_delta":
                _reason = root.Member("delta").Text("stop_reason") ?? _reason;
                Count(root.Member("usage"));
                return null;
            case "message_stop":
                HasEnded = true;
                return null;
            default:
                return null;
        }
    }

    public override AnswerChunk End() => new(
        FinishReason: _reason is null ? FinishReasons.Stop : FinishReasons.Of(_reason),
        Usage: ChunkUsage.Of(_fresh + _cacheRead + _cacheWritten, _cacheRead, _output, _thinking))
    {
        Id = _id,
        Model = _model,
    };

    private static AnswerChunk? Block(JsonElement block) => block.Text("type") switch
    {
        "text" when block.Text("text") is { Length: > 0 } text => new AnswerChunk(text),
        "thinking" when block.Text("thinking") is { Length: > 0 } thinking => new AnswerChunk(Reasoning: thinking),
        _ => null,
    };

    private static AnswerChunk? Delta(JsonElement delta) => delta.Text("type") switch
    {
        "text_delta" => new AnswerChunk(delta.Text("text") ?? ""),
        "thinking_delta" => new AnswerChunk(Reasoning: delta.Text("thinking") ?? ""),
        _ => null,
    };

    /// <summary>Figures are cumulative, and a later event leaves out what did not change.</summary>
    private void Count(JsonElement usage)
    {
        Take(usage, "input_tokens", ref _fresh);
        Take(usage, "cache_read_input_tokens", ref _cacheRead);
        Take(usage, "cache_creation_input_tokens", ref _cacheWritten);
        Take(usage, "output_tokens", ref _output);
        Take(usage.Member("output_tokens_details"), "thinking_tokens", ref _thinking);
    }

    private static void Take(JsonElement usage, string name, ref int figure)
    {
        if (usage.Member(name).ValueKind == JsonValueKind.Number)
        {
            figure = usage.Number(name);
        }
    }
}
