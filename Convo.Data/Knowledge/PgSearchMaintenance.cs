using Convo.Core.Knowledge;
using Pgvector;

namespace Convo.Data.Knowledge;

/// <summary>Keeps stored weights and vector indexes in step with a growing stock.</summary>
internal sealed class PgSearchMaintenance(Db db, EmbeddingIndex index) : ISearchMaintenance
{
    /// <summary>A mean length off by less changes no ranking that anyone would see: b is 0.75 of it.</summary>
    private const double AllowedDrift = 0.05;

    private const int BatchSize = 500;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ReweighDriftedAsync(cancellationToken).ConfigureAwait(false);
        await IndexModelsAsync(cancellationToken).ConfigureAwait(false);
    }

    private const string DriftedSql =
        """
        SELECT language, term_count::double precision / chunk_count AS average
        FROM search_languages
        WHERE chunk_count > 0 AND term_count > 0 AND abs(average_terms * chunk_count / term_count - 1) > @allowed
        """;

    private const string AdoptSql = "UPDATE search_languages SET average_terms = @average WHERE language = @language";

    private async Task ReweighDriftedAsync(CancellationToken cancellationToken)
    {
        foreach (var (language, average) in await db.QueryAsync<LanguageAverage>(DriftedSql, new { allowed = AllowedDrift }, cancellationToken).ConfigureAwait(false))
        {
            // First the mean that new passages use, then the old passages: one published in between has the new mean or is found by the walk.
            await db.ExecuteAsync(AdoptSql, new { language, average }, cancellationToken).ConfigureAwait(false);
            Guid? last = Guid.Empty;
            while (last is { } after)
            {
                last = await db.InTransactionAsync(session => ReweighBatchAsync(session, language, average, after, cancellationToken), cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    private const string BatchSql =
        """
        SELECT id, term_count, average_terms, lexeme_weights
        FROM attachment_chunks
        WHERE language = @language AND id > @after
        ORDER BY id
        LIMIT @limit
        FOR NO KEY UPDATE
        """;

    private const string UpdateSql = "UPDATE attachment_chunks SET lexeme_weights = @weights, average_terms = @average WHERE id = @Id";

    /// <returns>The last id of the batch; null when there was none.</returns>
    private static async Task<Guid?> ReweighBatchAsync(DbSession session, string language, double average, Guid after, CancellationToken cancellationToken)
    {
        var batch = await session.QueryAsync<WeightedRow>(BatchSql, new { language, after, limit = BatchSize }, cancellationToken).ConfigureAwait(false);
        foreach (var row in batch.Where(r => Math.Abs(r.AverageTerms - average) > 1e-9))
        {
            var weights = Reweigh(row, average);
            await session.ExecuteAsync(UpdateSql, new { row.Id, weights, average }, cancellationToken).ConfigureAwait(false);
        }

        return batch.Count == 0 ? null : batch[^1].Id;
    }

    private static SparseVector Reweigh(WeightedRow row, double average)
    {
        var indices = row.LexemeWeights.Indices.Span;
        var values = row.LexemeWeights.Values.Span;
        var weights = new Dictionary<int, float>(indices.Length);
        for (var i = 0; i < indices.Length; i++)
        {
            var frequency = Bm25.FrequencyOf(values[i], row.TermCount, row.AverageTerms);
            weights[indices[i]] = (float)Bm25.Weight(frequency, row.TermCount, average);
        }

        return LexemeVector.Of(weights);
    }

    // Counts no further than it must: a million vectors are not read in the time a statement may take.
    private const string ModelsSql =
        """
        SELECT m.model, m.dimensions
        FROM embedding_models AS m
        WHERE m.stage <> 'retired' AND NOT has_embedding_index(m.model)
          AND (SELECT count(*) FROM (SELECT FROM chunk_embeddings AS e WHERE e.model = m.model LIMIT @from) AS first) = @from
        """;

    private async Task IndexModelsAsync(CancellationToken cancellationToken)
    {
        foreach (var model in await db.QueryAsync<ModelSize>(ModelsSql, new { from = EmbeddingIndex.From }, cancellationToken).ConfigureAwait(false))
        {
            await index.EnsureAsync(model.Model, model.Dimensions, cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed record LanguageAverage(string Language, double Average);

    private sealed record WeightedRow(Guid Id, int TermCount, double AverageTerms, SparseVector LexemeWeights);

    private sealed record ModelSize(string Model, int Dimensions);
}
