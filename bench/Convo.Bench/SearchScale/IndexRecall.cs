using System.Diagnostics;
using System.Globalization;
using Convo.Core.Knowledge;

namespace Convo.Bench.SearchScale;

/// <summary>
/// What the vector leg finds of the true nearest passages, over everything and for a person who may read one row in a hundred: as Convo searches
/// (it compares narrow scopes one by one), and with the index forced on it.
/// </summary>
internal sealed class IndexRecall(KnowledgeHost host, ScaleStock stock)
{
    private const int Depth = 60;

    /// <summary>A scope so small that it is compared one by one, and one so large that it never is.</summary>
    private const long Narrow = 1;
    private const long Endless = 1_000_000_000;

    public async Task MeasureAsync(int queries, CancellationToken cancellationToken)
    {
        await MeasureAsync("1 % of the rows", stock.Reader.UserId, queries, cancellationToken);
        await MeasureAsync("all rows", host.Owner.UserId, Math.Min(queries, 50), cancellationToken);
    }

    private async Task MeasureAsync(string name, Guid personId, int queries, CancellationToken cancellationToken)
    {
        var (index, embedder) = (host.Get<ISearchIndex>(), host.Get<IEmbedder>());
        var real = (await index.ExtentAsync(personId, RetrievalScope.Everything, 0, cancellationToken)).Chunks;
        var (exact, searched, forced) = (new Durations(), new Durations(), new Durations());
        var (wanted, found, indexed) = (0, 0, 0);
        for (var i = 0; i < queries; i++)
        {
            var vector = (await embedder.EmbedAsync([stock.Question(i)], EmbeddingPurpose.Query, cancellationToken))[0];
            var truth = await FindAsync(Narrow, exact);
            wanted += truth.Count;
            found += (await FindAsync(real, searched)).Intersect(truth).Count();
            indexed += (await FindAsync(Endless, forced)).Intersect(truth).Count();

            async Task<List<Guid>> FindAsync(long chunks, Durations took)
            {
                var started = Stopwatch.GetTimestamp();
                var ranked = await index.VectorAsync(
                    personId, RetrievalScope.Everything, new ScopeExtent(1, chunks, 0, []), embedder.ModelId, vector, Depth, cancellationToken);
                took.Add(Stopwatch.GetElapsedTime(started));
                return [.. ranked.Select(chunk => chunk.ChunkId)];
            }
        }

        Console.WriteLine($"  vector leg under a filter that keeps {name} ({real.ToString("N0", CultureInfo.InvariantCulture)}):");
        Say("as searched", found, wanted, searched);
        Say("through the index", indexed, wanted, forced);
        Say("one by one", wanted, wanted, exact);
    }

    private static void Say(string how, int found, int wanted, Durations took) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {how,-18} recall@{Depth} {(double)found / Math.Max(1, wanted):0.000}   {took}"));
}
