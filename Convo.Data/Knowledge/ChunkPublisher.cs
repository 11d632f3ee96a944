using Convo.Core.Knowledge;
using Pgvector;

namespace Convo.Data.Knowledge;

/// <summary>
/// Makes a file's passages searchable: one transaction writes all of them by COPY, with their vectors, and declares the file ready.
/// Triggers (db/0003) bring the statistics along at its end.
/// </summary>
internal sealed class ChunkPublisher(Db db, LexemeAnalysis analysis)
{
    private const string FenceSql =
        "SELECT true FROM attachments WHERE id = @AttachmentId AND run_id = @RunId AND status = 'embedding' FOR UPDATE";

    // The lock of count_lexemes() (db/0003): nobody removes a lexeme while it is held.
    private const string LockStatisticsSql = "SELECT pg_advisory_xact_lock(5061901)";

    private const string ClearSql = "DELETE FROM attachment_chunks WHERE attachment_id = @AttachmentId";

    private const string ReadySql =
        """
        UPDATE attachments
        SET status = 'ready', stage = NULL, progress = NULL, pages = @Pages, chunk_count = @chunks, token_count = @tokens, language = @Language,
            lease_until = NULL, not_before = NULL, updated_at = now()
        WHERE id = @AttachmentId AND run_id = @RunId
        """;

    private const string DraftsSql = "DELETE FROM attachment_drafts WHERE attachment_id = @AttachmentId";

    public async Task<bool> PublishAsync(IngestionRun run, Publication publication, CancellationToken cancellationToken)
    {
        var analysed = await AnalyseAsync(publication, cancellationToken).ConfigureAwait(false);
        var refused = false;
        return await db.InTransactionAsync(
            async session =>
            {
                if (!await session.ScalarAsync<bool>(FenceSql, new { run.AttachmentId, run.RunId }, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }

                // Looked up within the repeatable part: when another file's deletion removed a lexeme meanwhile, the trigger refuses and this runs
                // again, now under the lock from the start. That is slow for others but cannot be refused a second time.
                if (refused)
                {
                    await session.ExecuteAsync(LockStatisticsSql, null, cancellationToken).ConfigureAwait(false);
                }

                refused = true;
                var weighted = await WeighAsync(publication, analysed, cancellationToken).ConfigureAwait(false);
                await session.ExecuteAsync(ClearSql, new { run.AttachmentId }, cancellationToken).ConfigureAwait(false);
                await ChunkCopy.EmbeddingsAsync(session, run.AttachmentId, publication, cancellationToken).ConfigureAwait(false);
                await ChunkCopy.ChunksAsync(session, run.AttachmentId, publication.Chunks, weighted, cancellationToken).ConfigureAwait(false);
                await session.ExecuteAsync(DraftsSql, new { run.AttachmentId }, cancellationToken).ConfigureAwait(false);
                var ready = new
                {
                    publication.Document.Pages,
                    chunks = publication.Chunks.Count,
                    tokens = publication.Chunks.Sum(c => c.Cut.TokenCount),
                    publication.Document.Language,
                    run.AttachmentId,
                    run.RunId,
                };
                return await session.ExecuteAsync(ReadySql, ready, cancellationToken).ConfigureAwait(false) > 0;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<Dictionary<Guid, AnalysedText>> AnalyseAsync(Publication publication, CancellationToken cancellationToken)
    {
        var analysed = new Dictionary<Guid, AnalysedText>(publication.Chunks.Count);
        foreach (var language in publication.Chunks.GroupBy(c => c.Cut.Language, StringComparer.Ordinal))
        {
            var texts = await analysis.AnalyseAsync(language.Key, [.. language.Select(c => c.SearchText)], cancellationToken).ConfigureAwait(false);
            foreach (var (chunk, text) in language.Zip(texts))
            {
                analysed[chunk.Id] = text;
            }
        }

        return analysed;
    }

    private async Task<Dictionary<Guid, WeightedText>> WeighAsync(
        Publication publication, Dictionary<Guid, AnalysedText> analysed, CancellationToken cancellationToken)
    {
        var weighted = new Dictionary<Guid, WeightedText>(analysed.Count);
        foreach (var language in publication.Chunks.GroupBy(c => c.Cut.Language, StringComparer.Ordinal))
        {
            var texts = language.Select(c => analysed[c.Id]).ToList();
            var ids = await analysis.IdsAsync(language.Key, texts.SelectMany(t => t.Lexemes).ToHashSet(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
            var average = await analysis.AverageLengthAsync(language.Key, Math.Max(1, texts.Average(t => t.Length)), cancellationToken).ConfigureAwait(false);
            foreach (var chunk in language)
            {
                weighted[chunk.Id] = WeightedText.Of(analysed[chunk.Id], ids, average);
            }
        }

        return weighted;
    }
}

/// <summary>A passage's lexemes by id, ascending, with the weights its average length gives them.</summary>
internal sealed record WeightedText(int[] LexemeIds, SparseVector Weights, int Length, double AverageLength)
{
    public static WeightedText Of(AnalysedText text, IReadOnlyDictionary<string, int> ids, double averageLength)
    {
        var frequencies = new SortedDictionary<int, int>();
        for (var i = 0; i < text.Lexemes.Length; i++)
        {
            frequencies[ids[text.Lexemes[i]]] = text.Frequencies[i];
        }

        var weights = frequencies.ToDictionary(f => f.Key, f => (float)Bm25.Weight(f.Value, text.Length, averageLength));
        return new WeightedText([.. frequencies.Keys], LexemeVector.Of(weights), text.Length, averageLength);
    }
}
