using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Convo.Tests.Fakes;

public sealed record StubUsage(int Input, int Output, int Cached = 0, int Reasoning = 0)
{
    public static StubUsage Of(string text) => new(10, Math.Max(1, OpenAIWire.Words(text).Count()));
}

/// <summary>Bodies in OpenAI's wire format (https://platform.openai.com/docs/api-reference/chat/streaming).</summary>
public static class OpenAIWire
{
    public static byte[] Stream(string text, string? finishReason, StubUsage? usage)
    {
        var all = new List<byte>();
        all.AddRange(Event(RoleChunk()));
        foreach (var word in Words(text))
        {
            all.AddRange(Event(DeltaChunk(word)));
        }

        all.AddRange(End(finishReason, usage));
        return [.. all];
    }

    public static byte[] End(string? finishReason, StubUsage? usage)
    {
        var end = new List<byte>();
        if (finishReason is not null)
        {
            end.AddRange(Event(Chunk(new JsonObject(), finishReason)));
        }

        if (usage is not null)
        {
            var chunk = Chunk(new JsonObject(), null);
            chunk["choices"] = new JsonArray();
            chunk["usage"] = UsageOf(usage);
            end.AddRange(Event(chunk));
        }

        end.AddRange("data: [DONE]\n\n"u8);
        return [.. end];
    }

    public static byte[] Event(JsonNode data) => Encoding.UTF8.GetBytes($"data: {data.ToJsonString()}\n\n");

    public static JsonObject RoleChunk() => Chunk(new JsonObject { ["role"] = "assistant", ["content"] = "" }, null);

    public static JsonObject DeltaChunk(string text) => Chunk(new JsonObject { ["content"] = text }, null);

    public static JsonObject Chunk(JsonObject delta, string? finishReason) => new()
    {
        ["id"] = "chatcmpl-stub",
        ["object"] = "chat.completion.chunk",
        ["created"] = 1_700_000_000,
        ["model"] = "stub-model",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finishReason }),
    };

    public static JsonObject Completion(string text, string? finishReason, StubUsage usage) => new()
    {
        ["id"] = "chatcmpl-stub",
        ["object"] = "chat.completion",
        ["created"] = 1_700_000_000,
        ["model"] = "stub-model",
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text },
            ["finish_reason"] = finishReason,
        }),
        ["usage"] = UsageOf(usage),
    };

    public static JsonObject ModelList(IEnumerable<string> ids) => new()
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. ids.Select(id => new JsonObject { ["id"] = id, ["object"] = "model", ["created"] = 1, ["owned_by"] = "stub" })]),
    };

    /// <summary>Vectors that are near for texts that share words: each word adds to the dimension its hash names.</summary>
    public static JsonObject Embeddings(JsonNode request, int dimensions)
    {
        var inputs = request["input"] is JsonArray array ? array.Select(i => i!.GetValue<string>()).ToArray() : [request["input"]!.GetValue<string>()];
        var base64 = request["encoding_format"]?.GetValue<string>() == "base64";
        var data = inputs.Select((text, index) => new JsonObject
        {
            ["object"] = "embedding",
            ["index"] = index,
            ["embedding"] = base64 ? Convert.ToBase64String(MemoryMarshal.AsBytes<float>(Vector(text, dimensions)))
                : new JsonArray([.. Vector(text, dimensions).Select(v => JsonValue.Create(v))]),
        });
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. data]),
            ["model"] = request["model"]?.DeepClone(),
            ["usage"] = new JsonObject { ["prompt_tokens"] = inputs.Sum(i => i.Length / 4), ["total_tokens"] = inputs.Sum(i => i.Length / 4) },
        };
    }

    /// <summary>The bytes of the first events of a stream, by its blank lines.</summary>
    public static ReadOnlyMemory<byte> FirstEvents(ReadOnlyMemory<byte> body, int events)
    {
        var end = 0;
        for (var seen = 0; seen < events; seen++)
        {
            var next = body.Span[end..].IndexOf("\n\n"u8);
            var nextCrLf = body.Span[end..].IndexOf("\r\n\r\n"u8);
            if (next < 0 && nextCrLf < 0)
            {
                return body;
            }

            end += nextCrLf >= 0 && (next < 0 || nextCrLf < next) ? nextCrLf + 4 : next + 2;
        }

        return body[..end];
    }

    public static int CountEvents(ReadOnlyMemory<byte> body)
    {
        var count = 0;
        while (FirstEvents(body, count).Length < body.Length)
        {
            count++;
        }

        return count;
    }

    /// <summary>The words with the blanks that follow them: joined, they are the text.</summary>
    public static IEnumerable<string> Words(string text)
    {
        var start = 0;
        for (var i = 1; i <= text.Length; i++)
        {
            if (i == text.Length || (char.IsWhiteSpace(text[i - 1]) && !char.IsWhiteSpace(text[i])))
            {
                yield return text[start..i];
                start = i;
            }
        }
    }

    private static JsonObject UsageOf(StubUsage usage) => new()
    {
        ["prompt_tokens"] = usage.Input,
        ["completion_tokens"] = usage.Output,
        ["total_tokens"] = usage.Input + usage.Output,
        ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = usage.Cached },
        ["completion_tokens_details"] = new JsonObject { ["reasoning_tokens"] = usage.Reasoning },
    };

    private static float[] Vector(string text, int dimensions)
    {
        var vector = new float[dimensions];
        foreach (var word in text.ToLowerInvariant().Split([' ', '\n', '.', ',', '?', '!', ':', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            var hash = word.Aggregate(2166136261u, (h, c) => (h ^ c) * 16777619u);
            vector[hash % dimensions] += 1;
        }

        var length = MathF.Sqrt(vector.Sum(v => v * v));
        return length == 0 ? vector : [.. vector.Select(v => v / length)];
    }
}
