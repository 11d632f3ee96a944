using System.Globalization;
using System.Net;

namespace Convo.Tests.Faults;

/// <summary>Rows 1 and 3 of the fault matrix: a node that is killed, and one that sleeps and wakes up.</summary>
public sealed class NodeDeathTests : FaultTest
{
    private const int TurnsEach = 3;
    private const int MostWords = 120;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Kill_WhileStreaming_OtherNodeServesWhatWasShown(int seed) => RunAsync(seed);

    /// <summary>Many seeds: <c>scripts/faults.sh</c>. A failing seed is named, and runs alone with CONVO_FAULT_SEED=n.</summary>
    [Fact(Explicit = true)]
    public async Task Kill_AtManyPoints_NoInvariantBreaks()
    {
        foreach (var seed in Enumerable.Range(From(), Count()))
        {
            await RunAsync(seed);
            await Cluster.CheckAsync($"seed {seed}");
            TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: no violation");
        }
    }

    [Fact]
    public async Task Pause_LongerThanTheLease_TheSleeperIsFenced()
    {
        var (answer, provider) = await OpenAsync(First, "zombie");
        var other = Cluster.Watch(answer.MessageId);
        Say(provider, 0, 20);
        await ReadUntilAsync(answer, First, ScriptedAnswers.Word(19));

        First.Pause();
        await other.FollowAsync([Second.Client], Token);
        var taken = (await FaultCluster.MessageAsync(Second, answer.MessageId, Token)).GetProperty("content").GetString();
        Say(provider, 20, 60);
        provider.Complete();
        First.Resume();
        await answer.FollowAsync([First.Client], Token);

        Assert.Equal("interrupted", other.Ended);
        Assert.Equal("interrupted", answer.Ended);
        Assert.Equal(taken, (await FaultCluster.MessageAsync(First, answer.MessageId, Token)).GetProperty("content").GetString());
    }

    /// <summary>
    /// Some turns stream on the victim with a reader on each node, and one more message is on its way when the victim is killed at a random
    /// word. The readers go on with the survivor; the message whose reply was lost is sent again there; the victim starts anew.
    /// </summary>
    private async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        var (victim, survivor) = seed % 2 == 0 ? (First, Second) : (Second, First);
        var turns = new List<(AnswerClient Answer, System.Threading.Channels.ChannelWriter<string> Provider)>();
        for (var i = 0; i < TurnsEach; i++)
        {
            turns.Add(await OpenAsync(victim, string.Create(CultureInfo.InvariantCulture, $"seed {seed} turn {i}")));
        }

        var reading = turns.SelectMany(turn => new[]
        {
            ReadThenFollowAsync(turn.Answer, victim, survivor),
            Cluster.Watch(turn.Answer.MessageId).FollowAsync([survivor.Client], Token),
        }).ToList();

        var said = new int[TurnsEach];
        for (var step = random.Next(MostWords * TurnsEach); step > 0; step--)
        {
            var turn = random.Next(TurnsEach);
            turns[turn].Provider.TryWrite(ScriptedAnswers.Word(said[turn]++));
            if (random.Next(8) == 0)
            {
                await Task.Delay(random.Next(1, 12), Token);
            }
        }

        var (question, key) = (Question($"seed {seed} late"), FaultCluster.NewId());
        var threadId = (await FaultCluster.PostAsync(survivor, "/api/convo/threads", new { }, null, Token)).Body.GetProperty("id").GetGuid();
        var late = TrySendAsync(victim, question, key, threadId);
        await Task.Delay(random.Next(12), Token);
        await victim.KillAsync();
        // Killed before it called the provider, it left what is said to whoever asks the same question again.
        turns.ForEach(turn => turn.Provider.TryComplete());
        var restarting = victim.StartAsync();
        await late;
        var again = await Cluster.SendAsync(survivor, question, Token, key, threadId);
        Assert.True(again.Answer is not null, $"{again.Status} {again.Body}");
        reading.Add(again.Answer.FollowAsync([survivor.Client], Token));

        await Task.WhenAll(reading);
        Assert.All(turns, turn => Assert.Equal("interrupted", turn.Answer.Ended));
        var (status, body) = await FaultCluster.PostAsync(survivor, $"/api/convo/messages/{turns[0].Answer.MessageId}/regenerate", null, null, Token);
        Assert.True(status == HttpStatusCode.Accepted, $"{status} {body}");
        var regenerated = Cluster.Watch(body.GetProperty("message").GetProperty("id").GetGuid());
        await regenerated.FollowAsync([survivor.Client], Token);
        Assert.Equal("complete", regenerated.Ended);
        await restarting;
    }

    private static async Task ReadThenFollowAsync(AnswerClient answer, ConvoNode victim, ConvoNode survivor)
    {
        await answer.ReadAsync(victim.Client, null, Token);
        await answer.FollowAsync([survivor.Client], Token);
    }

    /// <summary>Its outcome is not known when the node dies under it.</summary>
    private async Task TrySendAsync(ConvoNode node, string question, string key, Guid threadId)
    {
        try
        {
            await Cluster.SendAsync(node, question, Token, key, threadId);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // Sent again below.
        }
    }

    private static int From() => Number("CONVO_FAULT_SEED") ?? 1000;

    private static int Count() => Number("CONVO_FAULT_SEED") is not null ? 1 : Number("CONVO_FAULT_SEEDS") ?? 200;

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
