using Convo.Core.Conversations;
using Convo.Core.Knowledge;

namespace Convo.Data.Conversations;

/// <summary>Statements on messages. Each names the owner of their thread.</summary>
internal sealed class PgMessages(Db db)
{
    private const string FindSql =
        "SELECT " + MessageRow.Columns +
        """
          FROM conversation_messages m
          JOIN conversation_threads t ON t.id = m.thread_id
         WHERE m.id = @messageId AND t.owner_id = @ownerId
        """;

    public async Task<Message?> FindAsync(Guid ownerId, Guid messageId, CancellationToken cancellationToken)
    {
        var rows = await db.QueryAsync<MessageRow>(FindSql, new { ownerId, messageId }, cancellationToken).ConfigureAwait(false);
        return (await WithPartsAsync(rows, cancellationToken).ConfigureAwait(false)) is [var message] ? message : null;
    }

    /// <summary>Not an array, whose length the planner would look at again each time.</summary>
    private const string FindPairSql =
        "SELECT " + MessageRow.Columns +
        """
          FROM conversation_messages m
          JOIN conversation_threads t ON t.id = m.thread_id
         WHERE m.id IN (@questionId, @answerId) AND t.owner_id = @ownerId
         ORDER BY m.id = @answerId
        """;

    public async Task<IReadOnlyList<Message>> FindPairAsync(Guid ownerId, Guid questionId, Guid answerId, CancellationToken cancellationToken)
    {
        var rows = await db.QueryAsync<MessageRow>(FindPairSql, new { ownerId, questionId, answerId }, cancellationToken).ConfigureAwait(false);
        return await WithPartsAsync(rows, cancellationToken).ConfigureAwait(false);
    }

    private const string PathSql =
        """
        WITH RECURSIVE path AS (
            SELECT m.id, m.parent_id, 0 AS height
              FROM conversation_threads t
              JOIN conversation_messages m ON m.thread_id = t.id
             WHERE t.id = @threadId
               AND t.owner_id = @ownerId
               AND m.id = CASE WHEN @before::uuid IS NULL THEN coalesce(@leaf, t.leaf_id)
                               ELSE (SELECT b.parent_id FROM conversation_messages b WHERE b.id = @before AND b.thread_id = t.id) END
            UNION ALL
            SELECT m.id, m.parent_id, p.height + 1
              FROM path p
              JOIN conversation_messages m ON m.id = p.parent_id
             WHERE p.height + 1 < @limit
        )
        SELECT
        """ + " " + MessageRow.Columns +
        """
          FROM path p
          JOIN conversation_messages m ON m.id = p.id
         ORDER BY p.height DESC
        """;

    public async Task<IReadOnlyList<Message>> PathAsync(
        Guid ownerId, Guid threadId, Guid? leaf, Guid? before, int limit, CancellationToken cancellationToken)
    {
        var rows = await db.QueryAsync<MessageRow>(PathSql, new { ownerId, threadId, leaf, before, limit }, cancellationToken).ConfigureAwait(false);
        return await WithPartsAsync(rows, cancellationToken).ConfigureAwait(false);
    }

    private const string AllSql =
        "SELECT " + MessageRow.Columns +
        """
          FROM conversation_messages m
          JOIN conversation_threads t ON t.id = m.thread_id
         WHERE t.id = @threadId AND t.owner_id = @ownerId
         ORDER BY m.created_at, m.id
        """;

    public async Task<IReadOnlyList<Message>> AllAsync(Guid ownerId, Guid threadId, CancellationToken cancellationToken) =>
        await WithPartsAsync(await db.QueryAsync<MessageRow>(AllSql, new { ownerId, threadId }, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private const string AttachmentsSql =
        """
        SELECT l.message_id, a.id, a.filename, a.media_type, a.size_bytes, a.status, a.pages
          FROM message_attachments l
          JOIN attachments a ON a.id = l.attachment_id
         WHERE l.message_id = ANY (@ids)
         ORDER BY l.message_id, l.position
        """;

    private const string CitationsSql =
        """
        SELECT message_id, number, chunk_id, attachment_id, filename, page_from, page_to, quote, verified
          FROM citations
         WHERE message_id = ANY (@ids)
         ORDER BY message_id, number
        """;

    private async Task<IReadOnlyList<Message>> WithPartsAsync(IReadOnlyList<MessageRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var ids = rows.Select(row => row.Id).ToArray();
        var attachments = (await db.QueryAsync<AttachmentRow>(AttachmentsSql, new { ids }, cancellationToken).ConfigureAwait(false)).ToLookup(row => row.MessageId);
        var citations = (await db.QueryAsync<CitationRow>(CitationsSql, new { ids }, cancellationToken).ConfigureAwait(false)).ToLookup(row => row.MessageId);
        return [.. rows.Select(row => row.ToMessage(attachments[row.Id].Select(a => a.ToAttachment()), citations[row.Id].Select(c => c.ToCitation())))];
    }

    private const string DeepestSql =
        """
        WITH RECURSIVE below AS (
            SELECT m.id, 0 AS depth
              FROM conversation_messages m
              JOIN conversation_threads t ON t.id = m.thread_id
             WHERE m.id = @messageId AND t.owner_id = @ownerId
            UNION ALL
            SELECT newest.id, b.depth + 1
              FROM below b
              CROSS JOIN LATERAL (SELECT c.id
                                    FROM conversation_messages c
                                   WHERE c.parent_id = b.id AND c.thread_id = (SELECT p.thread_id FROM conversation_messages p WHERE p.id = b.id)
                                   ORDER BY c.created_at DESC, c.id DESC
                                   LIMIT 1) AS newest
        )
        SELECT id FROM below ORDER BY depth DESC LIMIT 1
        """;

    public Task<Guid?> DeepestAsync(Guid ownerId, Guid messageId, CancellationToken cancellationToken) =>
        db.ScalarAsync<Guid?>(DeepestSql, new { ownerId, messageId }, cancellationToken);

    private const string ReviseSql =
        """
        WITH old AS (
            SELECT m.id, m.content
              FROM conversation_messages m
              JOIN conversation_threads t ON t.id = m.thread_id
             WHERE m.id = @messageId AND t.owner_id = @ownerId AND m.status <> 'streaming'
               FOR UPDATE OF m
        ), kept AS (
            INSERT INTO message_revisions (id, message_id, content, edited_by, created_at)
            SELECT @revisionId, old.id, old.content, @ownerId, @now FROM old
        )
        UPDATE conversation_messages m SET content = @content, edited_at = @now, edited_by_admin = false FROM old WHERE m.id = old.id
        """;

    public async Task<bool> ReviseAsync(
        Guid ownerId, Guid messageId, Guid revisionId, string content, DateTimeOffset now, CancellationToken cancellationToken) =>
        await db.ExecuteAsync(ReviseSql, new { ownerId, messageId, revisionId, content, now }, cancellationToken).ConfigureAwait(false) > 0;

    private const string BranchSql =
        """
        WITH sibling AS (
            INSERT INTO conversation_messages (id, thread_id, parent_id, role, content, status, created_at)
            SELECT @siblingId, m.thread_id, m.parent_id, m.role, @content, 'complete', @now
              FROM conversation_messages m
              JOIN conversation_threads t ON t.id = m.thread_id
             WHERE m.id = @messageId AND t.owner_id = @ownerId AND m.role = 'user'
            RETURNING thread_id
        ), files AS (
            INSERT INTO message_attachments (message_id, attachment_id, position)
            SELECT @siblingId, a.attachment_id, a.position FROM message_attachments a, sibling WHERE a.message_id = @messageId
        )
        UPDATE conversation_threads t SET leaf_id = @siblingId, updated_at = @now FROM sibling s WHERE t.id = s.thread_id
        """;

    public async Task<bool> BranchAsync(
        Guid ownerId, Guid messageId, Guid siblingId, string content, DateTimeOffset now, CancellationToken cancellationToken) =>
        await db.ExecuteAsync(BranchSql, new { ownerId, messageId, siblingId, content, now }, cancellationToken).ConfigureAwait(false) > 0;

    private const string RevisionsSql =
        """
        SELECT r.id, r.message_id, r.content, r.edited_by, u.name AS edited_by_name, r.by_admin, r.reason, r.created_at
          FROM message_revisions r
          JOIN conversation_messages m ON m.id = r.message_id
          JOIN conversation_threads t ON t.id = m.thread_id
          LEFT JOIN users u ON u.id = r.edited_by
         WHERE r.message_id = @messageId AND t.owner_id = @ownerId
         ORDER BY r.created_at, r.id
        """;

    public Task<IReadOnlyList<MessageRevision>> RevisionsAsync(Guid ownerId, Guid messageId, CancellationToken cancellationToken) =>
        db.QueryAsync<MessageRevision>(RevisionsSql, new { ownerId, messageId }, cancellationToken);

    private sealed record AttachmentRow(
        Guid MessageId, Guid Id, string Filename, string MediaType, long SizeBytes, AttachmentStatus Status, int? Pages)
    {
        public MessageAttachment ToAttachment() => new(Id, Filename, MediaType, SizeBytes, Status, Pages);
    }

    private sealed record CitationRow(
        Guid MessageId, int Number, Guid? ChunkId, Guid? AttachmentId, string Filename, int PageFrom, int PageTo, string Quote, bool Verified)
    {
        public Citation ToCitation() => new(Number, ChunkId, AttachmentId, Filename, PageFrom, PageTo, Quote, Verified);
    }
}
