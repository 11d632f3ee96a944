using System.Text.Json;

namespace Convo.Core.Models.Providers.Streams;

/// <summary>
/// Reads one stream of one format. The first event that belongs to a format decides, whatever was asked for: gateways in front of several
/// makers do pass the maker's own format on.
/// </summary>
internal abstract class AnswerFormat
{
    /// <summary>The format's own end mark was read.</summary>
    public bool HasEnded { get; protected set; }

    /// <summary>What this event adds to the answer; null when it adds nothing.</summary>
    public abstract AnswerChunk? Read(JsonElement root);

    /// <summary>Whether a body that is over now holds a whole answer. Formats with an end mark never say so.</summary>
    public virtual bool MayEndHere => false;

    /// <summary>What is known only at the end: usage that is told in parts, a reason that every event repeats.</summary>
    public virtual AnswerChunk? End() => null;

    /// <summary>The error object of an event that reports a failure in the format's own way.</summary>
    public virtual JsonElement Error(JsonElement root) => default;

    /// <summary>Null for events of no known format; they are passed over.</summary>
    public static AnswerFormat? Of(JsonElement root, EndpointHabits habits)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (root.Member("choices").ValueKind == JsonValueKind.Array)
        {
            return new ChatFormat(habits);
        }

        var type = root.Text("type") ?? root.Text("event_type") ?? "";
        return type switch
        {
            _ when type.StartsWith("response.", StringComparison.Ordinal) => new ResponsesFormat(),
            "message_start" => new MessagesFormat(),
            _ when type.StartsWith("interaction.", StringComparison.Ordinal) => new InteractionsFormat(),
            _ when root.TryGetProperty("candidates", out _) || root.TryGetProperty("promptFeedback", out _) || root.TryGetProperty("usageMetadata", out _) => new GeminiFormat(),
            _ => null,
        };
    }
}
