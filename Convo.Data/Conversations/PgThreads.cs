using Convo.Core.Conversations;
using Convo.Core.Shared;

namespace Convo.Data.Conversations;

/// <summary>Statements on threads. Each names the owner.</summary>
internal sealed class PgThreads(Db db)
{
    private const string ListSql =
        "SELECT " + ThreadRow.Columns +
        """
        , found.snippet
          FROM conversation_threads t
          LEFT JOIN LATERAL (
               SELECT ts_headline('simple', m.content, to_tsquery('simple', @terms), 'StartSel=, StopSel=, MaxWords=24, MinWords=12') AS snippet
                 FROM conversation_messages m
                WHERE m.thread_id = t.id AND m.status <> 'streaming' AND to_tsvector('simple', m.content) @@ to_tsquery('simple', @terms)
                ORDER BY m.created_at DESC
                LIMIT 1) AS found ON @terms <> ''
         WHERE t.owner_id = @ownerId
           AND t.archived = @archived
           AND (@terms = '' OR found.snippet IS NOT NULL OR to_tsvector('simple', coalesce(t.title, '')) @@ to_tsquery('simple', @terms))
           AND (@beforeAt::timestamptz IS NULL OR (t.updated_at, t.id) < (@beforeAt, @beforeId))
         ORDER BY t.updated_at DESC, t.id DESC
         LIMIT @take
        """;

    public async Task<Page<ConversationThread>> ListAsync(Guid ownerId, ThreadFilter filter, CancellationToken cancellationToken)
    {
        var terms = SearchTerms.Of(filter.Query);
        if (terms.Length == 0 && !string.IsNullOrWhiteSpace(filter.Query))
        {
            return new Page<ConversationThread>([], null);
        }

        var before = Cursor.Parse(filter.Cursor);
        var rows = await db.QueryAsync<ThreadRow>(
            ListSql,
            new { ownerId, archived = filter.Archived, terms, beforeAt = before?.At, beforeId = before?.Id, take = filter.Limit + 1 },
            cancellationToken).ConfigureAwait(false);
        var items = rows.Take(filter.Limit).Select(row => row.ToThread()).ToList();
        return new Page<ConversationThread>(items, rows.Count > filter.Limit ? new Cursor(items[^1].UpdatedAt, items[^1].Id).ToString() : null);
    }

    private const string FindSql =
        "SELECT " + ThreadRow.Columns + ", NULL::text AS snippet FROM conversation_threads t WHERE t.id = @threadId AND t.owner_id = @ownerId";

    public async Task<ConversationThread?> FindAsync(Guid ownerId, Guid threadId, CancellationToken cancellationToken) =>
        (await db.QuerySingleOrDefaultAsync<ThreadRow>(FindSql, new { ownerId, threadId }, cancellationToken).ConfigureAwait(false))?.ToThread();

    private const string InsertSql =
        """
        INSERT INTO conversation_threads (id, owner_id, title, model, temperature, system_prompt, created_at, updated_at)
        VALUES (@threadId, @ownerId, @title, @model, @temperature, @systemPrompt, @now, @now)
        """;

    public static Task InsertAsync(
        DbSession session, Guid ownerId, Guid threadId, NewThread thread, DateTimeOffset now, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            InsertSql,
            new { threadId, ownerId, title = thread.Title, model = thread.Model, temperature = thread.Temperature, systemPrompt = thread.SystemPrompt, now },
            cancellationToken);

    /// <summary>A leaf is taken only from the thread itself.</summary>
    private const string UpdateSql =
        """
        UPDATE conversation_threads
           SET title = @title, model = @model, temperature = @temperature, system_prompt = @systemPrompt,
               pinned = @pinned, archived = @archived, leaf_id = @leafId
         WHERE id = @threadId
           AND owner_id = @ownerId
           AND (@leafId::uuid IS NULL OR EXISTS (SELECT 1 FROM conversation_messages m WHERE m.id = @leafId AND m.thread_id = @threadId))
        """;

    public static Task<int> UpdateAsync(DbSession session, Guid ownerId, ConversationThread thread, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            UpdateSql,
            new
            {
                threadId = thread.Id,
                ownerId,
                title = thread.Title,
                model = thread.Model,
                temperature = thread.Temperature,
                systemPrompt = thread.SystemPrompt,
                pinned = thread.Pinned,
                archived = thread.Archived,
                leafId = thread.LeafId,
            },
            cancellationToken);

    private const string ClearCollectionsSql = "DELETE FROM thread_collections WHERE thread_id = @threadId AND NOT collection_id = ANY (@collectionIds)";

    /// <summary>Only collections that the owner may read.</summary>
    private const string AddCollectionsSql =
        """
        INSERT INTO thread_collections (thread_id, collection_id)
        SELECT @threadId, c.id
          FROM collections c
         WHERE c.id = ANY (@collectionIds)
           AND (c.owner_id = @ownerId
                OR EXISTS (SELECT 1
                             FROM collection_members m
                            WHERE m.collection_id = c.id
                              AND (m.user_id = @ownerId OR m.team_id = (SELECT u.team_id FROM users u WHERE u.id = @ownerId))))
        ON CONFLICT DO NOTHING
        """;

    private const string CountCollectionsSql = "SELECT count(*) FROM thread_collections WHERE thread_id = @threadId";

    /// <summary>False when one of the collections is unknown or may not be read.</summary>
    public static async Task<bool> SetCollectionsAsync(
        DbSession session, Guid ownerId, Guid threadId, IReadOnlyList<Guid> collections, CancellationToken cancellationToken)
    {
        var collectionIds = collections.Distinct().ToArray();
        await session.ExecuteAsync(ClearCollectionsSql, new { threadId, collectionIds }, cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(AddCollectionsSql, new { threadId, ownerId, collectionIds }, cancellationToken).ConfigureAwait(false);
        return await session.ScalarAsync<long>(CountCollectionsSql, new { threadId }, cancellationToken).ConfigureAwait(false) == collectionIds.Length;
    }

    private const string DeleteSql = "DELETE FROM conversation_threads WHERE id = @threadId AND owner_id = @ownerId";

    public async Task<bool> DeleteAsync(Guid ownerId, Guid threadId, CancellationToken cancellationToken) =>
        await db.ExecuteAsync(DeleteSql, new { ownerId, threadId }, cancellationToken).ConfigureAwait(false) > 0;

    private const string RunningSql =
        """
        SELECT m.turn_id
          FROM conversation_messages m
          JOIN conversation_threads t ON t.id = m.thread_id
         WHERE t.id = @threadId AND t.owner_id = @ownerId AND m.status = 'streaming'
        """;

    public Task<IReadOnlyList<Guid>> RunningTurnsAsync(Guid ownerId, Guid threadId, CancellationToken cancellationToken) =>
        db.QueryAsync<Guid>(RunningSql, new { ownerId, threadId }, cancellationToken);
}
