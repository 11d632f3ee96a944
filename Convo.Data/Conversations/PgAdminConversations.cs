using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Data.Accounts;

namespace Convo.Data.Conversations;

/// <summary>The few statements that do not name the owner, for administrators. Each leaves its audit entry in the same transaction.</summary>
internal sealed class PgAdminConversations(Db db) : IAdminConversationRepository
{
    private const string LockSql = "SELECT status = 'streaming' FROM conversation_messages WHERE id = @messageId FOR UPDATE";

    private const string EditSql =
        """
        WITH kept AS (
            INSERT INTO message_revisions (id, message_id, content, edited_by, by_admin, reason, created_at)
            SELECT @revisionId, m.id, m.content, @actorId, true, @reason, @now FROM conversation_messages m WHERE m.id = @messageId
        )
        UPDATE conversation_messages SET content = @content, edited_at = @now, edited_by_admin = true WHERE id = @messageId
        """;

    public Task<EditOutcome> EditAsync(Guid messageId, Guid revisionId, string content, AuditEntry audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                var running = await session.QuerySingleOrDefaultAsync<bool?>(LockSql, new { messageId }, cancellationToken).ConfigureAwait(false);
                if (running is not false)
                {
                    return running is null ? EditOutcome.NotFound : EditOutcome.Running;
                }

                var parameters = new { messageId, revisionId, content, actorId = audit.ActorId, reason = audit.Reason, now = audit.At };
                await session.ExecuteAsync(EditSql, parameters, cancellationToken).ConfigureAwait(false);
                // What was there and what is there now stand in the revisions; the log, which nothing deletes, holds no text of a person.
                var details = new Dictionary<string, string?> { ["revision_id"] = revisionId.ToString() };
                await session.WriteAuditAsync(audit with { Details = details }, cancellationToken).ConfigureAwait(false);
                return EditOutcome.Done;
            },
            cancellationToken);

    private const string OwnerOfMessageSql =
        """
        SELECT t.owner_id
          FROM conversation_messages m
          JOIN conversation_threads t ON t.id = m.thread_id
         WHERE m.id = @messageId
        """;

    public Task<Guid?> OwnerOfMessageAsync(Guid messageId, CancellationToken cancellationToken) =>
        db.ScalarAsync<Guid?>(OwnerOfMessageSql, new { messageId }, cancellationToken);

    private const string OwnerOfThreadSql = "SELECT owner_id FROM conversation_threads WHERE id = @threadId";

    public Task<Guid?> OwnerOfThreadAsync(Guid threadId, CancellationToken cancellationToken) =>
        db.ScalarAsync<Guid?>(OwnerOfThreadSql, new { threadId }, cancellationToken);

    private const string ListSql =
        """
        SELECT t.id, t.title, (SELECT count(*)::int FROM conversation_messages m WHERE m.thread_id = t.id) AS messages, t.created_at, t.updated_at
          FROM conversation_threads t
         WHERE t.owner_id = @ownerId
         ORDER BY t.updated_at DESC, t.id DESC
         LIMIT 500
        """;

    public Task<IReadOnlyList<ThreadSummary>> ListAsync(Guid ownerId, AuditEntry audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
                return await session.QueryAsync<ThreadSummary>(ListSql, new { ownerId }, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);

    public Task AuditAsync(AuditEntry audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(session => session.WriteAuditAsync(audit, cancellationToken), cancellationToken);
}
