using Convo.Core.Knowledge;
using Pgvector;

namespace Convo.Data.Knowledge;

/// <summary>Searches the stored passages. attachments_in_scope (db/0003) holds the access rule and stands in every statement.</summary>
internal sealed class PgSearchIndex(Db db, KeywordSearch keywords) : ISearchIndex
{
    /// <summary>Numbers that an exact comparison of vectors reads in some 10 ms: below it no index is asked.</summary>
    private const long ExactNumbers = 6_000_000;

    /// <summary>The most that an exact comparison may read: some 80 ms.</summary>
    private const long MostExactNumbers = 60_000_000;

    /// <summary>
    /// What a vector costs that the index visits, in vectors that are compared one after the other. Under a filter that keeps a share s of the
    /// stock, the index visits depth / s of them, so a scope of r of n vectors is compared faster one by one while r² is below 30 · depth · n:
    /// 19,000 of 200,000, 42,000 of a million. It is exact then, where the index under a narrow filter finds two thirds.
    /// </summary>
    private const long VisitCost = 30;

    private const string ExtentSql =
        """
        SELECT count(*)::integer AS files, coalesce(sum(a.chunk_count), 0)::bigint AS chunks, coalesce(sum(a.token_count), 0)::bigint AS tokens
        FROM attachments AS a
        WHERE a.id IN (SELECT s.id FROM attachments_in_scope(@personId, @threadId, @files, @collections) AS s)
        """;

    private const string SmallFilesSql =
        """
        SELECT a.id AS attachment_id, a.chunk_count AS chunks, a.token_count AS tokens
        FROM attachments AS a
        WHERE a.id IN (SELECT s.id FROM attachments_in_scope(@personId, @threadId, @files, '{}') AS s) AND a.token_count <= @wholeTokens
        ORDER BY a.id DESC
        LIMIT 50
        """;

    public async Task<ScopeExtent> ExtentAsync(Guid personId, RetrievalScope scope, int wholeTokens, CancellationToken cancellationToken)
    {
        var parameters = new { personId, threadId = scope.ThreadId, files = scope.AttachmentIds.ToArray(), collections = scope.CollectionIds.ToArray(), wholeTokens };
        var extent = await db.QuerySingleOrDefaultAsync<ExtentRow>(ExtentSql, parameters, cancellationToken).ConfigureAwait(false);
        // Without thread or file the function would mean everything, and nothing was named to go in whole.
        var named = wholeTokens > 0 && (scope.ThreadId is not null || scope.AttachmentIds.Count > 0);
        var small = named ? await db.QueryAsync<SmallFile>(SmallFilesSql, parameters, cancellationToken).ConfigureAwait(false) : [];
        return new ScopeExtent(extent!.Files, extent.Chunks, extent.Tokens, small);
    }

    private const string MayReadSql =
        """
        SELECT (@threadId IS NULL OR EXISTS (SELECT FROM conversation_threads AS t WHERE t.id = @threadId AND t.owner_id = @personId))
           AND @collections <@ ARRAY(SELECT c.id FROM collections_open_to(@personId, ARRAY['read', 'write']) AS c)
           AND NOT EXISTS (SELECT FROM unnest(@files) AS f (id) WHERE f.id NOT IN (SELECT r.id FROM readable_attachments(@personId) AS r))
        """;

    public Task<bool> MayReadAsync(Guid personId, RetrievalScope scope, CancellationToken cancellationToken) => db.ScalarAsync<bool>(
        MayReadSql,
        new { personId, threadId = scope.ThreadId, files = scope.AttachmentIds.ToArray(), collections = scope.CollectionIds.ToArray() },
        cancellationToken);

    public Task<IReadOnlyList<RankedChunk>> KeywordAsync(
        Guid personId, RetrievalScope scope, ScopeExtent extent, string searchText, int depth, CancellationToken cancellationToken) =>
        keywords.FindAsync(personId, scope, extent.Chunks, searchText, depth, cancellationToken);

    // The scope as an array: the planner then walks the index by file, however many files it believes a scope to have.
    private const string ExactSql =
        """
        SELECT n.chunk_id, -n.distance AS score
        FROM (
            SELECT e.chunk_id, e.embedding <#> @vector AS distance
            FROM chunk_embeddings AS e
            WHERE e.model = @model AND e.attachment_id = ANY (ARRAY(SELECT s.id FROM attachments_in_scope(@personId, @threadId, @files, @collections) AS s))
            ORDER BY distance, e.chunk_id
            LIMIT @depth
        ) AS n
        WHERE n.distance < 0
        ORDER BY n.distance, n.chunk_id
        """;

    private const string IndexedSql =
        """
        SELECT n.chunk_id, -n.distance AS score
        FROM nearest_chunks(@personId, @threadId, @files, @collections, @model, @dimensions, @vector, @depth) AS n
        WHERE n.distance < 0
        ORDER BY n.distance, n.chunk_id
        """;

    private const string IndexSql =
        "SELECT has_embedding_index(@model) AS is_there, (SELECT coalesce(sum(s.chunk_count), 0)::bigint FROM search_languages AS s) AS chunks";

    public async Task<IReadOnlyList<RankedChunk>> VectorAsync(
        Guid personId, RetrievalScope scope, ScopeExtent extent, string model, float[] query, int depth, CancellationToken cancellationToken)
    {
        var exact = extent.Chunks <= ExactNumbers / query.Length || await IsExactFasterAsync(extent.Chunks, model, query.Length, depth, cancellationToken).ConfigureAwait(false);
        var parameters = new
        {
            personId, threadId = scope.ThreadId, files = scope.AttachmentIds.ToArray(), collections = scope.CollectionIds.ToArray(),
            model, dimensions = query.Length, vector = new Vector(query), depth,
        };
        return await db.QueryAsync<RankedChunk>(exact ? ExactSql : IndexedSql, parameters, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsExactFasterAsync(long chunks, string model, int dimensions, int depth, CancellationToken cancellationToken)
    {
        var index = await db.QuerySingleOrDefaultAsync<IndexRow>(IndexSql, new { model }, cancellationToken).ConfigureAwait(false);
        return !index!.IsThere || (chunks <= MostExactNumbers / dimensions && chunks * chunks <= VisitCost * depth * index.Chunks);
    }

    private const string LoadSql =
        """
        SELECT c.id AS chunk_id, c.attachment_id, c.position, a.filename, c.heading_path, c.page_from, c.page_to, c.char_start, c.char_end,
            c.content AS text, c.token_count
        FROM attachment_chunks AS c
        JOIN attachments AS a ON a.id = c.attachment_id
        WHERE c.id = ANY (@ids) AND a.id IN (SELECT r.id FROM readable_attachments(@personId) AS r)
        """;

    public async Task<IReadOnlyList<StoredChunk>> LoadAsync(Guid personId, IReadOnlyList<Guid> chunkIds, CancellationToken cancellationToken) =>
        chunkIds.Count == 0 ? [] : await db.QueryAsync<StoredChunk>(LoadSql, new { personId, ids = chunkIds.ToArray() }, cancellationToken).ConfigureAwait(false);

    private const string LoadFilesSql =
        """
        SELECT c.id AS chunk_id, c.attachment_id, c.position, a.filename, c.heading_path, c.page_from, c.page_to, c.char_start, c.char_end,
            c.content AS text, c.token_count
        FROM attachment_chunks AS c
        JOIN attachments AS a ON a.id = c.attachment_id
        WHERE a.id = ANY (@ids) AND a.id IN (SELECT r.id FROM readable_attachments(@personId) AS r)
        ORDER BY array_position(@ids, a.id), c.position
        """;

    public async Task<IReadOnlyList<StoredChunk>> LoadFilesAsync(Guid personId, IReadOnlyList<Guid> attachmentIds, CancellationToken cancellationToken) =>
        attachmentIds.Count == 0 ? [] : await db.QueryAsync<StoredChunk>(LoadFilesSql, new { personId, ids = attachmentIds.ToArray() }, cancellationToken).ConfigureAwait(false);

    private sealed record IndexRow(bool IsThere, long Chunks);

    private sealed record ExtentRow(int Files, long Chunks, long Tokens);
}
