using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Convo.Core.Models;
using Convo.Tests.Core.Models.Providers;
using Convo.Tests.Fakes;
using Microsoft.Extensions.AI;
using Xunit;

namespace Convo.Tests.Core.Models;

/// <summary>The pipeline as it is put together, around a provider on a socket.</summary>
public sealed class ChatPipelineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("retry-after-ms", "20")]
    [InlineData("Retry-After", "0")]
    [InlineData("Retry-After", "Sun, 01 Nov 2020 00:00:00 GMT")]
    public async Task Chat_LimitedOnce_IsTriedAgainAndCountedOnce(string header, string value)
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        using var metrics = new MetricCapture(host.Get<IMeterFactory>());
        stub.Enqueue(Replies.Error(429, "rate_limit_exceeded", "slow down", (header, value)), Replies.Text("fine", new StubUsage(10, 5)));

        var heard = await Heard.FromAsync(host.Chat(), cancellationToken: Token);

        Assert.Equal("fine", heard.Text);
        Assert.Equal(2, stub.ChatRequests.Count);
        Assert.Equal(["convo_llm_requests_total{outcome=ok}=1"], metrics.Of("convo_llm_requests_total", "outcome"));
        Assert.Equal(["convo_llm_tokens_total{kind=input}=10", "convo_llm_tokens_total{kind=output}=5"], metrics.Of("convo_llm_tokens_total", "kind"));
        Assert.Single(metrics.Of("convo_llm_time_to_first_token_seconds", "model"));
        Assert.Single(metrics.Of("convo_llm_request_duration_seconds", "model"));
        Assert.Empty(metrics.Of("convo_llm_cost_usd_total", "model"));
    }

    [Fact]
    public async Task Chat_RetryAfterLong_IsTold()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        stub.Enqueue(Replies.Error(429, "rate_limit_exceeded", "slow down", ("Retry-After", "90")));

        var heard = await Heard.FromAsync(host.Chat(), cancellationToken: Token);

        Assert.Equal(TimeSpan.FromSeconds(90), ((ProviderException)heard.Failure!).RetryAfter);
        Assert.Contains("90 s", heard.Failure.Message, StringComparison.Ordinal);
        Assert.Single(stub.ChatRequests);
    }

    [Fact]
    public async Task Chat_Stopped_ClosesTheProvidersSocketAndKeepsWhatCame()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        using var metrics = new MetricCapture(host.Get<IMeterFactory>());
        using var stop = new CancellationTokenSource();
        var deltas = Channel.CreateUnbounded<string>();
        stub.Enqueue(Replies.From(deltas.Reader));
        deltas.Writer.TryWrite("So far");
        var text = "";

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in host.Chat().GetStreamingResponseAsync("hi", cancellationToken: stop.Token))
            {
                text += update.Text;
                if (text.Length > 0)
                {
                    await stop.CancelAsync();
                }
            }
        });

        Assert.Equal("So far", text);
        await stub.ChatRequests.Single().Disconnected.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.Equal(["convo_llm_requests_total{outcome=cancelled}=1"], metrics.Of("convo_llm_requests_total", "outcome"));
    }

    [Fact]
    public async Task Chat_ReaderLeaves_ClosesTheProvidersSocket()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        stub.Enqueue(Replies.Stall(OpenAIWire.Event(OpenAIWire.DeltaChunk("So far"))));

        await foreach (var update in host.Chat().GetStreamingResponseAsync("hi", cancellationToken: Token))
        {
            if (update.Text.Length > 0)
            {
                break;
            }
        }

        await stub.ChatRequests.Single().Disconnected.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public async Task Chat_WordByWord_ArrivesBeforeTheEnd()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        var deltas = Channel.CreateUnbounded<string>();
        stub.Enqueue(Replies.From(deltas.Reader));
        await using var updates = host.Chat().GetStreamingResponseAsync("hi", cancellationToken: Token).GetAsyncEnumerator(Token);

        foreach (var word in new[] { "one ", "two ", "three" })
        {
            // The next word is only written when the last one has been read: a buffer anywhere would hang here.
            deltas.Writer.TryWrite(word);
            do
            {
                Assert.True(await updates.MoveNextAsync());
            }
            while (updates.Current.Text.Length == 0);

            Assert.Equal(word, updates.Current.Text);
        }
    }

    [Fact]
    public async Task Chat_TextOfPromptAndAnswer_IsNotLogged()
    {
        await using var stub = await ProviderStub.StartAsync();
        using var logs = new LogCapture();
        await using var host = new ModelsHost(null, logs, ModelsHost.Address(stub));

        await Heard.FromAsync(host.Chat(), "my private question", cancellationToken: Token);

        Assert.DoesNotContain("private", logs.Text, StringComparison.Ordinal);
        Assert.Contains("openai/stub-model", logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_SameModel_IsTheSameClient()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        var clients = host.Get<IChatClients>();
        var model = host.Catalogue.Find("stub-model")!;

        Assert.Same(clients.For(model), clients.For(model with { }));
        Assert.Throws<ProviderException>(() => clients.For(model with { Provider = "gone" }));
    }
}

/// <summary>What was measured, one text a series.</summary>
internal sealed class MetricCapture : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<(string Name, Dictionary<string, string?> Tags, double Value)> _seen = [];

    public MetricCapture(IMeterFactory scope)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == scope)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((i, v, t, _) => Record(i, v, t));
        _listener.SetMeasurementEventCallback<double>((i, v, t, _) => Record(i, v, t));
        _listener.Start();
    }

    public IReadOnlyList<string> Of(string name, string tag)
    {
        lock (_seen)
        {
            return [.. _seen.Where(s => s.Name == name).GroupBy(s => s.Tags[tag]).Select(g => $"{name}{{{tag}={g.Key}}}={g.Sum(s => s.Value)}").Order(StringComparer.Ordinal)];
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_seen)
        {
            _seen.Add((instrument.Name, tags.ToArray().ToDictionary(t => t.Key, t => t.Value?.ToString()), value));
        }
    }
}
