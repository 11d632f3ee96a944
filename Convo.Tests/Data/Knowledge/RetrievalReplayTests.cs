using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Data.Knowledge;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Data.Knowledge;

public sealed class RetrievalReplayTests : IAsyncLifetime
{
    private KnowledgeEngine _engine = null!;
    private Caller _admin = null!;
    private Guid _message;

    private IRetrievalReplay Replay => _engine.Get<IRetrievalReplay>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _engine = await KnowledgeEngine.StartAsync();
        _admin = await _engine.AddUserAsync() with { Role = Role.Admin };
        _message = await _engine.AddThreadAsync();
        await _engine.ExecuteAsync(
            "INSERT INTO conversation_messages (id, thread_id, role, content, status) VALUES (@id, @id, 'assistant', 'See [1].', 'complete')", new { id = _message });
        await _engine.IndexAsync("The harbour gate closes at ten.", "gate.txt");
        var retrieval = await _engine.Retriever.RetrieveAsync(_engine.Owner, new RetrievalQuery("harbour gate", RetrievalScope.Everything), Token);
        await _engine.Database.Db.InTransactionAsync(session => RetrievalSql.SaveAsync(session, _message, retrieval, Token), Token);
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Replay_ByAnAdministrator_GivesRanksWithoutForeignWordsAndIsAudited()
    {
        var replayed = await Replay.ReplayAsync(_admin, _message, new ReplayRequest(Weights: new FusionWeights(0, 2), Reason: "A complaint"), Token);

        var passage = Assert.Single(replayed.Passages);
        Assert.Equal(("gate.txt", "", (int?)null, (int?)1), (passage.Filename, passage.Text, passage.KeywordRank, passage.VectorRank));
        Assert.Equal(2.0 / 61, passage.Score, 9);
        Assert.Equal(new FusionWeights(0, 2), replayed.Weights);
        Assert.Equal(1, await _engine.CountAsync("SELECT count(*) FROM audit_log WHERE action = 'retrieval.replayed' AND actor_id = @id AND target_id = @message::text AND reason = 'A complaint'", new { id = _admin.UserId, message = _message }));
        // What was kept for the answer is as it was.
        Assert.Equal(1, Assert.Single((await _engine.Get<IRetrievalLog>().GetAsync(_engine.Owner, _message, Token))!.Passages).KeywordRank);
    }

    [Fact]
    public async Task Get_OfAnothersAnswer_NeedsAReasonAndLeavesItInTheLog()
    {
        var refusal = await Assert.ThrowsAsync<ConvoException>(() => Replay.GetAsync(_admin, _message, " ", Token));
        Assert.Equal((ProblemKind.Invalid, "reason"), (refusal.Kind, refusal.Field));
        Assert.Equal(0, await _engine.CountAsync("SELECT count(*) FROM audit_log"));

        Assert.Equal("gate.txt", Assert.Single((await Replay.GetAsync(_admin, _message, "A complaint", Token))!.Passages).Filename);

        Assert.Equal(1, await _engine.CountAsync("SELECT count(*) FROM audit_log WHERE action = 'retrieval.viewed' AND reason = 'A complaint'"));
    }

    [Fact]
    public async Task Replay_ByAMember_Is403()
    {
        var refusal = await Assert.ThrowsAsync<ConvoException>(() => Replay.ReplayAsync(_engine.Owner, _message, new ReplayRequest(), Token));

        Assert.Equal((ProblemKind.Forbidden, "admin_only"), (refusal.Kind, refusal.Code));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(11, 1)]
    [InlineData(double.NaN, 1)]
    public async Task Replay_WithWeightsThatCannotBe_Is400(double keyword, double vector)
    {
        var refusal = await Assert.ThrowsAsync<ConvoException>(() => Replay.ReplayAsync(_admin, _message, new ReplayRequest(Weights: new FusionWeights(keyword, vector)), Token));

        Assert.Equal((ProblemKind.Invalid, "weights"), (refusal.Kind, refusal.Field));
    }

    [Fact]
    public async Task Try_OfAQuestion_SearchesOnlyWhatTheAdministratorMayRead()
    {
        Assert.Empty((await Replay.TryAsync(_admin, new ReplayRequest("harbour gate"), Token)).Passages);

        await _engine.IndexAsync("My own harbour gate.", "own.txt", owner: _admin);

        Assert.Equal("own.txt", Assert.Single((await Replay.TryAsync(_admin, new ReplayRequest("harbour gate"), Token)).Passages).Filename);
    }
}
