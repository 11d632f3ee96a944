using System.Text;
using System.Text.Json;
using Xunit;

namespace Convo.Tests.Core.Models;

/// <summary>
/// Streams that other projects recorded of real services, from the optional shared data folder. What each says is read here with code that
/// has nothing in common with the product's.
/// </summary>
public sealed record RecordedStream(string Name, byte[] Body, string Text, string? FinishReason, int? Input, int? Output, bool HasDone, bool HasError)
{
    /// <summary>Ends as its format ends: by a reason or the end mark, and without an error.</summary>
    public bool IsWhole => (FinishReason is not null || HasDone) && !HasError;

    public override string ToString() => Name;

    public static IReadOnlyList<RecordedStream> ChatCompletions()
    {
        var folder = SharedData.Find("sse");
        Assert.SkipWhen(folder is null, "The shared data folder with recorded streams is not beside this checkout.");
        return
        [
            .. new[] { "openai-chat", "compatible" }
                .SelectMany(kind => Directory.EnumerateFiles(Path.Combine(folder, kind), "*.sse", SearchOption.AllDirectories))
                .Order(StringComparer.Ordinal)
                .Select(Read)
                .OfType<RecordedStream>(),
        ];
    }

    private static RecordedStream? Read(string file)
    {
        var body = File.ReadAllBytes(file);
        var text = new StringBuilder();
        var (isChat, done, error) = (false, false, false);
        string? reason = null;
        int? input = null;
        int? output = null;
        foreach (var data in Encoding.UTF8.GetString(body).Split('\n').Select(l => l.TrimEnd('\r')).Where(l => l.StartsWith("data:", StringComparison.Ordinal)).Select(l => l[5..].Trim()))
        {
            if (data == "[DONE]")
            {
                done = true;
                continue;
            }

            using var document = JsonDocument.Parse(data);
            var root = document.RootElement;
            error |= root.TryGetProperty("error", out var e) && e.ValueKind == JsonValueKind.Object;
            if (!root.TryGetProperty("choices", out var choices))
            {
                continue;
            }

            // The legacy completions format has choices too, but no delta; it is another protocol.
            isChat |= choices.GetArrayLength() == 0 || choices[0].TryGetProperty("delta", out _);
            foreach (var choice in choices.EnumerateArray())
            {
                reason = choice.TryGetProperty("finish_reason", out var r) && r.ValueKind == JsonValueKind.String ? r.GetString() : reason;
                if (choice.TryGetProperty("delta", out var delta) && delta.ValueKind == JsonValueKind.Object && delta.TryGetProperty("content", out var content))
                {
                    text.Append(TextOf(content));
                }
            }

            var usage = root.TryGetProperty("usage", out var u) && u.ValueKind == JsonValueKind.Object ? u
                : root.TryGetProperty("x_groq", out var x) && x.TryGetProperty("usage", out var g) ? g : default;
            if (usage.ValueKind == JsonValueKind.Object)
            {
                input = usage.GetProperty("prompt_tokens").GetInt32();
                output = usage.GetProperty("total_tokens").GetInt32() - input;
            }
        }

        return isChat ? new RecordedStream(Path.GetFileNameWithoutExtension(file), body, text.ToString(), reason, input, output, done, error) : null;
    }

    private static string TextOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Concat(content.EnumerateArray().Where(p => p.GetProperty("type").GetString() == "text").Select(p => p.GetProperty("text").GetString())),
        _ => "",
    };
}
