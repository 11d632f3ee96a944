using System.Text;
using System.Text.Json;

namespace Convo.Core.Models.Providers.Streams;

/// <summary>
/// Chat completion chunks (https://platform.openai.com/docs/api-reference/chat-streaming) in whatever shape a compatible server gives them,
/// and the older text completions. Ends with <c>[DONE]</c>, which is no JSON and is read by the stream.
/// </summary>
internal sealed class ChatFormat(EndpointHabits habits) : AnswerFormat
{
    private bool _hasFinish;
    private bool _hasUsage;

    /// <summary>
    /// A few servers never send <c>[DONE]</c>, so a reason and a usage are taken for an end, but not from a server that is known to send it.
    /// </summary>
    public override bool MayEndHere => !habits.SendsDone && _hasFinish && _hasUsage;

    public override AnswerChunk Read(JsonElement root)
    {
        var choice = FirstChoice(root);
        var delta = choice.Member("delta") is { ValueKind: JsonValueKind.Object } d ? d : choice.Member("message");
        var text = new StringBuilder();
        var reasoning = new StringBuilder();
        Content(delta.Member("content"), text, reasoning);
        Content(delta.Member("reasoning_content") is { ValueKind: JsonValueKind.String } r ? r : delta.Member("reasoning"), reasoning, reasoning);
        if (delta.ValueKind == JsonValueKind.Undefined)
        {
            text.Append(choice.Text("text"));
        }

        var tools = delta.Member("tool_calls");
        var chunk = new AnswerChunk(
            text.ToString(),
            reasoning.ToString(),
            delta.Text("refusal") ?? "",
            choice.Text("finish_reason") is { Length: > 0 } reason ? FinishReasons.Of(reason) : null,
            // Groq puts the usage into a member of its own unless asked in the standard way.
            Usage(root.Member("usage")) ?? Usage(root.Member("x_groq").Member("usage")))
        {
            Id = root.Text("id"),
            Model = root.Text("model"),
            ToolCalls = tools.ValueKind == JsonValueKind.Array && tools.GetArrayLength() > 0 ? tools.Clone() : default,
        };
        _hasFinish |= chunk.FinishReason is not null;
        _hasUsage |= chunk.Usage is not null;
        return chunk;
    }

    /// <summary>Only the first alternative is ever asked for.</summary>
    private static JsonElement FirstChoice(JsonElement root) =>
        root.Items("choices").FirstOrDefault(c => c.Member("index") is not { ValueKind: JsonValueKind.Number } i || i.GetDouble() == 0);

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
                Content(part.Member("text"), text, reasoning);
                Content(part.Member("thinking"), reasoning, reasoning);
            }
        }
    }

    private static ChunkUsage? Usage(JsonElement usage)
    {
        var input = usage.Number("prompt_tokens");
        var output = usage.Number("completion_tokens");
        var reasoning = usage.Member("completion_tokens_details").Number("reasoning_tokens");
        // xAI and Gemini leave reasoning out of the completion's count, but bill it; their total tells.
        if (reasoning > 0 && usage.Number("total_tokens") == input + output + reasoning)
        {
            output += reasoning;
        }

        var cached = Math.Max(
            usage.Member("prompt_tokens_details").Number("cached_tokens"), Math.Max(usage.Number("prompt_cache_hit_tokens"), usage.Number("cached_tokens")));
        return ChunkUsage.Of(input, cached, output, reasoning);
    }
}
