using Convo.Core.Shared;

namespace Convo.Core.Knowledge;

public enum AttachmentStatus
{
    Queued,
    Extracting,
    Embedding,
    Ready,
    Failed,
}

/// <summary>An uploaded file and how far it has come.</summary>
/// <param name="Stage">Plain words for people, such as "Reading page 118 of 190".</param>
/// <param name="Progress">0 to 1 within the stage; null when it cannot be told.</param>
/// <param name="Error">Why it failed and what to do; null unless <see cref="AttachmentStatus.Failed"/>.</param>
public sealed record Attachment(
    Guid Id,
    Guid OwnerId,
    Guid? ThreadId,
    Guid? CollectionId,
    string Filename,
    string MediaType,
    long Size,
    AttachmentStatus Status,
    string? Stage,
    double? Progress,
    int? Pages,
    int? Chunks,
    Problem? Error,
    DateTimeOffset CreatedAt);
