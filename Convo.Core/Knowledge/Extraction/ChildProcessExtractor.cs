using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>Reads files in processes that are not this one, so that no file can crash, starve or hang it.</summary>
internal sealed partial class ChildProcessExtractor(
    IOptions<ExtractionOptions> options, TimeProvider time, ILogger<ChildProcessExtractor> logger) : IDocumentExtractor, IAsyncDisposable
{
    private readonly ReadingChildren _children = new(time);

    public async Task<ExtractedDocument> ExtractAsync(
        ExtractionRequest request, IProgress<ExtractionProgress> progress, CancellationToken ct)
    {
        var (limits, started) = (options.Value, time.GetTimestamp());
        var job = new ChildJob(request.FileName, LengthOf(request.Content), ReaderLimits.From(limits));
        if (request.Owner is { } owner && request.Reopen is { } reopen && _children.Take(owner) is { } used)
        {
            try
            {
                return await ReadAsync(used, job, request.Content, limits.Timeout).ConfigureAwait(false);
            }
            catch (ExtractionException failure) when (failure.Code is ExtractionCodes.Crashed or ExtractionCodes.Memory)
            {
                // What earlier files left in the process must not decide about this one: once more, in a fresh process.
                var again = await reopen(ct).ConfigureAwait(false);
                await using var _ = again.ConfigureAwait(false);
                var left = limits.Timeout - time.GetElapsedTime(started);
                return await ReadAsync(Start(limits), job, again, left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1)).ConfigureAwait(false);
            }
        }
        return await ReadAsync(Start(limits), job, request.Content, limits.Timeout).ConfigureAwait(false);

        async Task<ExtractedDocument> ReadAsync(ReadingChild child, ChildJob what, Stream content, TimeSpan timeout)
        {
            var answer = new ChildAnswer(limits, progress);
            await RunAsync(child, what, content, timeout, answer, request.Owner, ct).ConfigureAwait(false);
            return answer.Result!;
        }
    }

    /// <summary>Runs a process of its own until it has said everything, and leaves nothing of it.</summary>
    internal Task RunAsync(ChildJob job, Stream content, TimeSpan timeout, ChildAnswer answer, CancellationToken ct) =>
        RunAsync(Start(options.Value), job, content, timeout, answer, null, ct);

    /// <summary>Ends the processes that wait for a next file.</summary>
    internal Task EndIdleAsync() => _children.EndIdleAsync();

    public ValueTask DisposeAsync() => _children.DisposeAsync();

    internal static long LengthOf(Stream content) => content.CanSeek ? content.Length - content.Position : 0;

    private async Task RunAsync(ReadingChild child, ChildJob job, Stream content, TimeSpan timeout, ChildAnswer answer, Guid? owner, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        var isKept = false;
        try
        {
            var sending = child.SendAsync(job, content, either.Token);
            var reading = answer.ReadAsync(child.Output, either.Token);
            // A source that fails would leave the child waiting for the rest of the file.
            await (await Task.WhenAny(reading, sending).ConfigureAwait(false)).ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            await sending.ConfigureAwait(false);
            if (answer.Result is null)
                throw await child.ExplainAsync(either.Token).ConfigureAwait(false);
            isKept = owner is not null && answer.SaidNoMore;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new ExtractionException(ExtractionCodes.Timeout, ExtractionReasons.Timeout(timeout)) { WasStarved = ProcessorWait.Of(child.Id) > timeout / 2 };
        }
        finally
        {
            if (isKept)
                await _children.GiveBackAsync(owner!.Value, child).ConfigureAwait(false);
            else
                await EndAsync(child).ConfigureAwait(false);
        }
    }

    private ReadingChild Start(ExtractionOptions limits)
    {
        try
        {
            return ReadingChild.Start(limits);
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            LogNotStarted(failure);
            throw new ExtractionException(ExtractionCodes.ChildUnavailable, ExtractionReasons.Unavailable, failure);
        }
    }

    private async Task EndAsync(ReadingChild child)
    {
        using (child)
        {
            var (exitCode, said) = await child.EndAsync().ConfigureAwait(false);
            if (said.Length > 0)
                LogChildSaid(exitCode, said);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The extraction process could not be started")]
    private partial void LogNotStarted(Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The extraction process ended with {ExitCode} and said: {Errors}")]
    private partial void LogChildSaid(int exitCode, string errors);
}
