using Convo.Core.Accounts;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>
/// Chooses what the model gets to read: small files of the thread whole, then the best passages of the search, repeats folded, within the
/// token budget. What was found and left out is reported with the reason.
/// </summary>
internal sealed class Retriever(ISearchIndex index, HybridSearch search, IReranker reranker, IOptions<SearchOptions> options) : IRetriever
{
    public async Task<int> MaxTokensAsync(Caller caller, RetrievalScope scope, CancellationToken cancellationToken)
    {
        var extent = await index.ExtentAsync(caller.UserId, scope, 0, cancellationToken).ConfigureAwait(false);
        return (int)Math.Min(extent.Tokens, int.MaxValue);
    }

    public async Task<Retrieval> RetrieveAsync(Caller caller, RetrievalQuery query, CancellationToken cancellationToken)
    {
        var extent = await index.ExtentAsync(caller.UserId, query.Scope, options.Value.WholeFileTokens, cancellationToken).ConfigureAwait(false);
        if (extent.Chunks == 0)
        {
            return Retrieval.None with { Query = query.Text, Scope = query.Scope };
        }

        var (found, weights) = await search.FindAsync(
            new HybridQuery(caller, query.Scope, extent, query.Text, query.Mode, query.Weights, options.Value.Depth), cancellationToken).ConfigureAwait(false);
        var wholeChunks = await index.LoadFilesAsync(caller.UserId, WholeFiles(extent, query), cancellationToken).ConfigureAwait(false);
        var loaded = await index.LoadAsync(caller.UserId, [.. found.Select(c => c.ChunkId)], cancellationToken).ConfigureAwait(false);

        var chunks = loaded.ToDictionary(c => c.ChunkId);
        // A file that was deleted between ranking and loading is simply not there any more.
        var (ordered, by) = await RerankAsync(query.Text, [.. found.Where(c => chunks.ContainsKey(c.ChunkId))], chunks, cancellationToken).ConfigureAwait(false);
        var ranks = ordered.ToDictionary(c => c.ChunkId);
        var inWhole = wholeChunks.Select(c => c.ChunkId).ToHashSet();
        var selection = new PassageSelection(query, options.Value.DuplicateOverlap);
        foreach (var chunk in wholeChunks)
        {
            selection.AddWhole(Passages.Of(chunk, ranks.GetValueOrDefault(chunk.ChunkId)));
        }

        foreach (var hit in ordered.Where(c => !inWhole.Contains(c.ChunkId)))
        {
            selection.Offer(Passages.Of(chunks[hit.ChunkId], hit));
        }

        return selection.Build() with { Weights = weights, Reranker = by, Scope = query.Scope };
    }

    /// <summary>The reranker judges the best of the fusion; what it did not see keeps its order behind them.</summary>
    private async Task<(IReadOnlyList<FusedChunk> Chunks, string? By)> RerankAsync(
        string question, IReadOnlyList<FusedChunk> found, Dictionary<Guid, StoredChunk> chunks, CancellationToken cancellationToken)
    {
        if (reranker.Name is null || found.Count < 2)
        {
            return (found, null);
        }

        var judged = found.Take(options.Value.Rerank.Candidates).ToList();
        var texts = judged.ConvertAll(c => chunks[c.ChunkId] is { HeadingPath: { } path } chunk ? $"{path}\n{chunk.Text}" : chunks[c.ChunkId].Text);
        if (await reranker.ScoreAsync(question, texts, cancellationToken).ConfigureAwait(false) is not { } scores)
        {
            return (found, null);
        }

        var best = judged.Select((c, i) => double.IsFinite(scores[i]) ? c with { RerankScore = scores[i] } : c)
            .OrderByDescending(c => c.RerankScore ?? double.NegativeInfinity).ThenBy(c => c.Rank);
        return ([.. best, .. found.Skip(judged.Count)], reranker.Name);
    }

    /// <summary>The newest small files that fit together, with room kept for nothing else: whole is better than a cut of it.</summary>
    private static List<Guid> WholeFiles(ScopeExtent extent, RetrievalQuery query)
    {
        var (tokens, passages) = (query.TokenBudget, query.Limit);
        var whole = new List<Guid>();
        foreach (var file in extent.SmallFiles)
        {
            if (file.Tokens <= tokens && file.Chunks <= passages)
            {
                whole.Add(file.AttachmentId);
                tokens -= file.Tokens;
                passages -= file.Chunks;
            }
        }

        return whole;
    }
}
