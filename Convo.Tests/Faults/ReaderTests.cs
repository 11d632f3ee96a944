using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Convo.Tests.Faults;

/// <summary>Rows 4, 5 and 11: readers that come and go, and readers that stall.</summary>
public sealed class ReaderTests : FaultTest
{
    private const int WordsOfTheAnswer = 300;
    private const int Pieces = 20;

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
        var question = Question("stalled");
        var provider = Cluster.Answers.Open(question);
        var (answer, _, reply) = await Cluster.SendAsync(First, question, Token, body: new { content = question, model = "o3-stub", max_output_tokens = 100_000 });
        Assert.True(answer is not null, $"{reply}");
        using var stalled = await RequestAsync(First, answer.MessageId, receiveBuffer: 4096);
        Assert.Equal(1, await Invariants.GaugeAsync(First, "convo_stream_readers"));
        // More than any buffer between the two holds: 8 MB, since this character takes six in JSON.
        var large = new string('\u0001', 64 * 1024);
        for (var i = 0; i < Pieces; i++)
        {
            provider.TryWrite(large);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        using var round = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await Invariants.GaugeAsync(First, "convo_stream_readers") > 0)
        {
            await round.WaitForNextTickAsync(patience.Token);
        }

        provider.Complete();
        await answer.FollowAsync(Cluster.Clients, Token);
        Assert.Equal(("complete", Pieces * large.Length), (answer.Ended, answer.Text.Length));
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
