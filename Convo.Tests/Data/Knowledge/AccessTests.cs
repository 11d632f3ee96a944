using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Data.Knowledge;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Data.Knowledge;

/// <summary>What another person owns is never found, whatever the mode and whatever ids are named.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private const string Canary = "CANARY-7f3a9 the launch code of the lighthouse is heliotrope";

    private KnowledgeEngine _engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _engine = await KnowledgeEngine.StartAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Theory]
    [InlineData(SearchMode.Hybrid)]
    [InlineData(SearchMode.Keyword)]
    [InlineData(SearchMode.Vector)]
    public async Task Search_ByAnotherUser_NeverFindsTheCanary(SearchMode mode)
    {
        var thread = await _engine.AddThreadAsync();
        var collection = await _engine.AddCollectionAsync();
        var files = new[]
        {
            await _engine.IndexAsync(Canary), await _engine.IndexAsync(Canary, threadId: thread), await _engine.IndexAsync(Canary, collectionId: collection),
        };
        var other = await _engine.AddUserAsync();
        await _engine.IndexAsync("The harbour master keeps a list of ships.", owner: other);

        RetrievalScope[] scopes =
        [
            RetrievalScope.Everything, new(thread, [], []), new(null, [.. files.Select(f => f.Id)], []), new(null, [], [collection]),
            new(thread, [.. files.Select(f => f.Id)], [collection]),
        ];
        foreach (var scope in scopes)
        {
            if (scope == RetrievalScope.Everything)
            {
                Assert.DoesNotContain(await _engine.FindAsync(Canary, mode, other, scope), p => p.Text.Contains("CANARY", StringComparison.Ordinal));
            }
            else
            {
                var refusal = await Assert.ThrowsAsync<ConvoException>(() => _engine.FindAsync(Canary, mode, other, scope));
                Assert.Equal(ProblemKind.NotFound, refusal.Kind);
            }

            var retrieval = await _engine.Retriever.RetrieveAsync(other, new RetrievalQuery(Canary, scope, Mode: mode), Token);
            Assert.DoesNotContain(retrieval.Passages.Concat(retrieval.CutPassages), p => p.Text.Contains("CANARY", StringComparison.Ordinal));
        }

        Assert.Equal(3, (await _engine.FindAsync(Canary, mode)).Count);
    }

    [Fact]
    public async Task VectorIndex_UnderTheAccessFilter_StillFindsTheOwnersFew()
    {
        var other = await _engine.AddUserAsync();
        await _engine.IndexAsync(string.Join("\n\n", Enumerable.Range(0, 120).Select(i => $"# Part {i}\n\nThe lighthouse keeper number {i} writes about storms.")), owner: other);
        var mine = await _engine.IndexAsync("The lighthouse keeper writes about my own storm.");
        await _engine.Get<EmbeddingIndex>().EnsureAsync("convo-lexical-1", 512, Token);
        var query = new LexicalEmbedder();
        var vector = (await query.EmbedAsync(["lighthouse keeper storms"], EmbeddingPurpose.Query, Token))[0];

        // So large a scope that it goes through the index.
        var found = await _engine.Get<ISearchIndex>().VectorAsync(
            _engine.Owner.UserId, RetrievalScope.Everything, new ScopeExtent(1, 1_000_000, 0, []), query.ModelId, vector, 10, Token);

        var chunk = Assert.Single(await _engine.Get<ISearchIndex>().LoadAsync(_engine.Owner.UserId, [.. found.Select(f => f.ChunkId)], Token));
        Assert.Equal(mine.Id, chunk.AttachmentId);
    }

    [Fact]
    public async Task Collection_ForReadersAndTeams_IsFoundByThemAloneAndChangedByWriters()
    {
        var team = TimeProvider.System.NewId();
        await _engine.ExecuteAsync("INSERT INTO teams (id, name) VALUES (@team, 'Harbour')", new { team });
        var (reader, member, writer, stranger) = (await _engine.AddUserAsync(), await _engine.AddUserAsync(team), await _engine.AddUserAsync(), await _engine.AddUserAsync());
        var collection = await _engine.AddCollectionAsync();
        var file = await _engine.IndexAsync(Canary, collectionId: collection);
        await AdmitAsync(collection, reader.UserId, null, "read");
        await AdmitAsync(collection, null, team, "read");
        await AdmitAsync(collection, writer.UserId, null, "write");

        foreach (var person in new[] { reader, member, writer })
        {
            Assert.Single(await _engine.FindAsync("heliotrope lighthouse", caller: person));
            Assert.Equal(file.Id, (await _engine.Attachments.GetAsync(person, file.Id, Token)).Id);
        }

        Assert.Empty(await _engine.FindAsync("heliotrope lighthouse", caller: stranger));
        Assert.Equal(ProblemKind.NotFound, (await Assert.ThrowsAsync<ConvoException>(() => _engine.Attachments.DeleteAsync(reader, file.Id, Token))).Kind);
        Assert.Equal(ProblemKind.NotFound, (await Assert.ThrowsAsync<ConvoException>(() => _engine.UploadAsync("x", owner: member, collectionId: collection))).Kind);
        await _engine.Attachments.DeleteAsync(writer, file.Id, Token);
    }

    [Fact]
    public async Task Source_OfAnothersPassage_Is404()
    {
        await _engine.IndexAsync(Canary);
        var chunk = Assert.Single(await _engine.FindAsync("heliotrope")).ChunkId;
        var other = await _engine.AddUserAsync();

        var refusal = await Assert.ThrowsAsync<ConvoException>(() => _engine.Attachments.SourceAsync(other, chunk, Token));

        Assert.Equal(ProblemKind.NotFound, refusal.Kind);
    }

    [Fact]
    public async Task Scope_OfAThread_HoldsItsFilesAndThoseOfItsMessagesOnly()
    {
        var thread = await _engine.AddThreadAsync();
        await _engine.IndexAsync("Anchors in the thread.", "thread.txt", threadId: thread);
        var sent = await _engine.IndexAsync("Anchors sent with a message.", "message.txt");
        await _engine.IndexAsync("Anchors somewhere else.", "else.txt");
        await _engine.ExecuteAsync("INSERT INTO conversation_messages (id, thread_id, role, content, status) VALUES (@thread, @thread, 'user', 'see', 'complete')", new { thread });
        await _engine.ExecuteAsync("INSERT INTO message_attachments (message_id, attachment_id, position) VALUES (@thread, @id, 1)", new { thread, id = sent.Id });

        var found = await _engine.FindAsync("anchors", scope: new RetrievalScope(thread, [], []));

        Assert.Equal(["message.txt", "thread.txt"], found.Select(p => p.Filename).Order());
    }

    private Task AdmitAsync(Guid collection, Guid? user, Guid? team, string access) => _engine.ExecuteAsync(
        "INSERT INTO collection_members (collection_id, user_id, team_id, access) VALUES (@collection, @user, @team, @access)", new { collection, user, team, access });
}
