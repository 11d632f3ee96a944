namespace Convo.Tests.Faults;

/// <summary>Row 7: stop from any node, at any moment.</summary>
public sealed class StopTests : FaultTest
{
    private static int Races => WholeMatrix ? 500 : 20;

    [Fact]
    public async Task Stop_OnTheOtherNode_KeepsTheTextAndClosesTheProvidersConnection()
    {
        var (answer, provider) = await OpenAsync(First, "stop elsewhere");
        Say(provider, 0, 30);
        await ReadUntilAsync(answer, Second, ScriptedAnswers.Word(29));

        await StopAsync(Second, answer.MessageId);
        await answer.FollowAsync(Cluster.Clients, Token);

        Assert.Equal(("stopped", Words(30)), (answer.Ended, answer.Text));
        await Cluster.Provider.ChatRequests[^1].Disconnected.WaitAsync(Token);
    }

    [Fact]
    public async Task Stop_OnTheOtherNodeWithoutRedis_ArrivesWithTheNextCheckpoint()
    {
        var (answer, provider) = await OpenAsync(First, "stop without redis");
        Say(provider, 0, 10);
        await ReadUntilAsync(answer, First, ScriptedAnswers.Word(9));

        Cluster.Redis.Set(ProxyMode.Refuse);
        await StopAsync(Second, answer.MessageId);
        await answer.FollowAsync([First.Client], Token);

        Assert.Equal(("stopped", Words(10)), (answer.Ended, answer.Text));
    }

    [Fact]
    public async Task Stop_RacingTheLastWord_LeavesOneEnd()
    {
        var random = new Random(7);
        await Parallel.ForEachAsync(Enumerable.Range(0, Races), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Token }, async (i, _) =>
        {
            int pause;
            lock (random)
            {
                pause = random.Next(15);
            }

            var (runner, other) = i % 2 == 0 ? (First, Second) : (Second, First);
            var (answer, provider) = await OpenAsync(runner, "race");
            Say(provider, 0, 3);
            await ReadUntilAsync(answer, runner, ScriptedAnswers.Word(2));
            provider.Complete();
            await Task.Delay(pause, Token);
            await StopAsync(i % 3 == 0 ? runner : other, answer.MessageId);
            var second = Cluster.Watch(answer.MessageId);
            await Task.WhenAll(answer.FollowAsync([runner.Client], Token), second.FollowAsync([other.Client], Token));

            Assert.Contains(answer.Ended, new[] { "complete", "stopped" });
            Assert.Equal((answer.Ended, answer.Text), (second.Ended, second.Text));
        });
    }

    private static async Task StopAsync(ConvoNode node, Guid messageId)
    {
        using var response = await node.Client.PostAsync($"/api/convo/messages/{messageId}/stop", null, Token);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode} {await response.Content.ReadAsStringAsync(Token)}");
    }
}
