using Convo.Core.Knowledge;
using Pgvector;

namespace Convo.Data.Knowledge;

/// <summary>Writes passages and their vectors by binary COPY.</summary>
internal static class ChunkCopy
{
    private const string ChunksSql =
        """
        COPY attachment_chunks (id, attachment_id, position, content, heading_path, page_from, page_to, char_start, char_end, token_count, language,
            term_count, lexeme_ids, lexeme_weights, average_terms)
        FROM STDIN (FORMAT binary)
        """;

    public static async Task ChunksAsync(
        DbSession session, Guid attachmentId, IReadOnlyList<NewChunk> chunks, IReadOnlyDictionary<Guid, WeightedText> weighted, CancellationToken cancellationToken)
    {
        var import = await session.Connection.BeginBinaryImportAsync(ChunksSql, cancellationToken).ConfigureAwait(false);
        await using var _ = import.ConfigureAwait(false);
        foreach (var chunk in chunks)
        {
            var (cut, text) = (chunk.Cut, weighted[chunk.Id]);
            await import.WriteRowAsync(
                cancellationToken, chunk.Id, attachmentId, chunk.Position, chunk.Content, (object?)cut.HeadingPath ?? DBNull.Value, cut.PageFrom, cut.PageTo,
                cut.CharStart, cut.CharEnd, cut.TokenCount, cut.Language, text.Length, text.LexemeIds, text.Weights, text.AverageLength).ConfigureAwait(false);
        }

        await import.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private const string EmbeddingsSql = "COPY chunk_embeddings (chunk_id, model, attachment_id, embedding) FROM STDIN (FORMAT binary)";

    public static async Task EmbeddingsAsync(DbSession session, Guid attachmentId, Publication publication, CancellationToken cancellationToken)
    {
        var import = await session.Connection.BeginBinaryImportAsync(EmbeddingsSql, cancellationToken).ConfigureAwait(false);
        await using var _ = import.ConfigureAwait(false);
        foreach (var chunk in publication.Chunks)
        {
            foreach (var (model, embedding) in publication.EmbeddingModels.Zip(chunk.Embeddings))
            {
                await import.WriteRowAsync(cancellationToken, chunk.Id, model, attachmentId, new Vector(embedding)).ConfigureAwait(false);
            }
        }

        await import.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }
}
