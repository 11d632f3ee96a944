using System.Text.Json;

namespace Convo.Core.Models.Providers.Streams;

/// <summary>OpenAI's Responses (https://platform.openai.com/docs/api-reference/responses-streaming). Ends with an event that holds the whole response.</summary>
internal sealed class ResponsesFormat : AnswerFormat
{
    private bool _hasText;

    public override AnswerChunk? Read(JsonElement root) => root.Text("type") switch
    {
        "response.output_text.delta" => Delta(root),
        "response.refusal.delta" => new AnswerChunk(Refusal: root.Text("delta") ?? ""),
        "response.reasoning_summary_text.delta" or "response.reasoning_text.delta" => new AnswerChunk(Reasoning: root.Text("delta") ?? ""),
        "response.completed" or "response.incomplete" => Last(root.Member("response")),
        _ => null,
    };

    public override JsonElement Error(JsonElement root) => root.Text("type") switch
    {
        "response.failed" => root.Member("response") is var failed && failed.Member("error").ValueKind == JsonValueKind.Object ? failed : root,
        "response.cancelled" => root,
        _ => default,
    };

    private AnswerChunk Delta(JsonElement root)
    {
        var text = root.Text("delta") ?? "";
        _hasText |= text.Length > 0;
        return new AnswerChunk(text);
    }

    private AnswerChunk Last(JsonElement response)
    {
        HasEnded = true;
        var usage = response.Member("usage");
        var reason = response.Member("incomplete_details").Text("reason");
        var calls = response.Items("output").Any(item => item.Text("type") == "function_call");
        return new AnswerChunk(
            // Servers that do not stream piece by piece still send the whole.
            _hasText ? "" : string.Concat(response.Items("output").SelectMany(item => item.Items("content")).Where(part => part.Text("type") == "output_text").Select(part => part.Text("text"))),
            FinishReason: reason is not null ? FinishReasons.Of(reason) : calls ? FinishReasons.ToolCalls : FinishReasons.Stop,
            Usage: ChunkUsage.Of(
                usage.Number("input_tokens"), usage.Member("input_tokens_details").Number("cached_tokens"),
                usage.Number("output_tokens"), usage.Member("output_tokens_details").Number("reasoning_tokens")))
        {
            Id = response.Text("id"),
            Model = response.Text("model"),
        };
    }
}
