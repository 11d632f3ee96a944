using Convo.Core.Accounts;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>
/// Chooses what the model gets to read: small files of the thread whole, then the best passages of the search, repeats folded, within the
/// token budget. What was found and left out is reported with the reason.
/// </summary>
internal sealed class Retriever(ISearchIndex index, HybridSearch search, IOptions<SearchOptions> options) : IRetriever
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
            return Retrieval.None with { Query = query.Text };
        }

        var found = await search.FindAsync(caller.UserId, query.Scope, extent, query.Text, query.Mode, options.Value.Depth, cancellationToken).ConfigureAwait(false);
        var whole = WholeFiles(extent, query);
        var wholeChunks = await index.LoadFilesAsync(caller.UserId, whole, cancellationToken).ConfigureAwait(false);
        var loaded = await index.LoadAsync(caller.UserId, [.. found.Select(c => c.ChunkId)], cancellationToken).ConfigureAwait(false);

        var ranks = found.ToDictionary(c => c.ChunkId);
        var chunks = loaded.ToDictionary(c => c.ChunkId);
        var inWhole = wholeChunks.Select(c => c.ChunkId).ToHashSet();
        var selection = new PassageSelection(query, options.Value.DuplicateOverlap);
        foreach (var chunk in wholeChunks)
        {
            selection.AddWhole(Passages.Of(chunk, ranks.GetValueOrDefault(chunk.ChunkId)));
        }

        // A file that was deleted between ranking and loading is simply not there any more.
        foreach (var hit in found.Where(c => !inWhole.Contains(c.ChunkId) && chunks.ContainsKey(c.ChunkId)))
        {
            selection.Offer(Passages.Of(chunks[hit.ChunkId], hit));
        }

        return selection.Build();
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
