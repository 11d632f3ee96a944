using System.Text;
using System.Text.Json;
using Xunit;

namespace Convo.Tests.Core.Models;

public enum StreamFormat
{
    /// <summary>Not an answer of a chat: speech, transcripts, assistants, tool servers.</summary>
    Other,
    Chat,
    Responses,
    Messages,
    Gemini,
    Interactions,
}

/// <summary>
/// Streams that other projects recorded of real services, from the optional shared data folder. What each says is read here with code that
/// has nothing in common with the product's.
/// </summary>
public sealed class RecordedStream
{
    private readonly StringBuilder _text = new();
    private bool _ended;
    private bool _gaveReason;
    private bool _isPrediction;

    private RecordedStream(string name, byte[] body)
    {
        Name = name;
        Body = body;
    }

    public string Name { get; }

    public byte[] Body { get; }

    public StreamFormat Format { get; private set; }

    public string Text => _text.ToString();

    public int? Input { get; private set; }

    public int? Output { get; private set; }

    public int Cached { get; private set; }

    public bool HasError { get; private set; }

    /// <summary>A filter ended it.</summary>
    public bool IsFiltered { get; private set; }

    /// <summary>How many of its events it takes until its end mark, or all of them: what follows an end mark is another answer.</summary>
    public int Events { get; private set; }

    /// <summary>Ends as its format ends, and without an error.</summary>
    public bool IsWhole => !HasError && Format switch
    {
        StreamFormat.Chat => _ended || _gaveReason,
        // The last event gave the reason, and usage was told: see the decision on formats without an end mark.
        StreamFormat.Gemini => _isPrediction || (_gaveReason && Input is not null),
        StreamFormat.Other => false,
        _ => _ended,
    };

    public override string ToString() => Name;

    public static IReadOnlyList<RecordedStream> All()
    {
        var folder = SharedData.Find("sse");
        Assert.SkipWhen(folder is null, "The shared data folder with recorded streams is not beside this checkout.");
        return [.. Directory.EnumerateFiles(folder, "*.sse", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => Read(Path.GetRelativePath(folder, f), File.ReadAllBytes(f)))];
    }

    internal static RecordedStream Read(string name, byte[] body)
    {
        var stream = new RecordedStream(name, body);
        foreach (var data in Encoding.UTF8.GetString(body).Split('\n').Select(l => l.TrimEnd('\r')).Where(l => l.StartsWith("data:", StringComparison.Ordinal)).Select(l => l[5..].Trim()))
        {
            if (stream._ended)
            {
                break;
            }

            stream.Events++;
            if (data == "[DONE]")
            {
                stream._ended |= stream.Format == StreamFormat.Chat;
                continue;
            }

            try
            {
                using var document = JsonDocument.Parse(data);
                stream.Take(document.RootElement);
            }
            catch (JsonException)
            {
                stream.HasError = true;
            }
        }

        return stream;
    }

    private void Take(JsonElement root)
    {
        HasError |= root.TryGetProperty("error", out var e) && e.ValueKind == JsonValueKind.Object;
        var type = root.TryGetProperty("type", out var t) ? t.GetString()! : root.TryGetProperty("event_type", out t) ? t.GetString()! : "";
        if (Format == StreamFormat.Other)
        {
            Format = root.TryGetProperty("choices", out _) ? StreamFormat.Chat
                : type.StartsWith("response.", StringComparison.Ordinal) ? StreamFormat.Responses
                : type == "message_start" ? StreamFormat.Messages
                : root.TryGetProperty("candidates", out _) || root.TryGetProperty("promptFeedback", out _) ? StreamFormat.Gemini
                : type.StartsWith("interaction.", StringComparison.Ordinal) ? StreamFormat.Interactions : StreamFormat.Other;
        }

        switch (Format)
        {
            case StreamFormat.Chat:
                TakeChat(root);
                break;
            case StreamFormat.Responses:
                TakeResponses(root, type);
                break;
            case StreamFormat.Messages:
                TakeMessages(root, type);
                break;
            case StreamFormat.Gemini:
                TakeGemini(root);
                break;
            case StreamFormat.Interactions when type == "step.delta" && root.GetProperty("delta").GetProperty("type").GetString() == "text":
                _text.Append(root.GetProperty("delta").GetProperty("text").GetString());
                break;
            case StreamFormat.Interactions when type == "interaction.completed":
                _ended = true;
                var usage = root.GetProperty("interaction").GetProperty("usage");
                (Input, Output) = (Int(usage, "total_input_tokens") + Int(usage, "total_tool_use_tokens"), Int(usage, "total_output_tokens") + Int(usage, "total_thought_tokens"));
                break;
        }
    }

    private void TakeChat(JsonElement root)
    {
        if (root.TryGetProperty("choices", out var choices))
        {
            foreach (var choice in choices.EnumerateArray())
            {
                if (choice.TryGetProperty("finish_reason", out var r) && r.ValueKind == JsonValueKind.String)
                {
                    _gaveReason = true;
                    IsFiltered |= r.GetString() == "content_filter";
                }

                if (choice.TryGetProperty("delta", out var delta) && delta.ValueKind == JsonValueKind.Object && delta.TryGetProperty("content", out var content))
                {
                    _text.Append(TextOf(content));
                }
                else if (choice.TryGetProperty("text", out var text))
                {
                    _text.Append(text.GetString());
                }
            }
        }

        var usage = root.TryGetProperty("usage", out var u) && u.ValueKind == JsonValueKind.Object ? u
            : root.TryGetProperty("x_groq", out var x) && x.TryGetProperty("usage", out var g) ? g : default;
        if (usage.ValueKind == JsonValueKind.Object)
        {
            Input = usage.GetProperty("prompt_tokens").GetInt32();
            Output = usage.GetProperty("total_tokens").GetInt32() - Input;
        }
    }

    private void TakeResponses(JsonElement root, string type)
    {
        HasError |= type is "response.failed" or "error";
        if (type == "response.output_text.delta")
        {
            _text.Append(root.GetProperty("delta").GetString());
        }
        else if (type is "response.completed" or "response.incomplete")
        {
            _ended = true;
            var usage = root.GetProperty("response").GetProperty("usage");
            if (usage.ValueKind == JsonValueKind.Object)
            {
                (Input, Output) = (Int(usage, "input_tokens"), Int(usage, "output_tokens"));
                Cached = usage.TryGetProperty("input_tokens_details", out var details) ? Int(details, "cached_tokens") : 0;
            }
        }
    }

    private int _fresh;
    private int _cacheWritten;

    private void TakeMessages(JsonElement root, string type)
    {
        if (type is "message_start" or "message_delta")
        {
            var usage = (type == "message_start" ? root.GetProperty("message") : root).GetProperty("usage");
            _fresh = Int(usage, "input_tokens", _fresh);
            Cached = Int(usage, "cache_read_input_tokens", Cached);
            _cacheWritten = Int(usage, "cache_creation_input_tokens", _cacheWritten);
            Output = Int(usage, "output_tokens", Output ?? 0);
            Input = _fresh + Cached + _cacheWritten;
            IsFiltered |= type == "message_delta" && root.GetProperty("delta").TryGetProperty("stop_reason", out var reason) && reason.GetString() == "refusal";
        }
        else if (type == "content_block_start" && root.GetProperty("content_block").GetProperty("type").GetString() == "text")
        {
            _text.Append(root.GetProperty("content_block").GetProperty("text").GetString());
        }
        else if (type == "content_block_delta" && root.GetProperty("delta").GetProperty("type").GetString() == "text_delta")
        {
            _text.Append(root.GetProperty("delta").GetProperty("text").GetString());
        }

        _ended |= type == "message_stop";
    }

    private void TakeGemini(JsonElement root)
    {
        if (root.TryGetProperty("promptFeedback", out var feedback) && feedback.TryGetProperty("blockReason", out _))
        {
            (_isPrediction, IsFiltered) = (true, true);
        }

        if (root.TryGetProperty("candidates", out var candidates) && candidates.GetArrayLength() > 0)
        {
            var candidate = candidates[0];
            _gaveReason = candidate.TryGetProperty("finishReason", out var reason);
            IsFiltered |= _gaveReason && reason.GetString() is "SAFETY" or "RECITATION";
            if (candidate.TryGetProperty("content", out var content) && content.TryGetProperty("parts", out var parts))
            {
                foreach (var part in parts.EnumerateArray().Where(p => p.TryGetProperty("text", out _) && !(p.TryGetProperty("thought", out var thought) && thought.GetBoolean())))
                {
                    _text.Append(part.GetProperty("text").GetString());
                }
            }
        }

        if (root.TryGetProperty("usageMetadata", out var usage) && Int(usage, "promptTokenCount") + Int(usage, "candidatesTokenCount") > 0)
        {
            (Input, Output) = (Int(usage, "promptTokenCount") + Int(usage, "toolUsePromptTokenCount"), Int(usage, "candidatesTokenCount") + Int(usage, "thoughtsTokenCount"));
            Cached = Int(usage, "cachedContentTokenCount");
        }
    }

    private static int Int(JsonElement element, string name, int otherwise = 0) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : otherwise;

    private static string TextOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Concat(content.EnumerateArray().Where(p => p.GetProperty("type").GetString() == "text").Select(p => p.GetProperty("text").GetString())),
        _ => "",
    };
}
