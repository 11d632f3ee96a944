using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Web.Endpoints;

/// <summary>A file as the API shows it.</summary>
internal sealed record AttachmentBody(
    Guid Id, Guid? ThreadId, Guid? CollectionId, string Filename, string MediaType, long Size, AttachmentStatus Status, string? Stage, double? Progress,
    int? Pages, int? Chunks, Problem? Error, DateTimeOffset CreatedAt)
{
    public static AttachmentBody Of(Attachment a) => new(
        a.Id, a.ThreadId, a.CollectionId, a.Filename, a.MediaType, a.Size, a.Status, a.Stage, a.Progress, a.Pages, a.Chunks, a.Error, a.CreatedAt);
}

/// <summary>A passage's pages, with where the passage stands in their text (UTF-16 units).</summary>
internal sealed record SourceBody(
    Guid ChunkId, Guid AttachmentId, string Filename, string? HeadingPath, int PageFrom, int PageTo, int? Pages, string Text, int PassageStart, int PassageLength)
{
    public static SourceBody Of(SourcePage s) => new(
        s.ChunkId, s.AttachmentId, s.Filename, s.HeadingPath, s.PageFrom, s.PageTo, s.Pages, s.Text, s.PassageStart, s.PassageLength);
}
