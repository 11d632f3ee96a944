using System.Diagnostics;
using System.Net;

namespace Convo.Tests.Faults;

/// <summary>Rows 31 to 33: Redis down, paused, emptied, without its scripts.</summary>
public sealed class RedisAwayTests : FaultTest
{
    [Theory]
    [InlineData(nameof(ProxyMode.Refuse))]
    [InlineData(nameof(ProxyMode.Stall))]
    public async Task Away_InMidStream_ClosedForMoneyAndOpenForReading(string how)
    {
        var done = await FinishedAsync();
        var (answer, provider) = await OpenAsync(First, "redis away");
        Say(provider, 0, 10);
        await ReadUntilAsync(answer, First, ScriptedAnswers.Word(9));
        var reading = answer.ReadAsync(First.Client, null, Token);

        Cluster.Redis.Set(Enum.Parse<ProxyMode>(how));
        Say(provider, 10, 20);
        var refused = await Cluster.SendAsync(Second, Question("no money"), Token);
        var again = await Task.WhenAll(Cluster.Clients.Select(async node =>
        {
            var watch = Stopwatch.StartNew();
            var reader = Cluster.Watch(done.MessageId).MayJump();
            await reader.FollowAsync([node], Token);
            return (reader.Ended, reader.Text, watch.Elapsed);
        }));
        // Its own node shows the answer as it comes.
        var local = Cluster.Watch(answer.MessageId);
        await ReadUntilAsync(local, First, ScriptedAnswers.Word(19));
        provider.Complete();
        await reading;

        AssertUnavailable(refused, "budget_unavailable");
        Assert.All(again, read => Assert.Equal(("complete", done.Text), (read.Ended, read.Text)));
        Assert.Equal(("complete", Words(20)), (answer.Ended, answer.Text));
        TestContext.Current.TestOutputHelper?.WriteLine($"Reading without Redis took {string.Join(", ", again.Select(read => read.Elapsed))}");
    }

    [Fact]
    public async Task Emptied_InMidStream_TheLogIsWrittenAgainAndCountersAreRebuilt()
    {
        await FinishedAsync();
        var (answer, provider) = await OpenAsync(First, "redis emptied");
        Say(provider, 0, 10);
        await ReadUntilAsync(answer, Second, ScriptedAnswers.Word(9));
        await using (var redis = await Cluster.ConnectRedisAsync())
        {
            await redis.GetServers()[0].ExecuteAsync("FLUSHALL");
            await redis.GetServers()[0].ExecuteAsync("SCRIPT", "FLUSH");
        }

        Say(provider, 10, 20);
        var other = Cluster.Watch(answer.MessageId);
        await ReadUntilAsync(other, Second, ScriptedAnswers.Word(19));
        var (next, status, body) = await Cluster.SendAsync(Second, Question("after it was emptied"), Token);
        provider.Complete();
        await Task.WhenAll(answer.FollowAsync([Second.Client], Token), other.FollowAsync([First.Client], Token));

        Assert.Equal(("complete", Words(20)), (answer.Ended, answer.Text));
        Assert.True(next is not null, $"{status} {body}");
        await next.FollowAsync(Cluster.Clients, Token);
    }

    [Fact]
    public async Task ReplyLost_AfterAReservation_CountsOnce()
    {
        Cluster.Redis.Set(ProxyMode.HalfClose);
        var refused = await Cluster.SendAsync(First, Question("lost reservation"), Token);
        Cluster.Redis.Set(ProxyMode.Pass);
        Cluster.Redis.ResetAll();

        AssertUnavailable(refused, "budget_unavailable");
        await FinishedAsync();
    }

    [Fact]
    public async Task Lines_ChoppedIntoPieces_NothingChanges()
    {
        Cluster.Redis.Set(ProxyMode.Chop);
        Cluster.Postgres.Set(ProxyMode.Chop);
        var answer = await FinishedAsync();

        Assert.Equal("complete", answer.Ended);
    }

    /// <summary>An answer of the first node, with a healthy Redis behind it: right after an outage, one may still be refused.</summary>
    private async Task<AnswerClient> FinishedAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        using var round = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            var (answer, status, body) = await Cluster.SendAsync(First, Question("finished"), patience.Token);
            if (answer is not null)
            {
                await answer.FollowAsync([First.Client], patience.Token);
                return answer;
            }

            Assert.Equal((HttpStatusCode.ServiceUnavailable, "budget_unavailable"), (status, body.GetProperty("code").GetString()));
            await round.WaitForNextTickAsync(patience.Token);
        }
    }
}
