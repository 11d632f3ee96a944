using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Data.Knowledge;

/// <summary>Files and their state. Who may read or change one is decided by the functions of db/0003, in the same statement.</summary>
internal sealed class PgAttachmentStore(Db db, IBlobStore blobs) : IAttachmentStore
{
    private const string MayUploadSql =
        """
        SELECT (@threadId IS NULL OR EXISTS (SELECT FROM conversation_threads AS t WHERE t.id = @threadId AND t.owner_id = @personId))
           AND (@collectionId IS NULL OR @collectionId IN (SELECT c.id FROM collections_open_to(@personId, ARRAY['write']) AS c))
        """;

    public Task<bool> MayUploadToAsync(Guid personId, Guid? threadId, Guid? collectionId, CancellationToken cancellationToken) =>
        db.ScalarAsync<bool>(MayUploadSql, new { personId, threadId, collectionId }, cancellationToken);

    private const string InsertSql =
        """
        INSERT INTO attachments AS a (id, owner_id, thread_id, collection_id, filename, media_type, size_bytes, sha256, status, created_at, updated_at)
        VALUES (@Id, @OwnerId, @ThreadId, @CollectionId, @Filename, @MediaType, @Size, @Sha256, @Status, @CreatedAt, @CreatedAt)
        RETURNING
        """ + " " + AttachmentRow.Columns;

    public async Task<Attachment?> AddAsync(NewAttachment attachment, ReceivedUpload content, UploadTarget target, CancellationToken cancellationToken)
    {
        try
        {
            return await db.InTransactionAsync(session => AddAsync(session, attachment, content, target, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (ConvoException e) when (e.Kind == ProblemKind.NoRoom)
        {
            throw new ConvoException(ProblemKind.NoRoom, "no_room", "The server has no room left for this file. Tell your administrator.", e);
        }
    }

    private async Task<Attachment?> AddAsync(
        DbSession session, NewAttachment attachment, ReceivedUpload content, UploadTarget target, CancellationToken cancellationToken)
    {
        // Asked again, in the transaction that stores: what the target was may have gone while the file was sent.
        var place = new { personId = attachment.OwnerId, threadId = target.ThreadId, collectionId = target.CollectionId };
        if (!await session.ScalarAsync<bool>(MayUploadSql, place, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var row = await session.QuerySingleOrDefaultAsync<AttachmentRow>(
            InsertSql,
            new
            {
                attachment.Id, attachment.OwnerId, target.ThreadId, target.CollectionId, attachment.Filename, attachment.MediaType, content.Size, content.Sha256,
                attachment.Status, attachment.CreatedAt,
            },
            cancellationToken).ConfigureAwait(false);
        await blobs.WriteAsync(session, attachment.Id, content.Rewind(), cancellationToken).ConfigureAwait(false);
        return row!.ToAttachment();
    }

    private const string FindSql =
        "SELECT " + AttachmentRow.Columns + " FROM attachments AS a WHERE a.id = @attachmentId AND a.id IN (SELECT r.id FROM readable_attachments(@personId) AS r)";

    public async Task<Attachment?> FindAsync(Guid personId, Guid attachmentId, CancellationToken cancellationToken) =>
        (await db.QuerySingleOrDefaultAsync<AttachmentRow>(FindSql, new { personId, attachmentId }, cancellationToken).ConfigureAwait(false))?.ToAttachment();

    private const string ListSql =
        "SELECT " + AttachmentRow.Columns +
        """
         FROM attachments AS a
        WHERE a.owner_id = @ownerId AND (@before IS NULL OR a.id < @before)
        ORDER BY a.id DESC
        LIMIT @limit
        """;

    public async Task<IReadOnlyList<Attachment>> ListAsync(Guid ownerId, Guid? before, int limit, CancellationToken cancellationToken) =>
        [.. (await db.QueryAsync<AttachmentRow>(ListSql, new { ownerId, before, limit }, cancellationToken).ConfigureAwait(false)).Select(r => r.ToAttachment())];

    public async Task<Stream?> OpenAsync(Guid personId, Guid attachmentId, CancellationToken cancellationToken) =>
        await FindAsync(personId, attachmentId, cancellationToken).ConfigureAwait(false) is { } file ? blobs.Open(attachmentId, file.Size) : null;

    private const string DeleteSql =
        "DELETE FROM attachments AS a WHERE a.id = @attachmentId AND a.id IN (SELECT w.id FROM writable_attachments(@personId) AS w)";

    public Task<bool> DeleteAsync(Guid personId, Guid attachmentId, CancellationToken cancellationToken) =>
        // In a transaction for its retry: a deletion may meet an indexing run on the same statistics.
        db.InTransactionAsync(
            async session => await session.ExecuteAsync(DeleteSql, new { personId, attachmentId }, cancellationToken).ConfigureAwait(false) > 0, cancellationToken);

    private const string RequeueSql =
        """
        UPDATE attachments AS a
        SET status = 'queued', stage = NULL, progress = NULL, attempts = 0, not_before = NULL, error_code = NULL, error_detail = NULL, run_id = NULL,
            updated_at = now()
        WHERE a.id = @attachmentId AND a.status = 'failed' AND a.id IN (SELECT w.id FROM writable_attachments(@personId) AS w)
        """;

    public async Task<bool> RequeueFailedAsync(Guid personId, Guid attachmentId, CancellationToken cancellationToken) =>
        await db.ExecuteAsync(RequeueSql, new { personId, attachmentId }, cancellationToken).ConfigureAwait(false) > 0;

    public Task<SourcePage?> SourceAsync(Guid personId, Guid chunkId, int margin, CancellationToken cancellationToken) =>
        SourceReader.ReadAsync(db, personId, chunkId, margin, cancellationToken);
}
