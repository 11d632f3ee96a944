namespace Convo.Data.Knowledge;

/// <summary>Keeps the original bytes of files. A store outside PostgreSQL writes under the id and leaves what a rollback orphans to a clean-up.</summary>
internal interface IBlobStore
{
    /// <summary>Writes everything that <paramref name="content"/> gives; part of the session's transaction where the store can be.</summary>
    Task WriteAsync(DbSession session, Guid attachmentId, Stream content, CancellationToken cancellationToken);

    /// <param name="length">The file's size in bytes.</param>
    Stream Open(Guid attachmentId, long length);
}
