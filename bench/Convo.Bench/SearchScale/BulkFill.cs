using System.Collections.Concurrent;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Data;
using Convo.Data.Knowledge;

namespace Convo.Bench.SearchScale;

/// <summary>
/// Writes passages as publication does (the same analysis, weights, vectors and binary COPY) without what a stock of a million makes slow: the
/// inverted index is built at the end and the statistics, which triggers keep otherwise, are counted once. A run that was ended early is taken up.
/// </summary>
internal sealed class BulkFill(KnowledgeHost host, ScaleCorpus corpus)
{
    private const int Workers = 3;

    private readonly LexemeAnalysis _analysis = new(host.Db);
    private readonly IEmbedder _embedder = host.Get<IEmbedder>();
    private readonly ConcurrentDictionary<(string Language, string Lexeme), int> _ids = new();
    private readonly ConcurrentDictionary<string, double> _averages = new(StringComparer.Ordinal);

    private const string NamesSql = "SELECT filename FROM attachments";

    private const string DropIndexSql = "DROP INDEX IF EXISTS attachment_chunks_lexemes";

    public async Task RunAsync(IEnumerable<int> files, Func<int, Guid?> collectionOf, CancellationToken cancellationToken)
    {
        var there = (await host.Db.QueryAsync<string>(NamesSql, null, cancellationToken)).ToHashSet(StringComparer.Ordinal);
        await host.Db.ExecuteAsync(DropIndexSql, null, cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            files.Where(file => !there.Contains(Name(file))), options, async (file, token) => await AddAsync(file, collectionOf(file), token));
        await BulkStatistics.FinishAsync(host, cancellationToken);
    }

    private const string FileSql =
        """
        INSERT INTO attachments (id, owner_id, collection_id, filename, media_type, size_bytes, sha256, status, pages, chunk_count, token_count, language)
        VALUES (@id, @ownerId, @collectionId, @name, 'text/plain', 1, '', 'ready', 1, @chunks, @tokens, @language)
        """;

    private async Task AddAsync(int file, Guid? collectionId, CancellationToken cancellationToken)
    {
        var (id, texts) = (TimeProvider.System.NewId(), corpus.File(file, ScaleStock.ChunksPerFile));
        var (title, language) = (Path.GetFileNameWithoutExtension(Name(file)), LanguageDetector.Detect(string.Join('\n', texts)));
        var vectors = await _embedder.EmbedAsync([.. texts.Select(text => PassageContext.Of(title, null, text))], EmbeddingPurpose.Document, cancellationToken);
        var chunks = texts.Select((text, i) => new NewChunk(
            TimeProvider.System.NewId(), i, new ChunkCut(null, 1, 1, 0, text.Length, text.Length / 5, language), text, SearchText.Of(title, null, text), [vectors[i]])).ToList();
        var weighted = await WeighAsync(chunks, language, cancellationToken);
        var row = new { id, ownerId = host.Owner.UserId, collectionId, name = Name(file), chunks = chunks.Count, tokens = chunks.Sum(c => c.Cut.TokenCount), language };
        var publication = new Publication(new DocumentText("", [], 1, language, []), [_embedder.ModelId], chunks);
        await host.Db.InTransactionAsync(
            async session =>
            {
                await session.ExecuteAsync(FileSql, row, cancellationToken);
                await session.ExecuteAsync("SET LOCAL session_replication_role = replica", null, cancellationToken);
                await ChunkCopy.EmbeddingsAsync(session, id, publication, cancellationToken);
                await ChunkCopy.ChunksAsync(session, id, chunks, weighted, cancellationToken);
            },
            cancellationToken);
    }

    private async Task<Dictionary<Guid, WeightedText>> WeighAsync(List<NewChunk> chunks, string language, CancellationToken cancellationToken)
    {
        var analysed = await _analysis.AnalyseAsync(language, [.. chunks.Select(chunk => chunk.SearchText)], cancellationToken);
        var lexemes = analysed.SelectMany(text => text.Lexemes).ToHashSet(StringComparer.Ordinal);
        var unknown = lexemes.Where(lexeme => !_ids.ContainsKey((language, lexeme))).ToList();
        foreach (var (lexeme, id) in unknown.Count > 0 ? await _analysis.IdsAsync(language, unknown, cancellationToken) : [])
        {
            _ids[(language, lexeme)] = id;
        }

        if (!_averages.TryGetValue(language, out var average))
        {
            average = await _analysis.AverageLengthAsync(language, Math.Max(1, analysed.Average(text => text.Length)), cancellationToken);
            _averages[language] = average;
        }

        var ids = lexemes.ToDictionary(lexeme => lexeme, lexeme => _ids[(language, lexeme)], StringComparer.Ordinal);
        return chunks.Zip(analysed).ToDictionary(pair => pair.First.Id, pair => WeightedText.Of(pair.Second, ids, average));
    }

    private static string Name(int file) => $"file {file}.txt";
}
