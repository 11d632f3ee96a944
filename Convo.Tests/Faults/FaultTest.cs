using System.Net;
using System.Text.Json;
using System.Threading.Channels;

namespace Convo.Tests.Faults;

/// <summary>A test on the shared cluster: it begins and ends with a healthy one, and ends with the invariants.</summary>
[Collection(FaultsCollection.Name)]
public abstract class FaultTest : IAsyncLifetime
{
    private protected FaultCluster Cluster { get; private set; } = null!;

    private protected ConvoNode First => Cluster.Nodes[0];

    private protected ConvoNode Second => Cluster.Nodes[1];

    /// <summary>The whole matrix is run, with as many repeats and as long outages as it says; not the short form for every day.</summary>
    private protected static bool WholeMatrix => Environment.GetEnvironmentVariable("CONVO_FAULT_SEEDS") is { Length: > 0 };

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Cluster = await FaultCluster.GetAsync();

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(Cluster.Tail());
        }

        await Cluster.HealAsync();
        await Cluster.CheckAsync(TestContext.Current.TestCase?.TestCaseDisplayName ?? GetType().Name);
        GC.SuppressFinalize(this);
    }

    /// <summary>A question that no other test asks.</summary>
    private protected static string Question(string about) => $"{about} {FaultCluster.NewId()[^12..]}";

    /// <summary>Sends a question whose answer the test writes.</summary>
    private protected async Task<(AnswerClient Answer, ChannelWriter<string> Provider)> OpenAsync(ConvoNode node, string about)
    {
        using var round = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        for (var attempt = 1; ; attempt++)
        {
            var question = Question(about);
            var provider = Cluster.Answers.Open(question);
            var (answer, status, body) = await Cluster.SendAsync(node, question, Token);
            if (answer is not null)
            {
                return (answer, provider);
            }

            // What the test before took away may have come back only now: a client is told to try again, and does.
            Assert.True(status == HttpStatusCode.ServiceUnavailable && attempt < 40, $"{status}: {body}");
            await round.WaitForNextTickAsync(Token);
        }
    }

    /// <summary>Reads on <paramref name="node"/> until the text has <paramref name="word"/>.</summary>
    private protected static async Task ReadUntilAsync(AnswerClient answer, ConvoNode node, string word)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        using var round = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!answer.Text.Contains(word, StringComparison.Ordinal))
        {
            Assert.Null(answer.Ended);
            await answer.ReadAsync(node.Client, client => client.Text.Contains(word, StringComparison.Ordinal), patience.Token);
            await round.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>Words <paramref name="from"/> to <paramref name="to"/>, as the provider sends them.</summary>
    private protected static void Say(ChannelWriter<string> provider, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            provider.TryWrite(ScriptedAnswers.Word(i));
        }
    }

    private protected static string Words(int count) => string.Concat(Enumerable.Range(0, count).Select(ScriptedAnswers.Word));

    private protected static void AssertUnavailable((AnswerClient? Answer, HttpStatusCode Status, JsonElement Body) reply, string code)
    {
        Assert.Equal((HttpStatusCode.ServiceUnavailable, code), (reply.Status, reply.Body.GetProperty("code").GetString()));
        Assert.True(reply.Body.GetProperty("retry_after").GetDouble() > 0);
    }
}
