using Convo.Core.Models;
using Convo.Tests.Fakes;
using Xunit;

namespace Convo.Tests.Core.Models.Providers;

public sealed class OpenAIReplayTests
{
    /// <summary>Larger streams are cut at fewer places: the parser does not know where in a stream it is.</summary>
    private const int EveryPlace = 30;

    private const int SmallEnoughForSingleBytes = 10_000;

    [Fact]
    public async Task Replay_HoweverCut_GivesTheTextUsageAndEnd()
    {
        await using var stub = await ProviderStub.StartAsync();
        List<string> faults = [];
        foreach (var stream in RecordedStream.ChatCompletions())
        {
            // Each server has habits of its own, which an address is expected to keep.
            await using var host = ModelsHost.At(stub);
            foreach (var chop in Chop.All.Where(c => c.Size > 3 || stream.Body.Length <= SmallEnoughForSingleBytes))
            {
                stub.Enqueue(Replies.Sse(stream.Body, chop));
                var heard = await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken);
                if (Fault(stream, heard) is { } fault)
                {
                    faults.Add($"{stream} {chop}: {fault}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task Replay_CutAfterAnyEvent_IsNeverComplete()
    {
        await using var stub = await ProviderStub.StartAsync();
        List<string> faults = [];
        foreach (var stream in RecordedStream.ChatCompletions().Where(s => s.IsWhole))
        {
            await using var host = ModelsHost.At(stub, ("CONVO_PROVIDER_MAX_ATTEMPTS", "1"));
            stub.Enqueue(Replies.Sse(stream.Body));
            Assert.Null((await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken)).Failure);
            var events = OpenAIWire.CountEvents(stream.Body);
            for (var kept = 0; kept < events; kept += kept < EveryPlace || kept > events - 10 ? 1 : 61)
            {
                foreach (var reset in new[] { false, true })
                {
                    stub.Enqueue(Replies.SseCut(stream.Body, kept, reset));
                    var heard = await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken);
                    if (heard.Code is not (ProviderErrors.StreamCut or ProviderErrors.Unreachable) || !stream.Text.StartsWith(heard.Text, StringComparison.Ordinal))
                    {
                        faults.Add($"{stream} after {kept} of {events}, reset {reset}: {heard.Code ?? "complete"}");
                    }
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static string? Fault(RecordedStream stream, Heard heard)
    {
        if (heard.Text != stream.Text)
        {
            return $"text of {heard.Text.Length} instead of {stream.Text.Length} characters";
        }

        if (stream.HasError || !stream.IsWhole)
        {
            return heard.Failure is ProviderException ? null : "ended well although the stream did not";
        }

        if (heard.Failure is not null || heard.FinishReason is null)
        {
            return heard.Code ?? "no finish reason";
        }

        if (heard.Usage is null || (stream.Input, stream.Output) != (heard.Usage.InputTokens, heard.Usage.OutputTokens) && stream.Input is not null)
        {
            return $"usage {heard.Usage} instead of {stream.Input}, {stream.Output}";
        }

        return heard.Usage.Estimated == stream.Input is null ? null : "usage wrongly marked";
    }
}
