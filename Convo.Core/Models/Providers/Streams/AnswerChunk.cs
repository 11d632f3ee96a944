using System.Text.Json;

namespace Convo.Core.Models.Providers.Streams;

/// <summary>What one event of an answer says, whatever format it came in.</summary>
/// <param name="FinishReason">One of the five that OpenAI documents; null while the answer goes on.</param>
internal sealed record AnswerChunk(string Text = "", string Reasoning = "", string Refusal = "", string? FinishReason = null, ChunkUsage? Usage = null)
{
    public string? Id { get; init; }

    public string? Model { get; init; }

    /// <summary>The raw array in OpenAI's shape, cloned from its document; undefined when there is none.</summary>
    public JsonElement ToolCalls { get; init; }

    public bool IsEmpty => Text.Length + Reasoning.Length + Refusal.Length == 0 && ToolCalls.ValueKind == JsonValueKind.Undefined && FinishReason is null && Usage is null;
}

/// <param name="Input">Cached tokens included.</param>
/// <param name="Output">Reasoning tokens included.</param>
internal sealed record ChunkUsage(int Input, int Cached, int Output, int Reasoning)
{
    /// <summary>Null when nothing was counted: some servers send zeros until the end. Parts are never larger than their whole.</summary>
    public static ChunkUsage? Of(int input, int cached, int output, int reasoning) =>
        input + output == 0 ? null : new ChunkUsage(input, Math.Min(cached, input), output, Math.Min(reasoning, output));
}
