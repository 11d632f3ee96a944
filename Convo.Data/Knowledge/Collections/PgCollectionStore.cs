using Convo.Core.Knowledge;

namespace Convo.Data.Knowledge;

/// <summary>Collections. Who may do what with one is decided by collections_open_to (db/0003), in the same statement.</summary>
internal sealed class PgCollectionStore(Db db) : ICollectionStore
{
    private const string Columns =
        """
        SELECT c.id, c.owner_id, u.name AS owner_name, c.name, c.description,
            CASE WHEN c.owner_id = @personId THEN 'owner'
                 WHEN c.id IN (SELECT w.id FROM collections_open_to(@personId, ARRAY['write']) AS w) THEN 'write'
                 ELSE 'read' END AS access,
            (SELECT count(*)::integer FROM attachments AS a WHERE a.collection_id = c.id) AS files,
            (SELECT count(*)::integer FROM attachments AS a WHERE a.collection_id = c.id AND a.status = 'ready') AS ready,
            (SELECT count(*)::integer FROM collection_members AS m WHERE m.collection_id = c.id) AS members,
            c.created_at, c.updated_at
        FROM collections AS c
        JOIN users AS u ON u.id = c.owner_id
        WHERE c.id IN (SELECT r.id FROM collections_open_to(@personId, ARRAY['read', 'write']) AS r)
        """;

    private const string ListSql = Columns +
        """
         AND (@before IS NULL OR c.id < @before)
        ORDER BY c.id DESC
        LIMIT @limit
        """;

    public Task<IReadOnlyList<Collection>> ListAsync(Guid personId, Guid? before, int limit, CancellationToken cancellationToken) =>
        db.QueryAsync<Collection>(ListSql, new { personId, before, limit }, cancellationToken);

    private const string FindSql = Columns + " AND c.id = @collectionId";

    public Task<Collection?> FindAsync(Guid personId, Guid collectionId, CancellationToken cancellationToken) =>
        db.QuerySingleOrDefaultAsync<Collection>(FindSql, new { personId, collectionId }, cancellationToken);

    private const string MembersSql =
        """
        SELECT m.user_id, m.team_id, coalesce(u.name, t.name) AS name, u.email, m.access
        FROM collection_members AS m
        LEFT JOIN users AS u ON u.id = m.user_id
        LEFT JOIN teams AS t ON t.id = m.team_id
        WHERE m.collection_id = @collectionId AND m.collection_id IN (SELECT r.id FROM collections_open_to(@personId, ARRAY['read', 'write']) AS r)
        ORDER BY m.team_id IS NOT NULL, 3, 4
        """;

    public Task<IReadOnlyList<CollectionMember>> MembersAsync(Guid personId, Guid collectionId, CancellationToken cancellationToken) =>
        db.QueryAsync<CollectionMember>(MembersSql, new { personId, collectionId }, cancellationToken);

    private const string InsertSql =
        """
        INSERT INTO collections (id, owner_id, name, description, created_at, updated_at)
        VALUES (@Id, @OwnerId, @Name, @Description, @CreatedAt, @CreatedAt)
        """;

    public Task AddAsync(NewCollection collection, CancellationToken cancellationToken) => db.InTransactionAsync(
        async session =>
        {
            await session.ExecuteAsync(
                InsertSql, new { collection.Id, collection.OwnerId, collection.Name, collection.Description, collection.CreatedAt }, cancellationToken)
                .ConfigureAwait(false);
            await CollectionMembers.ReplaceAsync(session, collection.Id, collection.Members, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    private const string UpdateSql =
        """
        UPDATE collections
        SET name = coalesce(@name, name), description = coalesce(@description, description), updated_at = now()
        WHERE id = @collectionId AND owner_id = @ownerId
        """;

    public Task<bool> UpdateAsync(
        Guid ownerId, Guid collectionId, string? name, string? description, IReadOnlyList<ResolvedMember>? members, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                if (await session.ExecuteAsync(UpdateSql, new { ownerId, collectionId, name, description }, cancellationToken).ConfigureAwait(false) == 0)
                {
                    return false;
                }

                if (members is not null)
                {
                    await CollectionMembers.ReplaceAsync(session, collectionId, members, cancellationToken).ConfigureAwait(false);
                }

                return true;
            },
            cancellationToken);

    private const string DeleteSql = "DELETE FROM collections WHERE id = @collectionId AND owner_id = @ownerId";

    public Task<bool> DeleteAsync(Guid ownerId, Guid collectionId, CancellationToken cancellationToken) =>
        // In a transaction for its retry: the deletion of its files may meet an indexing run on the same statistics.
        db.InTransactionAsync(
            async session => await session.ExecuteAsync(DeleteSql, new { ownerId, collectionId }, cancellationToken).ConfigureAwait(false) > 0, cancellationToken);

    private const string FilesSql =
        "SELECT " + AttachmentRow.Columns +
        """
         FROM attachments AS a
        WHERE a.collection_id = @collectionId AND (@before IS NULL OR a.id < @before)
          AND a.collection_id IN (SELECT r.id FROM collections_open_to(@personId, ARRAY['read', 'write']) AS r)
        ORDER BY a.id DESC
        LIMIT @limit
        """;

    public async Task<IReadOnlyList<Attachment>> FilesAsync(Guid personId, Guid collectionId, Guid? before, int limit, CancellationToken cancellationToken) =>
        [.. (await db.QueryAsync<AttachmentRow>(FilesSql, new { personId, collectionId, before, limit }, cancellationToken).ConfigureAwait(false)).Select(r => r.ToAttachment())];

    // A file of a thread leaves it, or it would go with it; messages that were sent with the file keep showing it.
    private const string AttachSql =
        """
        UPDATE attachments AS a
        SET collection_id = @collectionId, thread_id = NULL, updated_at = now()
        WHERE a.id = @attachmentId AND a.owner_id = @personId
          AND @collectionId IN (SELECT w.id FROM collections_open_to(@personId, ARRAY['write']) AS w)
        """;

    public async Task<bool> AttachAsync(Guid personId, Guid collectionId, Guid attachmentId, CancellationToken cancellationToken) =>
        await db.ExecuteAsync(AttachSql, new { personId, collectionId, attachmentId }, cancellationToken).ConfigureAwait(false) > 0;

    private const string DetachSql =
        """
        UPDATE attachments AS a
        SET collection_id = NULL, updated_at = now()
        WHERE a.id = @attachmentId AND a.collection_id = @collectionId
          AND (a.owner_id = @personId OR a.collection_id IN (SELECT w.id FROM collections_open_to(@personId, ARRAY['write']) AS w))
        """;

    public async Task<bool> DetachAsync(Guid personId, Guid collectionId, Guid attachmentId, CancellationToken cancellationToken) =>
        await db.ExecuteAsync(DetachSql, new { personId, collectionId, attachmentId }, cancellationToken).ConfigureAwait(false) > 0;

    public Task<ResolvedMember?> ResolveAsync(MemberWish wish, CancellationToken cancellationToken) => CollectionMembers.ResolveAsync(db, wish, cancellationToken);
}
