using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Convo.Core.Models;
using Convo.Tests.Fakes;
using Microsoft.Extensions.AI;
using Xunit;

namespace Convo.Tests.Core.Models.Providers;

/// <summary>Every recorded stream on a real socket, through the provider of its format. Many at once on one stub: each question names its answer.</summary>
public sealed partial class ReplayTests
{
    /// <summary>Larger streams are cut at fewer places: the parser does not know where in a stream it is.</summary>
    private const int EveryPlace = 12;

    private const int SmallEnoughForSingleBytes = 10_000;

    private readonly ConcurrentDictionary<int, StubReply> _answers = new();
    private int _asked;

    [Theory]
    [InlineData(StreamFormat.Chat)]
    [InlineData(StreamFormat.Responses)]
    [InlineData(StreamFormat.Messages)]
    [InlineData(StreamFormat.Gemini)]
    [InlineData(StreamFormat.Interactions)]
    [InlineData(StreamFormat.Other)]
    public Task Replay_HoweverCut_GivesTheTextUsageAndEnd(StreamFormat format) => EachAsync(
        stream => stream.Format == format,
        async (stream, host, faults) =>
        {
            foreach (var chop in Chop.All.Where(c => c.Size > 3 || stream.Body.Length <= SmallEnoughForSingleBytes))
            {
                var heard = await AskAsync(host, stream, Replies.Sse(stream.Body, chop));
                if (Fault(stream, heard) is { } fault)
                {
                    faults.Add($"{stream} {chop}: {fault}");
                }
            }
        });

    [Theory]
    [InlineData(StreamFormat.Chat)]
    [InlineData(StreamFormat.Responses)]
    [InlineData(StreamFormat.Messages)]
    [InlineData(StreamFormat.Gemini)]
    [InlineData(StreamFormat.Interactions)]
    public Task Replay_CutAfterAnyEvent_IsNeverComplete(StreamFormat format) => EachAsync(
        stream => stream.Format == format && stream.IsWhole,
        async (stream, host, faults) =>
        {
            // A server's habits are learnt from a whole answer.
            await AskAsync(host, stream, Replies.Sse(stream.Body));
            for (var kept = 0; kept < stream.Events; kept += kept < EveryPlace || kept > stream.Events - 4 ? 1 : Math.Max(1, Math.Min(61, stream.Events - 4 - kept)))
            {
                // A reset costs a connection, and is the same wherever it comes.
                foreach (var reset in kept is 1 or 5 || kept == stream.Events - 1 ? new[] { false, true } : [false])
                {
                    var heard = await AskAsync(host, stream, Replies.SseCut(stream.Body, kept, reset));
                    if (heard.Code is not (ProviderErrors.StreamCut or ProviderErrors.Unreachable) || !stream.Text.StartsWith(heard.Text, StringComparison.Ordinal))
                    {
                        faults.Add($"{stream} after {kept} of {stream.Events}, reset {reset}: {heard.Code ?? "complete"}");
                    }
                }
            }
        });

    private async Task EachAsync(Func<RecordedStream, bool> which, Func<RecordedStream, ModelsHost, ConcurrentBag<string>, Task> check)
    {
        var streams = RecordedStream.All().Where(which).ToArray();
        Assert.NotEmpty(streams);
        await using var stub = await ProviderStub.StartAsync();
        stub.Respond = request => _answers[int.Parse(Question().Match(request.Json!.ToJsonString()).Groups[1].Value, CultureInfo.InvariantCulture)];
        ConcurrentBag<string> faults = [];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForEachAsync(streams, parallel, async (stream, _) =>
        {
            // Each server has habits of its own, which an address is expected to keep.
            await using var host = HostAt(stub);
            await check(stream, host, faults);
        });
        Assert.True(faults.IsEmpty, string.Join('\n', faults.Order(StringComparer.Ordinal)));
    }

    private static ModelsHost HostAt(ProviderStub stub)
    {
        var url = stub.BaseUrl.ToString();
        return new ModelsHost(null, null, [
            .. ModelsHost.Address(stub), ("CONVO_PROVIDER_MAX_ATTEMPTS", "1"),
            ("ANTHROPIC_BASE_URL", url), ("ANTHROPIC_API_KEY", "sk-ant-stub"), ("ANTHROPIC_MODELS", "messages-model"),
            ("Convo:Providers:responses:Protocol", "responses"), ("Convo:Providers:responses:BaseUrl", url), ("Convo:Providers:responses:Models", "responses-model"),
            ("Convo:Providers:google:Protocol", "gemini"), ("Convo:Providers:google:BaseUrl", url), ("Convo:Providers:google:Models", "gemini-model"),
        ]);
    }

    private async Task<Heard> AskAsync(ModelsHost host, RecordedStream stream, StubReply reply)
    {
        var number = Interlocked.Increment(ref _asked);
        _answers[number] = reply;
        var model = stream.Format switch
        {
            StreamFormat.Responses => "responses-model",
            StreamFormat.Messages => "messages-model",
            StreamFormat.Gemini or StreamFormat.Interactions => "gemini-model",
            _ => "stub-model",
        };
        return await Heard.FromAsync(host.Chat(model), $"question-{number}-", cancellationToken: TestContext.Current.CancellationToken);
    }

    private static string? Fault(RecordedStream stream, Heard heard)
    {
        if (heard.Text != stream.Text)
        {
            return $"text of {heard.Text.Length} instead of {stream.Text.Length} characters";
        }

        if (!stream.IsWhole)
        {
            return heard.Failure is ProviderException ? null : "ended well although the stream did not";
        }

        if (stream.IsFiltered && heard.FinishReason != ChatFinishReason.ContentFilter)
        {
            return $"filtered, but {heard.FinishReason}";
        }

        if (heard.Failure is not null || heard.FinishReason is null)
        {
            return $"{heard.Code ?? "no finish reason"} {heard.Failure?.Message} {heard.Failure?.InnerException?.Message}";
        }

        if (heard.Usage is null || (stream.Input, stream.Output, stream.Format == StreamFormat.Chat ? heard.Usage.CachedInputTokens : stream.Cached)
            != (heard.Usage.InputTokens, heard.Usage.OutputTokens, heard.Usage.CachedInputTokens) && stream.Input is not null)
        {
            return $"usage {heard.Usage} instead of {stream.Input} ({stream.Cached} cached), {stream.Output}";
        }

        return heard.Usage.Estimated == stream.Input is null ? null : "usage wrongly marked";
    }

    [GeneratedRegex("question-([0-9]+)-", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Question();
}
