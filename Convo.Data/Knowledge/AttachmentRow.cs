using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Data.Knowledge;

internal sealed record AttachmentRow(
    Guid Id, Guid OwnerId, Guid? ThreadId, Guid? CollectionId, string Filename, string MediaType, long SizeBytes, AttachmentStatus Status, string? Stage,
    double? Progress, int? Pages, int? ChunkCount, string? ErrorCode, string? ErrorDetail, DateTimeOffset CreatedAt)
{
    /// <summary>Of <c>attachments AS a</c>.</summary>
    public const string Columns =
        """
        a.id, a.owner_id, a.thread_id, a.collection_id, a.filename, a.media_type, a.size_bytes, a.status, a.stage,
        a.progress, a.pages, a.chunk_count, a.error_code, a.error_detail, a.created_at
        """;

    public Attachment ToAttachment() => new(
        Id, OwnerId, ThreadId, CollectionId, Filename, MediaType, SizeBytes, Status, Stage, Progress, Pages, ChunkCount,
        ErrorCode is null ? null : new Problem(ErrorCode, ErrorDetail ?? ""), CreatedAt);
}
