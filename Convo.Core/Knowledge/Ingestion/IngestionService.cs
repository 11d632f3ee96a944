using System.Diagnostics;
using Convo.Core.Models;
using Convo.Core.Shared;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>
/// Makes files searchable, one run at a time: claims a file under a lease, lets <see cref="IngestionPipeline"/> work while it renews the lease,
/// and decides what a fault means: the file's own (failed, with its reason), or the world's (again later, at most three runs).
/// </summary>
internal sealed partial class IngestionService(
    IIngestionStore store,
    IIngestionQueue queue,
    IAttachmentSignals signals,
    IngestionPipeline pipeline,
    IOptions<IngestionOptions> options,
    TimeProvider time,
    ILogger<IngestionService> logger) : IIngestionService
{
    private readonly IngestionOptions _options = options.Value;

    public async Task<bool> RunAsync(Guid? attachmentId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var run = await store.ClaimAsync(attachmentId, time.NewId(), now, now + _options.Lease, cancellationToken).ConfigureAwait(false);
        if (run is null)
        {
            return false;
        }

        var started = time.GetTimestamp();
        await signals.AnnounceAsync(run.AttachmentId, cancellationToken).ConfigureAwait(false);
        try
        {
            await WorkAsync(run, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host goes down: another node, or the next start, takes the file up at once.
            await store.ReleaseAsync(run, null, null, counts: false, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        catch (RunLostException)
        {
            LogOvertaken(run.AttachmentId, run.RunId);
        }
        catch (ExtractionException e) when (!e.IsTransient)
        {
            await FailAsync(run, new Problem(e.Code, e.Reason)).ConfigureAwait(false);
        }
        catch (ProviderException e) when (e.Code is ProviderErrors.Auth or ProviderErrors.ModelNotFound)
        {
            await FailAsync(run, e.ToProblem()).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await RetryOrFailAsync(run, e).ConfigureAwait(false);
        }

        KnowledgeMetrics.IngestSeconds.Record(time.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("stage", "all"));
        await signals.AnnounceAsync(run.AttachmentId, CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var exhausted = new Problem(
            "ingestion_crashed", "Reading this file ended the worker each time it was tried. Try a simpler copy of it, for example printed to PDF.");
        var due = await store.SweepAsync(time.GetUtcNow(), _options.MaxAttempts, exhausted, cancellationToken).ConfigureAwait(false);
        foreach (var attachmentId in due)
        {
            await queue.EnqueueAsync(attachmentId, null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WorkAsync(IngestionRun run, CancellationToken cancellationToken)
    {
        using var work = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var heartbeat = new IngestionHeartbeat(run, store, signals, _options, time, work.Cancel);
        var beating = heartbeat.RunAsync(work.Token);
        try
        {
            await pipeline.RunAsync(run, heartbeat, work.Token).ConfigureAwait(false);
        }
        catch (Exception) when (heartbeat.IsLost && !cancellationToken.IsCancellationRequested)
        {
            // Whatever was under way when the lease was lost, the cause is that it was.
            throw new RunLostException();
        }
        finally
        {
            await work.CancelAsync().ConfigureAwait(false);
            await beating.ConfigureAwait(false);
        }
    }

    private async Task RetryOrFailAsync(IngestionRun run, Exception fault)
    {
        LogFault(fault, run.AttachmentId, run.Attempt, _options.MaxAttempts);
        if (run.Attempt >= _options.MaxAttempts)
        {
            await FailAsync(run, Describe(fault)).ConfigureAwait(false);
            return;
        }

        // A budget that is spent says when it opens; until then a try would be wasted.
        var wait = fault is ProviderException { RetryAfter: { } asked } ? asked
            : fault is ConvoException { RetryAfter: { } opens } ? opens
            : _options.RetryDelay * Math.Pow(2, run.Attempt - 1);
        var notBefore = time.GetUtcNow() + wait;
        if (await store.ReleaseAsync(run, notBefore, "Waiting to try again", counts: true, CancellationToken.None).ConfigureAwait(false))
        {
            await queue.EnqueueAsync(run.AttachmentId, notBefore, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task FailAsync(IngestionRun run, Problem problem)
    {
        if (await store.FailAsync(run, problem, CancellationToken.None).ConfigureAwait(false))
        {
            KnowledgeMetrics.Attachments.Add(1, new KeyValuePair<string, object?>("status", "failed"));
            LogFailed(run.AttachmentId, problem.Code);
        }
    }

    private static Problem Describe(Exception fault) => fault switch
    {
        ExtractionException e => new Problem(e.Code, e.Reason),
        ProviderException e => e.ToProblem(),
        ConvoException e => new Problem(e.Code, e.Message),
        EmbeddingException => new Problem("embedding_failed", "The embedding model answered with something that cannot be used. Check the model that is configured, then try again."),
        _ => new Problem("ingestion_failed", "Something that Convo needs was not there each time the file was tried. Try again later; if it stays, ask your administrator to look at the log."),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {Attempt} of {MaxAttempts} for file {AttachmentId} was stopped by a fault")]
    private partial void LogFault(Exception exception, Guid attachmentId, int attempt, int maxAttempts);

    [LoggerMessage(Level = LogLevel.Information, Message = "File {AttachmentId} cannot be made searchable: {Code}")]
    private partial void LogFailed(Guid attachmentId, string code);

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {RunId} of file {AttachmentId} was overtaken or its file is gone; it changed nothing")]
    private partial void LogOvertaken(Guid attachmentId, Guid runId);
}

/// <summary>The fence closed: another run holds the file, or it is gone.</summary>
internal sealed class RunLostException : Exception;
