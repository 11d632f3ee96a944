namespace Convo.Tests.Faults;

/// <summary>Row 2: a deployment.</summary>
public sealed class DrainTests : FaultTest
{
    [Fact]
    public async Task Terminate_WhileStreaming_NewTurnsAreRefusedAndTheRunningOneFinishes()
    {
        var (answer, provider) = await OpenAsync(First, "drain and finish");
        Say(provider, 0, 10);
        var reading = answer.ReadAsync(First.Client, null, Token);
        var elsewhere = Cluster.Watch(answer.MessageId);
        var following = elsewhere.FollowAsync([Second.Client], Token);

        First.Terminate();
        AssertUnavailable(await RefusedAsync(), "shutting_down");
        using (var ready = await First.Client.GetAsync("/health/ready", Token))
        {
            Assert.False(ready.IsSuccessStatusCode);
        }

        Say(provider, 10, 20);
        provider.Complete();
        await Task.WhenAll(reading, following);

        Assert.Equal(("complete", Words(20)), (answer.Ended, answer.Text));
        Assert.Equal("complete", elsewhere.Ended);
        Assert.Equal(0, await First.ExitCodeAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Terminate_AnswerTakesLonger_IsHandedOverInterruptedAndTheNodeEndsWell()
    {
        var (answer, provider) = await OpenAsync(Second, "drain and interrupt");
        var (remote, remoteProvider) = await OpenAsync(First, "read through the draining node");
        Say(provider, 0, 10);
        Say(remoteProvider, 0, 10);
        var reading = answer.ReadAsync(Second.Client, null, Token);
        // A reader of another node's turn must not hold the drain up: it is sent there.
        var through = remote.FollowAsync([Second.Client, First.Client], Token);

        Second.Terminate();
        var exit = await Second.ExitCodeAsync(TimeSpan.FromSeconds(30));
        await reading;
        remoteProvider.Complete();
        await through;

        Assert.Equal(0, exit);
        Assert.Equal(("interrupted", Words(10)), (answer.Ended, answer.Text));
        Assert.Equal(("complete", Words(10)), (remote.Ended, remote.Text));
    }

    /// <summary>The signal takes a moment to arrive; what is accepted before it does runs to its end.</summary>
    private async Task<(AnswerClient? Answer, System.Net.HttpStatusCode Status, System.Text.Json.JsonElement Body)> RefusedAsync()
    {
        while (true)
        {
            var reply = await Cluster.SendAsync(First, Question("while draining"), Token);
            if (reply.Answer is null)
            {
                return reply;
            }
        }
    }
}
