using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Pgvector;

namespace Convo.Data.Knowledge;

/// <summary>The table of embedding models, and the vectors of one that is being prepared.</summary>
internal sealed class PgEmbeddingModelStore(Db db, EmbeddingIndex index, TimeProvider time) : IEmbeddingModelStore
{
    /// <summary>Nodes remember the model in use for seconds, and a deploy with old and new settings side by side takes minutes.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    private const string InUseSql =
        """
        WITH added AS (
            INSERT INTO embedding_models (model, dimensions, stage, active_since)
            SELECT @model, @dimensions, 'active', now()
            WHERE NOT EXISTS (SELECT FROM embedding_models AS m WHERE m.stage = 'active')
            ON CONFLICT DO NOTHING
            RETURNING model
        )
        SELECT model FROM added
        UNION ALL
        SELECT m.model FROM embedding_models AS m WHERE m.stage = 'active'
        LIMIT 1
        """;

    public async Task<string> InUseAsync(string model, int dimensions, CancellationToken cancellationToken) =>
        await db.ScalarAsync<string>(InUseSql, new { model, dimensions }, cancellationToken).ConfigureAwait(false)
        // Another node added its own between the two halves of the statement.
        ?? await db.ScalarAsync<string>(InUseSql, new { model, dimensions }, cancellationToken).ConfigureAwait(false) ?? model;

    private const string BeginSql =
        """
        INSERT INTO embedding_models AS m (model, dimensions, stage, started_at)
        VALUES (@model, @dimensions, 'building', @now)
        ON CONFLICT (model) DO UPDATE
        SET stage = 'building', dimensions = excluded.dimensions,
            started_at = CASE WHEN m.stage = 'building' THEN m.started_at ELSE excluded.started_at END, retired_at = NULL
        WHERE m.stage = 'building' OR (m.stage = 'retired' AND m.retired_at < @now - @grace)
        """;

    public async Task<bool> BeginAsync(string model, int dimensions, CancellationToken cancellationToken) =>
        await db.ExecuteAsync(BeginSql, new { model, dimensions, now = time.GetUtcNow(), grace = Grace }, cancellationToken).ConfigureAwait(false) > 0;

    private const string NextSql =
        """
        SELECT c.id AS chunk_id, regexp_replace(a.filename, '\.[^.]*$', '') AS title, c.heading_path, c.content, c.token_count
        FROM attachment_chunks AS c
        JOIN attachments AS a ON a.id = c.attachment_id
        WHERE c.id > @after AND NOT EXISTS (SELECT FROM chunk_embeddings AS e WHERE e.chunk_id = c.id AND e.model = @model)
        ORDER BY c.id
        LIMIT @limit
        """;

    public Task<IReadOnlyList<BarePassage>> NextAsync(string model, Guid after, int limit, CancellationToken cancellationToken) =>
        db.QueryAsync<BarePassage>(NextSql, new { model, after, limit }, cancellationToken);

    private const string SaveSql =
        """
        INSERT INTO chunk_embeddings (chunk_id, model, attachment_id, embedding)
        SELECT c.id, @model, c.attachment_id, v.embedding
        FROM unnest(@ids, @vectors) AS v (chunk_id, embedding)
        JOIN attachment_chunks AS c ON c.id = v.chunk_id
        FOR KEY SHARE OF c
        ON CONFLICT (chunk_id, model) DO NOTHING
        """;

    public Task SaveAsync(string model, IReadOnlyList<PassageVector> vectors, CancellationToken cancellationToken) => db.ExecuteAsync(
        SaveSql,
        new { model, ids = vectors.Select(v => v.ChunkId).ToArray(), vectors = vectors.Select(v => new Vector(v.Embedding)).ToArray() },
        cancellationToken);

    private const string LargeSql =
        """
        SELECT m.dimensions
        FROM embedding_models AS m
        WHERE m.model = @model AND (SELECT count(*) FROM (SELECT FROM chunk_embeddings AS e WHERE e.model = @model LIMIT @from) AS first) = @from
        """;

    private const string LockSql = "SELECT model FROM embedding_models ORDER BY model FOR UPDATE";

    private const string MissingSql =
        """
        SELECT EXISTS (
            SELECT FROM attachment_chunks AS c
            WHERE NOT EXISTS (SELECT FROM chunk_embeddings AS e WHERE e.chunk_id = c.id AND e.model = @model))
        """;

    private const string RetireSql = "UPDATE embedding_models SET stage = 'retired', retired_at = @now WHERE stage = 'active' AND model <> @model";

    private const string ActivateSql = "UPDATE embedding_models SET stage = 'active', active_since = @now, retired_at = NULL WHERE model = @model";

    public async Task<bool> TrySwitchAsync(string model, CancellationToken cancellationToken)
    {
        if (await db.ScalarAsync<int?>(LargeSql, new { model, from = EmbeddingIndex.From }, cancellationToken).ConfigureAwait(false) is { } dimensions)
        {
            await index.EnsureAsync(model, dimensions, cancellationToken).ConfigureAwait(false);
        }

        var now = time.GetUtcNow();
        return await db.InTransactionAsync(
            async session =>
            {
                await session.QueryAsync<string>(LockSql, null, cancellationToken).ConfigureAwait(false);
                if (await session.ScalarAsync<bool>(MissingSql, new { model }, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }

                await session.ExecuteAsync(RetireSql, new { model, now }, cancellationToken).ConfigureAwait(false);
                await session.ExecuteAsync(ActivateSql, new { model, now }, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private const string RetiredSql = "SELECT model FROM embedding_models WHERE stage = 'retired' AND retired_at < @before";

    private const string DropIndexSql = "SELECT drop_embedding_index(@model)";

    private const string DeleteBatchSql =
        """
        DELETE FROM chunk_embeddings
        WHERE (chunk_id, model) IN (SELECT e.chunk_id, e.model FROM chunk_embeddings AS e WHERE e.model = @model LIMIT 5000)
        """;

    private const string DeleteModelSql = "DELETE FROM embedding_models WHERE model = @model AND stage = 'retired'";

    public async Task ForgetRetiredAsync(CancellationToken cancellationToken)
    {
        foreach (var model in await db.QueryAsync<string>(RetiredSql, new { before = time.GetUtcNow() - Grace }, cancellationToken).ConfigureAwait(false))
        {
            await db.ExecuteAsync(DropIndexSql, new { model }, cancellationToken).ConfigureAwait(false);
            while (await db.ExecuteAsync(DeleteBatchSql, new { model }, cancellationToken).ConfigureAwait(false) > 0)
            {
                // In batches: one statement over a million vectors would hold up a vacuum.
            }

            await db.ExecuteAsync(DeleteModelSql, new { model }, cancellationToken).ConfigureAwait(false);
        }
    }

    private const string NoteSql = "UPDATE embedding_models SET error_code = @code, error_detail = @detail WHERE model = @model AND (error_code, error_detail) IS DISTINCT FROM (@code, @detail)";

    public Task NoteAsync(string model, Problem? problem, CancellationToken cancellationToken) =>
        db.ExecuteAsync(NoteSql, new { model, code = problem?.Code, detail = problem?.Detail }, cancellationToken);

    private const string ListSql =
        """
        SELECT m.model, m.dimensions, m.stage,
            (SELECT count(*) FROM chunk_embeddings AS e WHERE e.model = m.model) AS done,
            (SELECT count(*) FROM attachment_chunks) AS all,
            m.started_at, m.active_since, m.error_code, m.error_detail
        FROM embedding_models AS m
        ORDER BY m.started_at DESC, m.model
        """;

    public Task<IReadOnlyList<EmbeddingModelState>> ListAsync(CancellationToken cancellationToken) => db.QueryAsync<EmbeddingModelState>(ListSql, null, cancellationToken);
}
