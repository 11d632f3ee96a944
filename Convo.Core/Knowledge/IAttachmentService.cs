using Convo.Core.Accounts;
using Convo.Core.Shared;

namespace Convo.Core.Knowledge;

/// <summary>A person's files.</summary>
public interface IAttachmentService
{
    /// <summary>Stores the bytes as they arrive (hashed, capped by bytes read) and queues the file.</summary>
    /// <exception cref="ConvoException">400 <c>file_empty</c>, 404 foreign thread or collection, 413 <c>file_too_large</c>, 415 <c>unsupported_type</c>, 507 <c>no_room</c>.</exception>
    Task<Attachment> UploadAsync(Caller caller, UploadFile file, Stream content, CancellationToken cancellationToken);

    Task<Attachment> GetAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken);

    Task<Page<Attachment>> ListAsync(Caller caller, string? cursor, int limit, CancellationToken cancellationToken);

    /// <summary>The original bytes.</summary>
    Task<Stream> OpenAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>Deletes file, passages and everything that could be found of it.</summary>
    Task DeleteAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>Again from the failed stage. 409 <c>not_failed</c> unless it failed.</summary>
    Task<Attachment> RetryAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>Every change until it is ready or failed; the present state first.</summary>
    IAsyncEnumerable<Attachment> WatchAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>The text of the pages a citation points at, for the source pane.</summary>
    Task<SourcePage> SourceAsync(Caller caller, Guid chunkId, CancellationToken cancellationToken);
}

/// <param name="Filename">As the client named it: only ever shown, never a path.</param>
public sealed record UploadFile(string Filename, string? DeclaredMediaType, Guid? ThreadId, Guid? CollectionId)
{
    /// <summary>Where the file belongs, for a client that says so behind the bytes; asked once they have all arrived.</summary>
    public Func<CancellationToken, ValueTask<UploadTarget>>? SaidAfterwards { get; init; }
}

/// <summary>The thread or collection that a file is uploaded to, if any.</summary>
public sealed record UploadTarget(Guid? ThreadId, Guid? CollectionId);

/// <summary>The text around a passage.</summary>
/// <param name="Text">The whole text of the passage's pages (or of the passage and its neighbours).</param>
/// <param name="PassageStart">Where the passage begins in <paramref name="Text"/>, in UTF-16 units.</param>
/// <param name="PassageLength">Its length in UTF-16 units.</param>
public sealed record SourcePage(
    Guid ChunkId, Guid AttachmentId, string Filename, string? HeadingPath, int PageFrom, int PageTo, int? Pages, string Text, int PassageStart, int PassageLength);
