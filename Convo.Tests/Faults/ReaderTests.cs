using Convo.Core.Turns;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Convo.Tests.Faults;

/// <summary>Rows 4, 5 and 11: readers that come and go, and readers that stall.</summary>
public sealed class ReaderTests : FaultTest
{
    private static readonly TimeSpan UsualLease = new TurnOptions().LeaseDuration;

    private const int WordsOfTheAnswer = 300;
    private const int Pieces = 20;
    private const int Others = 750;
    private const int Slow = 200;
    private const int Stalled = 50;

    /// <summary>Twenty of these are more than any buffer between two ends holds: 8 MB, since this character takes six in JSON.</summary>
    private static readonly string Large = new('\u0001', 64 * 1024);

    [Fact]
    public async Task Reconnect_AtEverySeqOnBothNodes_TwoClientsAssembleTheStoredText()
    {
        var (answer, provider) = await OpenAsync(First, "every seq");
        var other = Cluster.Watch(answer.MessageId);
        var reading = Task.WhenAll(ReadOneByOneAsync(answer, 0), ReadOneByOneAsync(other, 1));
        for (var i = 0; i < WordsOfTheAnswer; i += 5)
        {
            Say(provider, i, i + 5);
            await Task.Delay(5, Token);
        }

        provider.Complete();
        await reading;

        Assert.Equal(("complete", "complete"), (answer.Ended, other.Ended));
        Assert.Equal(Words(WordsOfTheAnswer), answer.Text);
        Assert.Equal(Words(WordsOfTheAnswer), other.Text);
    }

    [Fact]
    public async Task Disconnect_ByFinAndByReset_TheTurnGoesOnToItsEnd()
    {
        var (answer, provider) = await OpenAsync(Second, "gone");
        for (var i = 0; i < 10; i++)
        {
            using var socket = await RequestAsync(Second, answer.MessageId);
            Say(provider, i, i + 1);
            await socket.ReceiveAsync(new byte[256], SocketFlags.None, Token);
            socket.LingerState = new LingerOption(i % 2 == 0, 0);
        }

        Say(provider, 10, 20);
        provider.Complete();
        await answer.FollowAsync(Cluster.Clients, Token);

        Assert.Equal(("complete", Words(20)), (answer.Ended, answer.Text));
    }

    [Fact]
    public async Task Stall_WithAFullBuffer_TheReaderIsCutAndCanComeBack()
    {
        var (answer, provider) = await OpenLongAsync();
        using var stalled = await RequestAsync(First, answer.MessageId, receiveBuffer: 4096);
        Assert.Equal(1, await Invariants.GaugeAsync(First, "convo_stream_readers"));
        Flood(provider);
        await NobodyReadsAsync(First);

        provider.Complete();
        await answer.FollowAsync(Cluster.Clients, Token);
        Assert.Equal(("complete", Pieces * Large.Length), (answer.Ended, answer.Text.Length));
    }

    /// <summary>Row 11, of the whole matrix: 200 that read a byte a second, 50 that read nothing, and 750 beside them that miss nothing.</summary>
    [Fact(Explicit = true)]
    public async Task Stall_OfAQuarterOfAThousandReaders_TheOthersAreWhole()
    {
        Assert.SkipWhen(FaultCluster.Lease < UsualLease, "A thousand readers on a small machine outlast the tests' short lease: CONVO_FAULT_LEASE=15.");
        var (flooded, flood) = await OpenLongAsync();
        var (answer, provider) = await OpenAsync(First, "crowd");
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sockets = await Task.WhenAll(Enumerable.Range(0, Stalled + Slow).Select(_ => RequestAsync(First, flooded.MessageId, receiveBuffer: 4096)));
        var slow = sockets.Take(Slow).Select(socket => SipAsync(socket, done.Token)).ToList();
        var others = Enumerable.Range(0, Others).Select(_ => Cluster.Watch(answer.MessageId)).ToList();
        var reading = Task.WhenAll(others.Select(other => other.FollowAsync([First.Client], Token)));
        Flood(flood);
        for (var i = 0; i < WordsOfTheAnswer; i += 5)
        {
            Say(provider, i, i + 5);
            await Task.Delay(20, Token);
        }

        provider.Complete();
        await reading;
        await NobodyReadsAsync(First);
        flood.Complete();
        await flooded.FollowAsync(Cluster.Clients, Token);
        await done.CancelAsync();
        await Task.WhenAll(slow);

        Assert.All(others, other => Assert.Equal(("complete", Words(WordsOfTheAnswer)), (other.Ended, other.Text)));
        Assert.Equal(("complete", Pieces * Large.Length), (flooded.Ended, flooded.Text.Length));
        Array.ForEach(sockets, socket => socket.Dispose());
    }

    [Fact]
    public async Task Resume_BeyondTheEnd_IsToldEverythingAgain()
    {
        var (answer, provider) = await OpenAsync(First, "beyond");
        Say(provider, 0, 5);
        provider.Complete();
        await answer.FollowAsync([First.Client], Token);

        using var response = await Second.Client.GetAsync(AnswerClient.PathOf(answer.MessageId, 5000), HttpCompletionOption.ResponseHeadersRead, Token);
        var again = new AnswerClient(answer.MessageId);
        await again.ReadAsync(response, null, Token);

        Assert.Equal(("complete", Words(5)), (again.Ended, again.Text));
    }

    private async Task<(AnswerClient Answer, ChannelWriter<string> Provider)> OpenLongAsync()
    {
        var question = Question("stalled");
        var provider = Cluster.Answers.Open(question);
        var (answer, _, reply) = await Cluster.SendAsync(First, question, Token, body: new { content = question, model = "o3-stub", max_output_tokens = 100_000 });
        Assert.True(answer is not null, $"{reply}");
        return (answer, provider);
    }

    private static void Flood(ChannelWriter<string> provider)
    {
        for (var i = 0; i < Pieces; i++)
        {
            provider.TryWrite(Large);
        }
    }

    private static async Task NobodyReadsAsync(ConvoNode node)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        using var round = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await Invariants.GaugeAsync(node, "convo_stream_readers") > 0)
        {
            await round.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>A byte a second, until the connection is cut.</summary>
    private static async Task SipAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var sip = new byte[1];
        try
        {
            while (await socket.ReceiveAsync(sip, SocketFlags.None, cancellationToken) > 0 && await second.WaitForNextTickAsync(cancellationToken))
            {
                // The next byte.
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Cut, or the test is over.
        }
    }

    /// <summary>One connection an event, on the nodes in turn.</summary>
    private async Task ReadOneByOneAsync(AnswerClient client, int firstNode)
    {
        for (var i = firstNode; client.Ended is null; i++)
        {
            var from = client.LastSeq;
            await client.ReadAsync(Cluster.Clients[i % 2], answer => answer.LastSeq > from, Token);
        }
    }

    /// <summary>The bare connection of a reader, after the head of the answer.</summary>
    private static async Task<Socket> RequestAsync(ConvoNode node, Guid messageId, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer is { } bytes)
        {
            socket.ReceiveBufferSize = bytes;
        }

        await socket.ConnectAsync(IPAddress.Loopback, node.Port, Token);
        var head = $"GET {AnswerClient.PathOf(messageId, 0)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {node.Client.DefaultRequestHeaders.Authorization}\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(head), SocketFlags.None, Token);
        await socket.ReceiveAsync(new byte[64], SocketFlags.None, Token);
        return socket;
    }
}
