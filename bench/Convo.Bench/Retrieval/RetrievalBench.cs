using System.Diagnostics;
using System.Globalization;
using Convo.Core.Knowledge;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Bench.Retrieval;

/// <summary><c>retrieval --beir &lt;folder&gt;</c>: ranking quality and latency of each mode of search, with Lucene.Net's BM25 over the same files beside it.</summary>
internal static class RetrievalBench
{
    private const int Depth = 100;

    /// <summary>Passages that are asked for: long documents have several.</summary>
    private const int Passages = 150;

    public static BenchCommand Command { get; } = new(
        "retrieval",
        "Ranking quality beside Lucene.Net's BM25: --beir <folder> [--qrels file] [--language name] [--limit questions] [--weights 0,0.01,1] [--worst n]",
        RunAsync);

    private static async Task<int> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var folder = options.Text("beir");
        var collection = BeirCollection.Read(folder, options.Has("qrels") ? options.Text("qrels") : null);
        var queries = collection.Queries.Take(options.Number("limit", int.MaxValue)).ToList();
        var language = options.Text("language", CollectionLanguage.Of(collection.Documents));
        Say($"{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}: {collection.Documents.Count} documents, {queries.Count} questions, {language}");

        await using var host = await KnowledgeHost.StartAsync(services => services.AddSingleton<IDocumentExtractor, PlainTextExtractor>(), cancellationToken);
        var index = new RetrievalIndex(host);
        var started = Stopwatch.GetTimestamp();
        await index.FillAsync(collection.Documents, cancellationToken);
        Say($"indexed in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s ({index.Skipped} without a word); embedder {host.Get<IEmbedder>().ModelId}");

        var measured = new Dictionary<string, RankingMetrics>(StringComparer.Ordinal);
        foreach (var mode in new[] { SearchMode.Keyword, SearchMode.Vector, SearchMode.Hybrid })
        {
            // The first questions fill caches and prepare statements.
            foreach (var query in queries.Take(20))
            {
                await index.SearchAsync(query.Text, mode, Passages, cancellationToken);
            }

            measured[Name(mode)] = await MeasureAsync(
                Name(mode), collection, queries, question => index.SearchAsync(question, mode, Passages, cancellationToken));
        }

        using (var lucene = new LuceneIndex(collection.Documents, language))
        {
            measured["lucene"] = await MeasureAsync(
                $"lucene ({lucene.AnalyzerName})", collection, queries, question => Task.FromResult(lucene.Search(question, Depth)));
        }

        Say($"keyword − lucene {Difference(measured["keyword"], measured["lucene"])}; hybrid − keyword {Difference(measured["hybrid"], measured["keyword"])}  (nDCG@10)");
        Say($"languages: {await index.LanguagesAsync(cancellationToken)}");
        foreach (var (query, i) in queries.Select((query, i) => (query, i))
            .OrderBy(pair => measured["keyword"].NdcgByQuery[pair.i] - measured["lucene"].NdcgByQuery[pair.i]).Take(options.Number("worst", 0)))
        {
            Say($"  {measured["keyword"].NdcgByQuery[i]:0.00} against {measured["lucene"].NdcgByQuery[i]:0.00}  {query.Id}  {query.Text}");
        }

        if (options.Has("weights"))
        {
            await new FusionSweep(host, collection, queries).RunAsync(options.Text("weights"), index.DocumentOf, cancellationToken);
        }

        return 0;
    }

    private static async Task<RankingMetrics> MeasureAsync(
        string name, BeirCollection collection, List<BeirQuery> queries, Func<string, Task<IReadOnlyList<string>>> search)
    {
        var (metrics, took) = (new RankingMetrics(), new Durations());
        foreach (var query in queries)
        {
            var started = Stopwatch.GetTimestamp();
            var ranking = await search(query.Text);
            took.Add(Stopwatch.GetElapsedTime(started));
            metrics.Add(ranking, collection.Judgements[query.Id]);
        }

        Say($"{name,-26} {metrics}   {took}");
        return metrics;
    }

    private static string Difference(RankingMetrics a, RankingMetrics b) => (a.Ndcg - b.Ndcg).ToString("+0.0000;-0.0000", CultureInfo.InvariantCulture);

    private static string Name(SearchMode mode) => mode.ToString().ToLowerInvariant();

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
