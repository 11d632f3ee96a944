using Convo.Core.Accounts;
using Microsoft.Extensions.Logging;

namespace Convo.Core.Knowledge;

/// <summary>Both legs of a search and their fusion, over one scope.</summary>
internal sealed partial class HybridSearch(ISearchIndex index, IEmbedders embedders, IEmbeddingMeter meter, TimeProvider time, ILogger<HybridSearch> logger)
{
    /// <summary>A question is a question: what an embedding model would cut off is not sent, and words beyond it hardly change a ranking.</summary>
    private const int MaxQuestionLength = 8_000;

    public async Task<HybridResult> FindAsync(HybridQuery query, CancellationToken cancellationToken)
    {
        var text = query.Question.Length > MaxQuestionLength ? query.Question[..MaxQuestionLength] : query.Question;
        var embedder = await embedders.ForSearchAsync(cancellationToken).ConfigureAwait(false);
        var weights = query.Weights ?? new FusionWeights(1, query.Mode == SearchMode.Vector ? 1 : embedder?.FusionWeight ?? 0);
        if (query.Extent.Chunks == 0 || string.IsNullOrWhiteSpace(text))
        {
            return new HybridResult([], weights);
        }

        var keyword = query.Mode == SearchMode.Vector || weights.Keyword == 0
            ? Task.FromResult<IReadOnlyList<RankedChunk>>([])
            : KeywordAsync(query, text, cancellationToken);
        var vector = query.Mode == SearchMode.Keyword || weights.Vector == 0 || embedder is null
            ? Task.FromResult<IReadOnlyList<RankedChunk>>([])
            : VectorAsync(query, embedder, text, cancellationToken);
        await Task.WhenAll(keyword, vector).ConfigureAwait(false);
        return new HybridResult(RankFusion.Fuse(await keyword.ConfigureAwait(false), await vector.ConfigureAwait(false), weights), weights);
    }

    private async Task<IReadOnlyList<RankedChunk>> KeywordAsync(HybridQuery query, string text, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var found = await index.KeywordAsync(query.Caller.UserId, query.Scope, query.Extent, SearchText.Of(text), query.Depth, cancellationToken).ConfigureAwait(false);
        KnowledgeMetrics.Retrieved("keyword", time.GetElapsedTime(started), found.Count);
        return found;
    }

    private async Task<IReadOnlyList<RankedChunk>> VectorAsync(HybridQuery query, IEmbedder embedder, string text, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        float[] vector;
        try
        {
            var payer = EmbeddingPayer.Of(query.Caller, query.Scope.ThreadId);
            vector = (await meter.EmbedAsync(payer, embedder, [text], EmbeddingPurpose.Query, cancellationToken).ConfigureAwait(false))[0];
        }
        catch (Exception e) when (e is not OperationCanceledException && query.Mode == SearchMode.Hybrid)
        {
            // Keyword search alone is a worse answer than both, and a better one than none.
            LogNoVector(e);
            return [];
        }

        var found = await index.VectorAsync(query.Caller.UserId, query.Scope, query.Extent, embedder.ModelId, vector, query.Depth, cancellationToken).ConfigureAwait(false);
        KnowledgeMetrics.Retrieved("vector", time.GetElapsedTime(started), found.Count);
        return found;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The question could not be embedded; this search uses keywords alone")]
    private partial void LogNoVector(Exception exception);
}

/// <param name="Weights">Null: as the embedder in use deserves.</param>
/// <param name="Depth">Passages each leg hands to the fusion.</param>
internal sealed record HybridQuery(
    Caller Caller, RetrievalScope Scope, ScopeExtent Extent, string Question, SearchMode Mode, FusionWeights? Weights, int Depth);

internal sealed record HybridResult(IReadOnlyList<FusedChunk> Chunks, FusionWeights Weights);
