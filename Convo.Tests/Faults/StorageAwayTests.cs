using Convo.Core.Shared;
using System.Diagnostics;

namespace Convo.Tests.Faults;

/// <summary>Rows 25 to 28: PostgreSQL restarts, is down for longer than a lease, loses the reply to a COMMIT, is slow.</summary>
public sealed class StorageAwayTests : FaultTest
{
    private static TimeSpan Outage => WholeMatrix ? TimeSpan.FromMinutes(2) : FaultCluster.Lease * 2;

    private const string CutAll =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'convo%' AND client_port IS NOT NULL";

    [Fact]
    public async Task Down_LongerThanTheLease_TheStreamGoesOnAndIsStoredWhenItIsBack()
    {
        var (answer, provider) = await OpenAsync(First, "postgres away");
        Say(provider, 0, 10);
        var reading = answer.ReadAsync(First.Client, null, Token);
        await ReadUntilAsync(Cluster.Watch(answer.MessageId), First, ScriptedAnswers.Word(9));

        // A reader on the other node follows the shared log.
        var elsewhere = Cluster.Watch(answer.MessageId);
        await ReadUntilAsync(elsewhere, Second, ScriptedAnswers.Word(9));
        var following = elsewhere.FollowAsync([Second.Client], Token);
        var calls = Cluster.Provider.ChatRequests.Count;
        Cluster.Postgres.Set(ProxyMode.Refuse);
        var started = Stopwatch.StartNew();
        for (var i = 10; started.Elapsed < Outage; i += 10)
        {
            Say(provider, i, i + 10);
            _said = i + 10;
            await Task.Delay(200, Token);
        }

        var refused = await Cluster.SendAsync(First, Question("postgres away"), Token, threadId: TimeProvider.System.NewId());
        AssertUnavailable(refused, "database_unavailable");
        Assert.Equal(calls, Cluster.Provider.ChatRequests.Count);
        provider.Complete();
        Cluster.Postgres.Set(ProxyMode.Pass);
        await Task.WhenAll(reading, following);

        Assert.True(answer.Ended is not null, $"The stream broke. {await FaultCluster.MessageAsync(First, answer.MessageId, Token)}");
        Assert.Equal(("complete", Words(_said)), (answer.Ended, answer.Text));
        Assert.Equal(("complete", answer.Text), (elsewhere.Ended, elsewhere.Text));
    }

    [Fact]
    public async Task Restart_InMidStream_NobodyNotices()
    {
        var (answer, provider) = await OpenAsync(First, "postgres restarts");
        Say(provider, 0, 10);
        await ReadUntilAsync(answer, First, ScriptedAnswers.Word(9));
        // So many at once that the pools have connections to lose.
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Cluster.Clients[i % 2].GetStringAsync("/api/convo/threads", Token)));

        Assert.True(await Cluster.Database.Db.ScalarAsync<long>(CutAll, null, Token) > 0);
        var failures = await Task.WhenAll(Enumerable.Range(0, 80).Select(async i =>
        {
            using var response = await Cluster.Clients[i % 2].GetAsync("/api/convo/threads", Token);
            return response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync(Token);
        }));
        var (next, status, body) = await Cluster.SendAsync(Second, Question("after the restart"), Token);
        Say(provider, 10, 20);
        provider.Complete();
        await answer.FollowAsync(Cluster.Clients, Token);

        var failed = string.Join('\n', failures.Where(failure => failure.Length > 0));
        Assert.True(failed.Length == 0, failed);
        Assert.True(next is not null, $"{status} {body}");
        await next.FollowAsync(Cluster.Clients, Token);
        Assert.Equal(("complete", Words(20)), (answer.Ended, answer.Text));
    }

    [Fact]
    public async Task Commit_ReplyLostAtTheStart_TheTurnRunsOnce()
    {
        var lost = Cluster.Postgres.LoseCommitReplyAfter("TurnMessagesWriter");
        var question = Question("lost commit");
        var (answer, status, body) = await Cluster.SendAsync(First, question, Token);

        await lost.WaitAsync(Token);
        Assert.True(answer is not null, $"{status} {body}");
        await answer.FollowAsync(Cluster.Clients, Token);
        Assert.Equal("complete", answer.Ended);
        Assert.Single(Cluster.Provider.ChatRequests, call => call.LastUserText == question);
    }

    [Fact]
    public async Task Commit_ReplyLostAtTheEnd_TheTurnEndsAndIsPaidOnce()
    {
        var (answer, provider) = await OpenAsync(Second, "lost end");
        Say(provider, 0, 10);
        await ReadUntilAsync(answer, Second, ScriptedAnswers.Word(9));
        var lost = Cluster.Postgres.LoseCommitReplyAfter("PgTurnStore.FinishAsync");
        provider.Complete();
        await answer.FollowAsync([Second.Client], Token);

        await lost.WaitAsync(Token);
        Assert.Equal(("complete", Words(10)), (answer.Ended, answer.Text));
    }

    [Fact]
    public async Task Slow_EveryReplyLate_TurnsStillWorkAndLiveAnswers()
    {
        Cluster.Postgres.Delay = TimeSpan.FromMilliseconds(40);
        Cluster.Postgres.Set(ProxyMode.Delay);
        var sent = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Cluster.SendAsync(Cluster.Nodes[i % 2], Question("slow"), Token)));
        await Task.WhenAll(sent.Select(reply => reply.Answer!.FollowAsync(Cluster.Clients, Token)));
        using var live = await First.Client.GetAsync("/health/live", Token);

        Assert.All(sent, reply => Assert.Equal("complete", reply.Answer!.Ended));
        Assert.True(live.IsSuccessStatusCode);
    }

    private int _said;
}
