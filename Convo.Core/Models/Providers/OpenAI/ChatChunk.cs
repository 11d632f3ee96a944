using System.Text;
using System.Text.Json;

namespace Convo.Core.Models.Providers.OpenAI;

/// <summary>What one event of a chat completion stream says, read from whatever shape a compatible server gives it.</summary>
/// <param name="FinishReason">One of the five that OpenAI documents; null while the answer goes on.</param>
/// <param name="ToolCalls">The raw array, cloned from its document; undefined when there is none.</param>
internal sealed record ChatChunk(string? Id, string? Model, string Text, string Reasoning, string Refusal, JsonElement ToolCalls, string? FinishReason, ChunkUsage? Usage)
{
    public bool IsEmpty => Text.Length + Reasoning.Length + Refusal.Length == 0 && ToolCalls.ValueKind == JsonValueKind.Undefined && FinishReason is null && Usage is null;

    public static ChatChunk Read(JsonElement root)
    {
        var choice = FirstChoice(root);
        var delta = Member(choice, "delta") is { ValueKind: JsonValueKind.Object } d ? d : Member(choice, "message");
        var text = new StringBuilder();
        var reasoning = new StringBuilder();
        Content(Member(delta, "content"), text, reasoning);
        Content(Member(delta, "reasoning_content") is { ValueKind: JsonValueKind.String } r ? r : Member(delta, "reasoning"), reasoning, reasoning);
        var tools = Member(delta, "tool_calls");
        return new ChatChunk(
            String(root, "id"),
            String(root, "model"),
            text.ToString(),
            reasoning.ToString(),
            String(delta, "refusal") ?? "",
            tools.ValueKind == JsonValueKind.Array && tools.GetArrayLength() > 0 ? tools.Clone() : default,
            String(choice, "finish_reason") is { Length: > 0 } reason ? FinishReasonOf(reason) : null,
            // Groq puts the usage into a member of its own unless asked in the standard way.
            ChunkUsage.Read(Member(root, "usage")) ?? ChunkUsage.Read(Member(Member(root, "x_groq"), "usage")));
    }

    /// <summary>Only the first alternative is ever asked for.</summary>
    private static JsonElement FirstChoice(JsonElement root) =>
        Member(root, "choices") is { ValueKind: JsonValueKind.Array } choices
            ? choices.EnumerateArray().FirstOrDefault(c => Member(c, "index") is not { ValueKind: JsonValueKind.Number } i || i.GetDouble() == 0)
            : default;

    /// <summary>Text, or parts of it: Mistral streams <c>[{"type": "thinking", "thinking": [{"type": "text", …}]}, {"type": "text", "text": …}]</c>.</summary>
    private static void Content(JsonElement content, StringBuilder text, StringBuilder reasoning)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            text.Append(content.GetString());
        }
        else if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in content.EnumerateArray())
            {
                Content(Member(part, "text"), text, reasoning);
                Content(Member(part, "thinking"), reasoning, reasoning);
            }
        }
    }

    /// <summary>The SDK throws at a reason it does not know, and servers have their own words.</summary>
    private static string FinishReasonOf(string reason) => reason.ToLowerInvariant() switch
    {
        "length" or "max_tokens" or "model_length" or "max_output_tokens" => "length",
        "tool_calls" or "tool_use" => "tool_calls",
        "function_call" => "function_call",
        "content_filter" or "safety" or "recitation" or "refusal" or "prohibited_content" or "blocklist" or "spii" => "content_filter",
        _ => "stop",
    };

    internal static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    private static string? String(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;
}

/// <param name="Output">Reasoning tokens included.</param>
internal sealed record ChunkUsage(int Input, int Cached, int Output, int Reasoning)
{
    public static ChunkUsage? Read(JsonElement usage)
    {
        if (usage.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var input = Number(usage, "prompt_tokens");
        var output = Number(usage, "completion_tokens");
        var reasoning = Number(ChatChunk.Member(usage, "completion_tokens_details"), "reasoning_tokens");
        // xAI and Gemini leave reasoning out of the completion's count, but bill it; their total tells.
        if (reasoning > 0 && Number(usage, "total_tokens") == input + output + reasoning)
        {
            output += reasoning;
        }

        var cached = Math.Max(
            Number(ChatChunk.Member(usage, "prompt_tokens_details"), "cached_tokens"),
            Math.Max(Number(usage, "prompt_cache_hit_tokens"), Number(usage, "cached_tokens")));
        return input + output == 0 ? null : new ChunkUsage(input, Math.Min(cached, input), output, Math.Min(reasoning, output));
    }

    private static int Number(JsonElement element, string name) =>
        ChatChunk.Member(element, name) is { ValueKind: JsonValueKind.Number } n && n.GetDouble() is >= 0 and < int.MaxValue and var value ? (int)value : 0;
}
