using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Convo.Core.Shared;

namespace Convo.Core.Conversations.Import;

/// <summary>One node of a ChatGPT export's mapping: what a person saw of it, if anything.</summary>
internal sealed partial class ChatGptNode
{
    private ChatGptNode(string id, JsonMember node)
    {
        Id = id;
        Path = node.Path;
        ParentId = node["parent"].OptionalText();
        ChildIds = node["children"].IsNothing ? [] : [.. node["children"].Items().Select(child => child.Text())];
        if (node["message"] is { IsNothing: false } message)
        {
            At = Time(message["create_time"]);
            (Role, Text) = Seen(message);
            Model = message["metadata"]["model_slug"].OptionalText();
            Status = StatusOf(message);
        }
    }

    public string Id { get; }

    public string Path { get; }

    public string? ParentId { get; }

    /// <summary>In the order that ChatGPT shows branches.</summary>
    public IReadOnlyList<string> ChildIds { get; }

    public DateTimeOffset? At { get; }

    public MessageRole? Role { get; }

    /// <summary>Null for what was never shown: roots, instructions, tools and what was said to them, thoughts.</summary>
    public string? Text { get; }

    public string? Model { get; }

    public (MessageStatus Status, string FinishReason) Status { get; }

    public int Pictures { get; private set; }

    public bool IsShown => Text is not null;

    public static ChatGptNode Read(string id, JsonMember node) => new(id, node);

    /// <summary>Seconds since 1970, with a fraction.</summary>
    public static DateTimeOffset? Time(JsonMember time) => time.OptionalNumber() switch
    {
        null => null,
        var seconds and >= 0 and < 221_845_392_000 => DateTimeOffset.UnixEpoch.AddTicks((long)Math.Round(seconds.Value * 1_000_000) * TimeSpan.TicksPerMicrosecond),
        _ => throw time.Wrong("a time in seconds since 1970"),
    };

    private (MessageRole? Role, string? Text) Seen(JsonMember message)
    {
        MessageRole? role = message["author"]["role"].OptionalText() switch
        {
            "user" => MessageRole.User,
            "assistant" => MessageRole.Assistant,
            _ => null,
        };
        var hidden = role is null
            || message["metadata"]["is_visually_hidden_from_conversation"].Flag()
            || message["recipient"].OptionalText() is not (null or "all")
            || message["content"]["content_type"].OptionalText() is not ("text" or "multimodal_text");
        if (hidden)
        {
            return (role, null);
        }

        var text = Marks().Replace(Join(message["content"]["parts"]), "");
        return (role, string.IsNullOrWhiteSpace(text) ? null : text);
    }

    private string Join(JsonMember parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts.IsNothing ? [] : parts.Items())
        {
            var piece = part.Element.ValueKind == JsonValueKind.String ? part.Text() : Part(part);
            text.Append(text.Length > 0 && piece.Length > 0 ? "\n\n" : "").Append(piece);
        }

        return text.ToString();
    }

    private string Part(JsonMember part)
    {
        switch (part["content_type"].OptionalText())
        {
            case "image_asset_pointer":
                Pictures++;
                return "[picture]";
            case "audio_transcription":
                return part["text"].OptionalText() ?? "";
            default:
                return "";
        }
    }

    private static (MessageStatus Status, string FinishReason) StatusOf(JsonMember message) =>
        message["metadata"]["finish_details"]["type"].OptionalText() switch
        {
            "max_tokens" => (MessageStatus.Complete, "length"),
            "interrupted" => (MessageStatus.Stopped, "stop"),
            _ => message["status"].OptionalText() is "in_progress" ? (MessageStatus.Interrupted, "stop") : (MessageStatus.Complete, "stop"),
        };

    /// <summary>Citations are marks of private use that only ChatGPT's own page can draw.</summary>
    [GeneratedRegex("\uE200[^\uE200\uE201]*\uE201", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Marks();
}
