using Convo.Core.Models;
using Convo.Core.Models.Middleware;
using Convo.Tests.Fakes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Convo.Tests.Core.Models.Middleware;

public sealed class TimeoutTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Idle_SilentBeforeTheFirstUpdate_TimesOutAfterTheLongerLimit()
    {
        var provider = new ScriptedChatClient([ScriptedChatClient.Silence]);
        var call = Heard.FromAsync(IdleAround(provider));
        await provider.Silent;

        _time.Advance(First - TimeSpan.FromSeconds(1));
        Assert.False(call.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(ProviderErrors.Timeout, (await call).Code);
        Assert.Equal(1, provider.Left);
    }

    [Fact]
    public async Task Idle_SilentInMidStream_KeepsTheTextAndTimesOut()
    {
        var provider = new ScriptedChatClient(["So far", ScriptedChatClient.Silence]);
        var call = Heard.FromAsync(IdleAround(provider));
        await provider.Silent;

        _time.Advance(Idle);

        var heard = await call;
        Assert.Equal(("So far", ProviderErrors.Timeout), (heard.Text, heard.Code));
    }

    [Fact]
    public async Task Idle_SlowReader_IsNotTheProvidersSilence()
    {
        var provider = new ScriptedChatClient(["one ", "two", ScriptedChatClient.End()]);
        var text = "";
        await foreach (var update in IdleAround(provider).GetStreamingResponseAsync("hi", cancellationToken: TestContext.Current.CancellationToken))
        {
            text += update.Text;
            _time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal("one two", text);
    }

    [Fact]
    public async Task Idle_Stopped_IsCancelledNotTimedOut()
    {
        var provider = new ScriptedChatClient([ScriptedChatClient.Silence]);
        using var stop = new CancellationTokenSource();
        var call = Heard.FromAsync(IdleAround(provider), cancellationToken: stop.Token);
        await provider.Silent;

        await stop.CancelAsync();

        Assert.IsAssignableFrom<OperationCanceledException>((await call).Failure);
    }

    [Fact]
    public async Task Total_AnswerWithoutEnd_IsCutWithItsText()
    {
        var provider = new ScriptedChatClient(["So far", ScriptedChatClient.Silence]);
        var call = Heard.FromAsync(new ChatClientBuilder(provider).UseTotalTimeout(TimeSpan.FromMinutes(10), _time).Build());
        await provider.Silent;

        _time.Advance(TimeSpan.FromMinutes(10));

        var heard = await call;
        Assert.Equal(("So far", ProviderErrors.Timeout, 1), (heard.Text, heard.Code, provider.Left));
    }

    private IChatClient IdleAround(IChatClient provider) => new ChatClientBuilder(provider).UseIdleTimeout(First, Idle, _time).Build();
}
