using Convo.Core.Models;
using Convo.Core.Models.Middleware;
using Convo.Tests.Fakes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Convo.Tests.Core.Models.Middleware;

public sealed class RetryTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Retry_TransientBeforeTheFirstWord_WaitsAsAskedAndTriesAgain()
    {
        var provider = new ScriptedChatClient([Limited(TimeSpan.FromSeconds(4))], ["fine", ScriptedChatClient.End()]);

        var call = Heard.FromAsync(Around(provider, random: 0.5));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal((1, false), (provider.Calls, call.IsCompleted));

        // The jitter comes on top of what was asked for.
        _time.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal("fine", (await call).Text);
        Assert.Equal((2, 2), (provider.Calls, provider.Left));
    }

    [Theory]
    [InlineData(0.0, 250)]
    [InlineData(1.0, 500)]
    public async Task Retry_NoWaitAsked_WaitsHalfASecondWithJitter(double random, int milliseconds)
    {
        var provider = new ScriptedChatClient([Limited(null)], ["fine", ScriptedChatClient.End()]);

        var call = Heard.FromAsync(Around(provider, random));
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
        Assert.Equal(1, provider.Calls);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("fine", (await call).Text);
    }

    [Fact]
    public async Task Retry_AfterTheFirstWord_DoesNotRepeatIt()
    {
        var provider = new ScriptedChatClient(["So ", Limited(null)]);

        var heard = await Heard.FromAsync(Around(provider));

        Assert.Equal(("So ", ProviderErrors.RateLimited, 1), (heard.Text, heard.Code, provider.Calls));
    }

    [Fact]
    public async Task Retry_LastingFailure_IsNotTriedAgain()
    {
        var provider = new ScriptedChatClient([new ProviderException(ProviderErrors.Auth, "no")]);

        Assert.Equal(ProviderErrors.Auth, (await Heard.FromAsync(Around(provider))).Code);
        Assert.Equal(1, provider.Calls);
    }

    [Fact]
    public async Task Retry_AskedToWaitForMinutes_FailsAtOnceAndSaysSo()
    {
        var provider = new ScriptedChatClient([Limited(TimeSpan.FromMinutes(3))]);

        var heard = await Heard.FromAsync(Around(provider));

        Assert.Equal(TimeSpan.FromMinutes(3), Assert.IsType<ProviderException>(heard.Failure).RetryAfter);
        Assert.Equal(1, provider.Calls);
    }

    [Fact]
    public async Task Retry_AlwaysFailing_GivesUpAfterItsTries()
    {
        var provider = new ScriptedChatClient([Limited(TimeSpan.Zero)]);

        Assert.Equal(ProviderErrors.RateLimited, (await Heard.FromAsync(Around(provider, random: 0))).Code);

        Assert.Equal((3, 3), (provider.Calls, provider.Left));
    }

    [Fact]
    public async Task Retry_StoppedWhileWaiting_IsCancelled()
    {
        var provider = new ScriptedChatClient([Limited(TimeSpan.FromSeconds(20))]);
        using var stop = new CancellationTokenSource();
        var call = Heard.FromAsync(Around(provider), cancellationToken: stop.Token);

        await stop.CancelAsync();

        Assert.IsAssignableFrom<OperationCanceledException>((await call).Failure);
        Assert.Equal(1, provider.Calls);
    }

    private IChatClient Around(IChatClient provider, double random = 0.5) =>
        new ChatClientBuilder(provider).UseRetries(attempts: 3, _time, () => random, NullLogger.Instance).Build();

    private static ProviderException Limited(TimeSpan? wait) => new(ProviderErrors.RateLimited, "busy") { RetryAfter = wait, IsTransient = true };
}
