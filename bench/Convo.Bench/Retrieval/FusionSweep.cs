using System.Globalization;
using Convo.Core.Knowledge;

namespace Convo.Bench.Retrieval;

/// <summary>
/// What the vector leg's weight in the fusion does, and whether a weight that was chosen on one half of the questions holds on the other:
/// the held-out figure is that of each half under the weight that was best on the other half.
/// </summary>
internal sealed class FusionSweep(KnowledgeHost host, BeirCollection collection, IReadOnlyList<BeirQuery> queries)
{
    private const int Depth = 100;

    public async Task RunAsync(string weights, Func<Guid, string?> documentOf, CancellationToken cancellationToken)
    {
        var tried = weights.Split(',').Select(weight => double.Parse(weight, CultureInfo.InvariantCulture)).ToList();
        var metrics = tried.ConvertAll(_ => new RankingMetrics());
        var (index, embedder) = (host.Get<ISearchIndex>(), host.Get<IEmbedder>());
        var extent = await index.ExtentAsync(host.Owner.UserId, RetrievalScope.Everything, 0, cancellationToken);
        foreach (var query in queries)
        {
            var vector = (await embedder.EmbedAsync([query.Text], EmbeddingPurpose.Query, cancellationToken))[0];
            var words = await index.KeywordAsync(host.Owner.UserId, RetrievalScope.Everything, extent, SearchText.Of(query.Text), Depth, cancellationToken);
            var meaning = await index.VectorAsync(host.Owner.UserId, RetrievalScope.Everything, extent, embedder.ModelId, vector, Depth, cancellationToken);
            var files = (await index.LoadAsync(host.Owner.UserId, [.. words.Concat(meaning).Select(c => c.ChunkId).Distinct()], cancellationToken))
                .ToDictionary(chunk => chunk.ChunkId, chunk => documentOf(chunk.AttachmentId)!);
            for (var i = 0; i < tried.Count; i++)
            {
                var fused = RankFusion.Fuse(words, meaning, new FusionWeights(1, tried[i]));
                metrics[i].Add([.. fused.Select(chunk => files[chunk.ChunkId]).Distinct(StringComparer.Ordinal).Take(Depth)], collection.Judgements[query.Id]);
            }
        }

        for (var i = 0; i < tried.Count; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  vector weight {tried[i],-6} {metrics[i]}   even half {Half(metrics[i], 0):0.0000}   odd half {Half(metrics[i], 1):0.0000}"));
        }

        var (even, odd) = (metrics.MaxBy(m => Half(m, 0))!, metrics.MaxBy(m => Half(m, 1))!);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  held out: odd half {Half(even, 1):0.0000} under {tried[metrics.IndexOf(even)]} (best on even), even half {Half(odd, 0):0.0000} under {tried[metrics.IndexOf(odd)]} (best on odd)"));
    }

    private static double Half(RankingMetrics metrics, int rest) => metrics.NdcgByQuery.Where((_, i) => i % 2 == rest).Average();
}
