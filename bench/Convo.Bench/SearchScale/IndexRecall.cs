using System.Diagnostics;
using System.Globalization;
using Convo.Core.Knowledge;

namespace Convo.Bench.SearchScale;

/// <summary>What the vector index finds of the true nearest passages: over everything, and for a person who may read one row in a hundred.</summary>
internal sealed class IndexRecall(KnowledgeHost host, ScaleStock stock)
{
    private const int Depth = 60;

    public async Task MeasureAsync(int queries, CancellationToken cancellationToken)
    {
        await MeasureAsync("1 % of the rows", stock.Reader.UserId, queries, cancellationToken);
        await MeasureAsync("all rows", host.Owner.UserId, Math.Min(queries, 50), cancellationToken);
    }

    private async Task MeasureAsync(string name, Guid personId, int queries, CancellationToken cancellationToken)
    {
        var (index, embedder) = (host.Get<ISearchIndex>(), host.Get<IEmbedder>());
        var (indexed, exact) = (new Durations(), new Durations());
        var (found, wanted) = (0, 0);
        for (var i = 0; i < queries; i++)
        {
            var vector = (await embedder.EmbedAsync([stock.Question(i)], EmbeddingPurpose.Query, cancellationToken))[0];
            // The extent decides between the index and comparing all: a small one makes it exact.
            var truth = await FindAsync(1, exact);
            var got = await FindAsync(long.MaxValue / 1_000_000, indexed);
            wanted += truth.Count;
            found += got.Intersect(truth).Count();

            async Task<List<Guid>> FindAsync(long chunks, Durations took)
            {
                var started = Stopwatch.GetTimestamp();
                var ranked = await index.VectorAsync(
                    personId, RetrievalScope.Everything, new ScopeExtent(1, chunks, 0, []), embedder.ModelId, vector, Depth, cancellationToken);
                took.Add(Stopwatch.GetElapsedTime(started));
                return [.. ranked.Select(chunk => chunk.ChunkId)];
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  vector index under a filter that keeps {name}: recall@{Depth} {(double)found / Math.Max(1, wanted):0.000}   {indexed}"));
        Console.WriteLine($"  {"the same compared one by one",-58}{exact}");
    }
}
