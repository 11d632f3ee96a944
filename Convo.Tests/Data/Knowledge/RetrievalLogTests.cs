using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Data.Knowledge;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Data.Knowledge;

public sealed class RetrievalLogTests : IAsyncLifetime
{
    private KnowledgeEngine _engine = null!;
    private Guid _message;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _engine = await KnowledgeEngine.StartAsync();
        _message = await _engine.AddThreadAsync();
        await _engine.ExecuteAsync(
            "INSERT INTO conversation_messages (id, thread_id, role, content, status) VALUES (@id, @id, 'assistant', 'See [1].', 'complete')", new { id = _message });
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Get_OfWhatWasSaved_GivesRanksAndWordsUntilTheFileGoes()
    {
        var file = await _engine.IndexAsync("The harbour gate closes at ten.");
        var saved = await SaveAsync();

        var read = await _engine.Get<IRetrievalLog>().GetAsync(_engine.Owner, _message, Token);

        Assert.Equivalent(saved, read);
        Assert.Equal(0, await _engine.CountAsync("SELECT count(*) FROM message_retrievals WHERE facts::text LIKE '%gate closes%'"));

        await _engine.Attachments.DeleteAsync(_engine.Owner, file.Id, Token);
        var passage = Assert.Single((await _engine.Get<IRetrievalLog>().GetAsync(_engine.Owner, _message, Token))!.Passages);
        Assert.Equal(("", "notes.txt", 1), (passage.Text, passage.Filename, passage.KeywordRank));
    }

    [Fact]
    public async Task Get_OfAMessageThatSearchedNothing_IsNullAndOfAnothers404()
    {
        Assert.Null(await _engine.Get<IRetrievalLog>().GetAsync(_engine.Owner, _message, Token));

        var other = await _engine.AddUserAsync();
        var refusal = await Assert.ThrowsAsync<ConvoException>(() => _engine.Get<IRetrievalLog>().GetAsync(other, _message, Token));
        Assert.Equal(ProblemKind.NotFound, refusal.Kind);
    }

    [Fact]
    public async Task SaveCitations_OfAFileDeletedMeanwhile_KeepsNoWords()
    {
        var file = await _engine.IndexAsync("The harbour gate closes at ten.");
        var passage = Assert.Single(await _engine.FindAsync("harbour gate"));
        await _engine.Attachments.DeleteAsync(_engine.Owner, file.Id, Token);

        var citation = new Citation(1, passage.ChunkId, passage.AttachmentId, passage.Filename, 1, 1, "gate closes at ten", true);
        await _engine.Database.Db.InTransactionAsync(session => CitationSql.SaveAsync(session, _message, [citation], Token), Token);

        Assert.Equal(1, await _engine.CountAsync("SELECT count(*) FROM citations WHERE quote = '' AND chunk_id IS NULL AND attachment_id IS NULL"));
    }

    private async Task<Retrieval> SaveAsync()
    {
        var retrieval = await _engine.Retriever.RetrieveAsync(_engine.Owner, new RetrievalQuery("When does the harbour gate close?", RetrievalScope.Everything), Token);
        await _engine.Database.Db.InTransactionAsync(session => RetrievalSql.SaveAsync(session, _message, retrieval, Token), Token);
        return retrieval;
    }
}
