using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Core.Conversations;

public enum MessageRole
{
    User,
    Assistant,
    System,
}

public enum MessageStatus
{
    /// <summary>A turn is writing it under a lease.</summary>
    Streaming,
    Complete,
    /// <summary>Its reader stopped it; the text so far stands and is paid for.</summary>
    Stopped,
    /// <summary>The node that wrote it went away, or the provider's stream was cut; the text so far stands.</summary>
    Interrupted,
    Failed,
}

/// <summary>One node of a thread's tree.</summary>
public sealed record Message
{
    public required Guid Id { get; init; }
    public required Guid ThreadId { get; init; }
    public Guid? ParentId { get; init; }
    public required MessageRole Role { get; init; }
    public required string Content { get; init; }
    public required MessageStatus Status { get; init; }
    public string? Model { get; init; }
    public string? Provider { get; init; }
    public Guid? TurnId { get; init; }

    /// <summary>The <c>seq</c> of the last event whose text is in <see cref="Content"/>.</summary>
    public long LastSeq { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? EditedAt { get; init; }
    public bool EditedByAdmin { get; init; }
    public MessageUsage? Usage { get; init; }
    public string? FinishReason { get; init; }
    public Problem? Error { get; init; }

    /// <summary>From acceptance to the first delta.</summary>
    public TimeSpan? TimeToFirstDelta { get; init; }

    /// <summary>From acceptance to the end.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Older messages of the chat that did not fit into the prompt any more.</summary>
    public int OmittedMessages { get; init; }

    public IReadOnlyList<MessageAttachment> Attachments { get; init; } = [];
    public IReadOnlyList<Citation> Citations { get; init; } = [];

    /// <summary>Every message with the same parent and role, oldest first, this one among them.</summary>
    public IReadOnlyList<Guid> SiblingIds { get; init; } = [];

    /// <summary>Zero-based place in <see cref="SiblingIds"/>.</summary>
    public int SiblingIndex { get; init; }
}

/// <summary>Tokens and cost of one answer. <paramref name="CachedInputTokens"/> is part of the input, <paramref name="ReasoningTokens"/> of the output.</summary>
/// <param name="Cost">US dollars at the prices of that day; null when the price is not known.</param>
/// <param name="Estimated">Counted by Convo because the provider gave no figures.</param>
public sealed record MessageUsage(
    int InputTokens, int CachedInputTokens, int OutputTokens, int ReasoningTokens, decimal? Cost, bool Estimated);

/// <summary>A file that came with a message.</summary>
public sealed record MessageAttachment(Guid Id, string Filename, string MediaType, long Size, AttachmentStatus Status, int? Pages);

/// <summary>An earlier text of a message.</summary>
public sealed record MessageRevision(
    Guid Id, Guid MessageId, string Content, Guid? EditedBy, string? EditedByName, bool ByAdmin, string? Reason, DateTimeOffset CreatedAt);
