using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Data.Accounts;

namespace Convo.Data.Knowledge;

internal sealed class PgRetrievalRecords(Db db) : IRetrievalRecords
{
    private const string FindSql =
        """
        SELECT t.owner_id, u.team_id AS owner_team_id, t.id AS thread_id, coalesce(q.content, '') AS question,
            ARRAY(SELECT c.collection_id FROM thread_collections AS c WHERE c.thread_id = t.id) AS collection_ids, r.facts
        FROM conversation_messages AS m
        JOIN conversation_threads AS t ON t.id = m.thread_id
        JOIN users AS u ON u.id = t.owner_id
        LEFT JOIN conversation_messages AS q ON q.id = m.parent_id
        LEFT JOIN message_retrievals AS r ON r.message_id = m.id
        WHERE m.id = @messageId AND m.role = 'assistant'
        """;

    public async Task<RetrievalRecord?> FindAsync(Guid messageId, CancellationToken cancellationToken) =>
        await db.QuerySingleOrDefaultAsync<RecordRow>(FindSql, new { messageId }, cancellationToken).ConfigureAwait(false) is { } row
            ? new RetrievalRecord(row.OwnerId, row.OwnerTeamId, row.ThreadId, row.Question, row.CollectionIds, row.Facts is { } facts ? RetrievalSql.Read(facts) : null)
            : null;

    public Task AuditAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        db.InTransactionAsync(session => session.WriteAuditAsync(entry, cancellationToken), cancellationToken);

    private sealed record RecordRow(Guid OwnerId, Guid? OwnerTeamId, Guid ThreadId, string Question, Guid[] CollectionIds, string? Facts);
}
