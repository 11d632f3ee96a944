using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Data.Knowledge;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Data.Knowledge;

/// <summary>Deleting what holds a file leaves nothing of its words in any column of any table.</summary>
public sealed class DeletionTests : IAsyncLifetime
{
    /// <summary>A word that nothing else has; its stem is the same.</summary>
    private const string Canary = "zanzibarit";

    private KnowledgeEngine _engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _engine = await KnowledgeEngine.StartAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Theory]
    [InlineData("file")]
    [InlineData("thread")]
    [InlineData("collection")]
    [InlineData("user")]
    public async Task Delete_OfWhatHoldsAFile_LeavesItsWordsNowhere(string what)
    {
        var (thread, collection) = (await _engine.AddThreadAsync(), await _engine.AddCollectionAsync());
        var file = await _engine.IndexAsync(
            $"The {Canary} mineral was found on Pemba. It glows at night.", "minerals.txt",
            threadId: what == "thread" ? thread : null, collectionId: what == "collection" ? collection : null);
        var kept = await _engine.IndexAsync("Another mineral was found in Dodoma.", "kept.txt", owner: await _engine.AddUserAsync());
        // The answer stands in a thread of its own, so that its citation outlives the thread that held the file.
        var message = await _engine.AddThreadAsync();
        await CiteAsync(message, file);
        Assert.Contains("attachment_chunks", await HoldersAsync());
        Assert.Contains("attachment_blobs", await HoldersAsync());
        Assert.Contains("citations", await HoldersAsync());
        Assert.Contains("lexemes", await HoldersAsync());

        await (what switch
        {
            "file" => _engine.Attachments.DeleteAsync(_engine.Owner, file.Id, Token),
            "thread" => _engine.ExecuteAsync("DELETE FROM conversation_threads WHERE id = @thread", new { thread }),
            "collection" => _engine.Get<ICollectionService>().DeleteAsync(_engine.Owner, collection, Token),
            _ => _engine.ExecuteAsync("DELETE FROM users WHERE id = @id", new { id = _engine.Owner.UserId }),
        });

        Assert.Equal("", await HoldersAsync());
        Assert.Equal(0, await _engine.CountAsync(StatisticsTests.Drift));
        Assert.Equal(0, await _engine.CountAsync("SELECT count(*) FROM chunk_embeddings WHERE attachment_id <> @id", new { id = kept.Id }));
        Assert.Equal(1, await _engine.CountAsync("SELECT count(*) FROM attachments WHERE status = 'ready' AND id = @id", new { id = kept.Id }));
    }

    [Theory]
    [InlineData("thread")]
    [InlineData("collection")]
    [InlineData("user")]
    public async Task Delete_WhileItsFilesAreIndexed_LeavesNothingAndRightCounts(string what)
    {
        var owner = await _engine.AddUserAsync();
        var (thread, collection) = (await _engine.AddThreadAsync(owner), await _engine.AddCollectionAsync(owner));
        var files = new List<Guid>();
        for (var i = 0; i < 12; i++)
        {
            files.Add((await _engine.UploadAsync(
                $"The {Canary} mineral, part {i}.", $"{i}.txt", owner, what == "thread" ? thread : null, what == "collection" ? collection : null)).Id);
            await _engine.UploadAsync($"Harbours and minerals, part {i}.", "kept.txt");
        }

        await using var other = _engine.AddNode();
        var indexing = new[] { _engine, other }.Select(node => Task.Run(node.RunAllAsync, Token)).ToList();
        await _engine.ExecuteAsync(
            what switch
            {
                "thread" => "DELETE FROM conversation_threads WHERE id = @thread",
                "collection" => "DELETE FROM collections WHERE id = @collection",
                _ => "DELETE FROM users WHERE id = @owner",
            },
            new { thread, collection, owner = owner.UserId });
        await Task.WhenAll(indexing);

        Assert.Equal("", await HoldersAsync());
        Assert.Equal(0, await _engine.CountAsync(StatisticsTests.Drift));
        Assert.Equal(0, await _engine.CountAsync("SELECT count(*) FROM attachments WHERE id = ANY (@files)", new { files = files.ToArray() }));
        Assert.Equal(12, await _engine.CountAsync("SELECT count(*) FROM attachments WHERE status = 'ready'"));
    }

    /// <summary>Every table that has the canary in any of its columns, whatever their types.</summary>
    private async Task<string> HoldersAsync()
    {
        var tables = await _engine.Database.Db.QueryAsync<string>(
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1", null, Token);
        var holders = new List<string>();
        var hex = Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(Canary));
        foreach (var table in tables)
        {
            var rows = await _engine.CountAsync(
                $"SELECT count(*) FROM {table} AS t WHERE t::text ILIKE '%{Canary}%' OR t::text LIKE '%{hex}%'");
            if (rows > 0)
            {
                holders.Add(table);
            }
        }

        return string.Join(", ", holders);
    }

    private async Task CiteAsync(Guid message, Attachment file)
    {
        await _engine.ExecuteAsync(
            "INSERT INTO conversation_messages (id, thread_id, role, content, status) VALUES (@message, @message, 'assistant', 'It glows [1].', 'complete')", new { message });
        var passage = (await _engine.FindAsync($"{Canary} mineral")).First(p => p.AttachmentId == file.Id);
        var citation = new Citation(1, passage.ChunkId, file.Id, file.Filename, 1, 1, $"{Canary} mineral", true);
        var retrieval = await _engine.Retriever.RetrieveAsync(_engine.Owner, new RetrievalQuery("mineral found", RetrievalScope.Everything), Token);
        await _engine.Database.Db.InTransactionAsync(
            async session =>
            {
                await CitationSql.SaveAsync(session, message, [citation], Token);
                await RetrievalSql.SaveAsync(session, message, retrieval, Token);
            },
            Token);
    }
}
