using Microsoft.Extensions.Logging;

namespace Convo.Core.Knowledge;

/// <summary>Both legs of a search and their fusion, over one scope.</summary>
internal sealed partial class HybridSearch(ISearchIndex index, IEmbedder embedder, TimeProvider time, ILogger<HybridSearch> logger)
{
    /// <summary>A question is a question: what an embedding model would cut off is not sent, and words beyond it hardly change a ranking.</summary>
    private const int MaxQuestionLength = 8_000;

    public async Task<IReadOnlyList<FusedChunk>> FindAsync(
        Guid personId, RetrievalScope scope, ScopeExtent extent, string question, SearchMode mode, int depth, CancellationToken cancellationToken)
    {
        var text = question.Length > MaxQuestionLength ? question[..MaxQuestionLength] : question;
        if (extent.Chunks == 0 || string.IsNullOrWhiteSpace(text))
        {
            return [];
        }

        var keyword = mode == SearchMode.Vector
            ? Task.FromResult<IReadOnlyList<RankedChunk>>([])
            : KeywordAsync(personId, scope, extent, text, depth, cancellationToken);
        var vector = mode == SearchMode.Keyword
            ? Task.FromResult<IReadOnlyList<RankedChunk>>([])
            : VectorAsync(personId, scope, extent, text, mode, depth, cancellationToken);
        await Task.WhenAll(keyword, vector).ConfigureAwait(false);
        return RankFusion.Fuse(await keyword.ConfigureAwait(false), await vector.ConfigureAwait(false), mode == SearchMode.Vector ? 1 : embedder.FusionWeight);
    }

    private async Task<IReadOnlyList<RankedChunk>> KeywordAsync(
        Guid personId, RetrievalScope scope, ScopeExtent extent, string text, int depth, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var found = await index.KeywordAsync(personId, scope, extent, SearchText.Of(text), depth, cancellationToken).ConfigureAwait(false);
        KnowledgeMetrics.Retrieved("keyword", time.GetElapsedTime(started), found.Count);
        return found;
    }

    private async Task<IReadOnlyList<RankedChunk>> VectorAsync(
        Guid personId, RetrievalScope scope, ScopeExtent extent, string text, SearchMode mode, int depth, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        float[] query;
        try
        {
            query = (await embedder.EmbedAsync([text], EmbeddingPurpose.Query, cancellationToken).ConfigureAwait(false))[0];
        }
        catch (Exception e) when (e is not OperationCanceledException && mode == SearchMode.Hybrid)
        {
            // Keyword search alone is a worse answer than both, and a better one than none.
            LogNoVector(e);
            return [];
        }

        var found = await index.VectorAsync(personId, scope, extent, embedder.ModelId, query, depth, cancellationToken).ConfigureAwait(false);
        KnowledgeMetrics.Retrieved("vector", time.GetElapsedTime(started), found.Count);
        return found;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The question could not be embedded; this search uses keywords alone")]
    private partial void LogNoVector(Exception exception);
}
