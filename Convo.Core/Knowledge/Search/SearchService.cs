using Convo.Core.Accounts;
using Convo.Core.Shared;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

internal sealed class SearchService(ISearchIndex index, HybridSearch search, IOptions<SearchOptions> options) : ISearchService
{
    public async Task<IReadOnlyList<Passage>> SearchAsync(Caller caller, SearchRequest request, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Text))
        {
            throw ConvoException.Invalid("q", "q is what to search for: write at least one word.");
        }

        if (request.Limit is < 1 or > 200)
        {
            throw ConvoException.Invalid("limit", "limit must be between 1 and 200.");
        }

        if (!await index.MayReadAsync(caller.UserId, request.Scope, cancellationToken).ConfigureAwait(false))
        {
            throw ConvoException.NotFound("thread, collection or file");
        }

        var extent = await index.ExtentAsync(caller.UserId, request.Scope, 0, cancellationToken).ConfigureAwait(false);
        var depth = Math.Max(request.Limit, options.Value.Depth);
        var (found, _) = await search.FindAsync(
            new HybridQuery(caller, request.Scope, extent, request.Text, request.Mode, null, depth), cancellationToken).ConfigureAwait(false);
        var top = found.Take(request.Limit).ToList();
        var chunks = (await index.LoadAsync(caller.UserId, [.. top.Select(c => c.ChunkId)], cancellationToken).ConfigureAwait(false)).ToDictionary(c => c.ChunkId);
        return [.. top.Where(c => chunks.ContainsKey(c.ChunkId)).Select((c, i) => Passages.Of(chunks[c.ChunkId], c) with { Number = i + 1 })];
    }
}
