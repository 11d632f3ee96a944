using Convo.Core.Knowledge;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Data.Knowledge;

/// <summary>Document frequencies and lengths are always what a recount gives.</summary>
public sealed class StatisticsTests : IAsyncLifetime
{
    /// <summary>Counts lexemes and languages whose figures differ from a recount; 0 is right.</summary>
    internal const string Drift =
        """
        WITH counted AS (
            SELECT lexeme_id, count(*) AS n FROM attachment_chunks AS c, unnest(c.lexeme_ids) AS lexeme_id GROUP BY lexeme_id
        ), lengths AS (
            SELECT language, count(*) AS chunks, sum(term_count) AS terms FROM attachment_chunks GROUP BY language
        )
        SELECT (SELECT count(*) FROM lexemes AS l FULL JOIN counted AS c ON c.lexeme_id = l.id WHERE l.document_frequency IS DISTINCT FROM coalesce(c.n, 0))
             + (SELECT count(*) FROM search_languages AS s LEFT JOIN lengths AS g ON g.language = s.language
                WHERE s.chunk_count <> coalesce(g.chunks, 0) OR s.term_count <> coalesce(g.terms, 0))
        """;

    private KnowledgeEngine _engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _engine = await KnowledgeEngine.StartAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task IndexAndDelete_Concurrently_KeepDocumentFrequencies()
    {
        var random = new Random(7);
        var texts = Enumerable.Range(0, 40).Select(i => Text(random, i)).ToList();
        await using var other = _engine.AddNode();

        await Task.WhenAll(texts.Select((text, i) => Task.Run(
            async () =>
            {
                var node = i % 2 == 0 ? _engine : other;
                var file = await node.IndexAsync(text);
                Assert.Equal(AttachmentStatus.Ready, file.Status);
                if (i % 3 == 0)
                {
                    await node.Attachments.DeleteAsync(node.Owner, file.Id, Token);
                }
            },
            Token)));

        Assert.Equal(0, await _engine.CountAsync(Drift));
        Assert.Equal(26, await _engine.CountAsync("SELECT count(*) FROM attachments WHERE status = 'ready'"));
    }

    [Fact]
    public async Task Index_WhileFilesWithTheSameWordsGo_IsReadyAtOnce()
    {
        var random = new Random(11);
        var texts = Enumerable.Range(0, 120).Select(_ => string.Join(' ', Enumerable.Range(0, 30).Select(_ => $"rare{random.Next(400)}"))).ToList();

        await Parallel.ForEachAsync(texts, new ParallelOptions { MaxDegreeOfParallelism = 12, CancellationToken = Token }, async (text, _) =>
        {
            var file = await _engine.IndexAsync(text);
            Assert.Equal(AttachmentStatus.Ready, file.Status);
            await _engine.Attachments.DeleteAsync(_engine.Owner, file.Id, Token);
        });

        Assert.Equal(0, await _engine.CountAsync("SELECT count(*) FROM lexemes"));
        Assert.Equal(0, await _engine.CountAsync(Drift));
    }

    [Fact]
    public async Task Delete_OfAFile_LeavesNothingThatCanBeFound()
    {
        var file = await _engine.IndexAsync("The zanzibarite mineral was described in Dodoma.");
        await CiteAsync(file);

        await _engine.Attachments.DeleteAsync(_engine.Owner, file.Id, Token);

        Assert.Empty(await _engine.FindAsync("zanzibarite"));
        Assert.Equal(0, await _engine.CountAsync("SELECT count(*) FROM lexemes WHERE lexeme LIKE 'zanzibar%'"));
        Assert.Equal(0, await _engine.CountAsync(LeftOvers));
        Assert.Equal(0, await _engine.CountAsync("SELECT count(*) FROM citations WHERE attachment_id IS NOT NULL OR chunk_id IS NOT NULL OR quote <> ''"));
        Assert.Equal(1, await _engine.CountAsync("SELECT count(*) FROM citations WHERE filename = 'notes.txt'"));
        Assert.Equal(0, await _engine.CountAsync(Drift));
    }

    [Theory]
    [InlineData("DELETE FROM users")]
    [InlineData("DELETE FROM conversation_threads")]
    [InlineData("DELETE FROM collections")]
    public async Task Delete_OfWhatHoldsFiles_TakesTheirChunksAndCountsAlong(string sql)
    {
        var thread = sql.Contains("threads", StringComparison.Ordinal) ? await _engine.AddThreadAsync() : (Guid?)null;
        var collection = sql.Contains("collections", StringComparison.Ordinal) ? await _engine.AddCollectionAsync() : (Guid?)null;
        await _engine.IndexAsync("First text about harbours.", threadId: thread, collectionId: collection);
        await _engine.IndexAsync("Second text about harbours and ships.", threadId: thread, collectionId: collection);

        await _engine.ExecuteAsync(sql);

        Assert.Equal(0, await _engine.CountAsync(LeftOvers));
        Assert.Equal(0, await _engine.CountAsync("SELECT count(*) FROM lexemes"));
        Assert.Equal(0, await _engine.CountAsync(Drift));
    }

    private const string LeftOvers =
        """
        SELECT (SELECT count(*) FROM attachments) + (SELECT count(*) FROM attachment_blobs) + (SELECT count(*) FROM attachment_texts)
             + (SELECT count(*) FROM attachment_chunks) + (SELECT count(*) FROM chunk_embeddings) + (SELECT count(*) FROM attachment_drafts)
        """;

    private async Task CiteAsync(Attachment file)
    {
        var thread = await _engine.AddThreadAsync();
        await _engine.ExecuteAsync(
            "INSERT INTO conversation_messages (id, thread_id, role, content, status) VALUES (@thread, @thread, 'assistant', 'It is [1].', 'complete')", new { thread });
        await _engine.ExecuteAsync(
            """
            INSERT INTO citations (message_id, number, chunk_id, attachment_id, filename, page_from, page_to, quote, verified)
            SELECT @thread, 1, c.id, c.attachment_id, 'notes.txt', 1, 1, 'zanzibarite mineral', true FROM attachment_chunks AS c WHERE c.attachment_id = @id
            """,
            new { thread, id = file.Id });
    }

    private static string Text(Random random, int number) =>
        $"Document {number}. " + string.Join(' ', Enumerable.Range(0, 80).Select(_ => "word" + Math.Floor(60 * Math.Pow(random.NextDouble(), 2)).ToString("0", null)));
}
