namespace Convo.Core.Knowledge;

/// <summary>Keeps files and their state. Every method that takes a person's id finds only what that person may read or change.</summary>
public interface IAttachmentStore
{
    /// <summary>Whether the thread is the person's, and the person may write to the collection. Nulls are fine.</summary>
    Task<bool> MayUploadToAsync(Guid personId, Guid? threadId, Guid? collectionId, CancellationToken cancellationToken);

    /// <summary>Stores row and bytes in one transaction.</summary>
    /// <returns>Null when the target is not one the owner may upload to.</returns>
    Task<Attachment?> AddAsync(NewAttachment attachment, ReceivedUpload content, UploadTarget target, CancellationToken cancellationToken);

    Task<Attachment?> FindAsync(Guid personId, Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>The person's own files, newest first.</summary>
    /// <param name="before">Only files older than this one.</param>
    Task<IReadOnlyList<Attachment>> ListAsync(Guid ownerId, Guid? before, int limit, CancellationToken cancellationToken);

    /// <summary>The original bytes; null when there is no such file. The bytes are read as the stream is.</summary>
    Task<Stream?> OpenAsync(Guid personId, Guid attachmentId, CancellationToken cancellationToken);

    /// <returns>False when there is no such file, or the person may not delete it.</returns>
    Task<bool> DeleteAsync(Guid personId, Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>Queues a failed file again.</summary>
    /// <returns>False when it is not failed, not there, or not the person's to change.</returns>
    Task<bool> RequeueFailedAsync(Guid personId, Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>A passage with the text around it; null when there is no such passage.</summary>
    /// <param name="margin">At most this many UTF-16 units before and after the passage, on its own pages.</param>
    Task<SourcePage?> SourceAsync(Guid personId, Guid chunkId, int margin, CancellationToken cancellationToken);
}

/// <param name="Sha256">Of all bytes.</param>
/// <param name="Rewind">The bytes from their beginning; called again when the transaction is repeated.</param>
public sealed record ReceivedUpload(long Size, byte[] Sha256, Func<Stream> Rewind);

/// <param name="MediaType">As detected from the first bytes.</param>
public sealed record NewAttachment(Guid Id, Guid OwnerId, string Filename, string MediaType, DateTimeOffset CreatedAt)
{
    /// <summary>A picture has no text to read and is ready as it is.</summary>
    public AttachmentStatus Status { get; init; } = AttachmentStatus.Queued;
}
