using System.Text;
using System.Text.Json;

namespace Convo.Core.Models.Providers.Streams;

/// <summary>
/// Gemini's own <c>streamGenerateContent</c> (https://ai.google.dev/api/generate-content). It has no end mark: the last event carries a
/// finish reason, and usage is told along the way. Old servers put STOP on every event and told no usage; such a stream cannot be
/// told from a cut one and is taken for cut.
/// </summary>
internal sealed class GeminiFormat : AnswerFormat
{
    private string? _reason;
    private bool _isBlocked;
    private ChunkUsage? _usage;
    private string? _model;
    private bool _calls;

    public override bool MayEndHere => _isBlocked || (_reason is not null && _usage is not null);

    public override AnswerChunk Read(JsonElement root)
    {
        var candidate = root.Items("candidates").FirstOrDefault();
        var (text, reasoning) = (new StringBuilder(), new StringBuilder());
        foreach (var part in candidate.Member("content").Items("parts"))
        {
            _calls |= part.Member("functionCall").ValueKind == JsonValueKind.Object;
            (part.Member("thought").ValueKind == JsonValueKind.True ? reasoning : text).Append(part.Text("text"));
        }

        _isBlocked |= root.Member("promptFeedback").Text("blockReason") is not null;
        // The reason of an event before the last one was none.
        _reason = candidate.ValueKind == JsonValueKind.Object ? candidate.Text("finishReason") : _reason;
        _usage = Usage(root.Member("usageMetadata")) ?? _usage;
        _model = root.Text("modelVersion") ?? _model;
        return new AnswerChunk(text.ToString(), reasoning.ToString()) { Model = _model };
    }

    public override AnswerChunk End() => new(
        FinishReason: _isBlocked ? FinishReasons.ContentFilter : FinishReasons.Of(_reason ?? "") is FinishReasons.Stop && _calls ? FinishReasons.ToolCalls : FinishReasons.Of(_reason ?? ""),
        Usage: _usage)
    {
        Model = _model,
    };

    private static ChunkUsage? Usage(JsonElement usage)
    {
        var thoughts = usage.Number("thoughtsTokenCount");
        return ChunkUsage.Of(
            usage.Number("promptTokenCount") + usage.Number("toolUsePromptTokenCount"), usage.Number("cachedContentTokenCount"),
            usage.Number("candidatesTokenCount") + thoughts, thoughts);
    }
}
