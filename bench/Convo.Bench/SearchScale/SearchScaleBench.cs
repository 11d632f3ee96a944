using System.Diagnostics;
using System.Globalization;
using Convo.Core.Knowledge;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Convo.Bench.SearchScale;

/// <summary>
/// <c>search-scale --chunks 200000,1000000</c>: how search grows with the stock, and what the vector index finds under a narrow filter. With
/// <c>--data</c> the filled database is kept, and <c>--fill-only</c> ends there: it may be filled on a busy machine and measured on a quiet one.
/// </summary>
internal static class SearchScaleBench
{
    private const int Limit = 12;

    public static BenchCommand Command { get; } = new(
        "search-scale",
        "Latency of each leg over a scope of 10,000 passages and over all, recall of the vector index: [--chunks 200000,1000000] [--queries 200] [--data <kept folder>] [--fill-only] [--beir <folder of real passages>] [--dense]",
        RunAsync);

    private static async Task<int> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var sizes = options.Text("chunks", "200000").Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture)).Order();
        await using var host = await KnowledgeHost.StartAsync(
            services =>
            {
                if (options.Has("dense"))
                {
                    services.AddSingleton<IEmbedder, DenseEmbedder>();
                }
            },
            cancellationToken,
            options.Has("data") ? options.Text("data") : null);
        var stock = new ScaleStock(host, options.Has("beir") ? new BeirCorpus(options.Text("beir")) : new ZipfCorpus());
        await stock.PrepareAsync(cancellationToken);
        foreach (var size in sizes)
        {
            await GrowAsync(host, stock, size, cancellationToken);
            if (!options.Has("fill-only"))
            {
                await WarmAsync(host, cancellationToken);
                await MeasureAsync(host, stock, options.Number("queries", 200), cancellationToken);
            }
        }

        return 0;
    }

    private static async Task MeasureAsync(KnowledgeHost host, ScaleStock stock, int queries, CancellationToken cancellationToken)
    {
        foreach (var mode in new[] { SearchMode.Keyword, SearchMode.Vector, SearchMode.Hybrid })
        {
            await MeasureAsync(host, $"{mode,-8} scope 10,000", new RetrievalScope(null, [], [stock.Small]), mode, stock.SmallQuestion, queries, cancellationToken);
            await MeasureAsync(host, $"{mode,-8} everything  ", RetrievalScope.Everything, mode, stock.Question, queries, cancellationToken);
        }

        await new IndexRecall(host, stock).MeasureAsync(queries, cancellationToken);
    }

    private const string SizesSql =
        """
        SELECT pg_size_pretty(pg_table_size('attachment_chunks')) || ' passages, ' || pg_size_pretty(pg_relation_size('attachment_chunks_lexemes')) || ' inverted index, '
            || pg_size_pretty(pg_table_size('chunk_embeddings')) || ' vectors, ' || pg_size_pretty(pg_indexes_size('chunk_embeddings')) || ' vector indexes, '
            || (SELECT count(*) FROM lexemes) || ' lexemes'
        """;

    private static async Task GrowAsync(KnowledgeHost host, ScaleStock stock, int size, CancellationToken cancellationToken)
    {
        var (before, started) = (stock.Chunks, Stopwatch.GetTimestamp());
        await stock.GrowAsync(size, cancellationToken);
        var filled = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        await host.Get<ISearchMaintenance>().RunAsync(cancellationToken);
        var maintained = Stopwatch.GetElapsedTime(started);
        if (stock.Chunks > before || maintained > TimeSpan.FromSeconds(1))
        {
            await VacuumAsync(host, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{stock.Chunks} passages: {stock.Chunks - before} written in {filled.TotalSeconds:0} s, vectors indexed in {maintained.TotalSeconds:0} s"));
        }

        Console.WriteLine($"{stock.Chunks} passages, embedder {host.Get<IEmbedder>().ModelId}");
        Console.WriteLine("  " + await host.Db.ScalarAsync<string>(SizesSql, null, cancellationToken));
    }

    // pg_prewarm comes with PostgreSQL; where it was left out, the first questions read from the disk.
    private const string WarmSql =
        """
        SELECT sum(pg_prewarm(c.oid::regclass))
        FROM pg_class AS c
        LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
        WHERE coalesce(i.indrelid, c.oid) IN ('attachments'::regclass, 'attachment_chunks'::regclass, 'chunk_embeddings'::regclass, 'lexemes'::regclass)
        """;

    /// <summary>Reads tables and indexes into memory once, as they are on a server that has been up for a while.</summary>
    private static async Task WarmAsync(KnowledgeHost host, CancellationToken cancellationToken)
    {
        if (await host.Db.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_prewarm')", null, cancellationToken))
        {
            await RunAsync(host, "CREATE EXTENSION IF NOT EXISTS pg_prewarm", cancellationToken);
            await RunAsync(host, WarmSql, cancellationToken);
        }
    }

    /// <summary>As autovacuum does once a stock of that size has come in.</summary>
    private static Task VacuumAsync(KnowledgeHost host, CancellationToken cancellationToken) => RunAsync(host, "VACUUM (ANALYZE)", cancellationToken);

    /// <summary>Without a time limit.</summary>
    private static async Task RunAsync(KnowledgeHost host, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await host.Get<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task MeasureAsync(
        KnowledgeHost host, string name, RetrievalScope scope, SearchMode mode, Func<int, string> question, int queries, CancellationToken cancellationToken)
    {
        var (search, took, found) = (host.Get<ISearchService>(), new Durations(), 0);
        // Twenty more come first and are not counted: they fill caches.
        for (var i = -20; i < queries; i++)
        {
            var text = question(i + 1_000);
            var started = Stopwatch.GetTimestamp();
            var passages = await search.SearchAsync(host.Owner, new SearchRequest(text, scope, mode, Limit), cancellationToken);
            if (i >= 0)
            {
                took.Add(Stopwatch.GetElapsedTime(started));
                found += passages.Count;
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name}   {took}   {(double)found / queries:0.0} passages each"));
    }
}
