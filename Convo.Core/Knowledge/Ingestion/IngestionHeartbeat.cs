using System.Globalization;

namespace Convo.Core.Knowledge;

/// <summary>Renews a run's lease and shows its progress; ends the work when the lease is lost.</summary>
internal sealed class IngestionHeartbeat(
    IngestionRun run, IIngestionStore store, IAttachmentSignals signals, IngestionOptions options, TimeProvider time, Action stopWork)
    : IProgress<ExtractionProgress>
{
    private volatile IngestionProgress _progress = new(run.HasText ? AttachmentStatus.Embedding : AttachmentStatus.Extracting, "Starting", null, null);
    private volatile bool _lost;

    public bool IsLost => _lost;

    public DateTimeOffset LeaseUntil => time.GetUtcNow() + options.Lease;

    /// <summary>From the extractor; it may call from any thread, also late.</summary>
    public void Report(ExtractionProgress value) => _progress = value.Pages > 0
        ? new IngestionProgress(AttachmentStatus.Extracting, string.Create(CultureInfo.InvariantCulture, $"Reading page {Math.Min(value.PagesDone + 1, value.Pages)} of {value.Pages}"), (double)value.PagesDone / value.Pages, value.Pages)
        : new IngestionProgress(AttachmentStatus.Extracting, "Reading the file", null, null);

    public void Embedded(int done, int all, int pages) => _progress = new IngestionProgress(
        AttachmentStatus.Embedding, string.Create(CultureInfo.InvariantCulture, $"Indexing passage {done} of {all}"), all == 0 ? null : (double)done / all, pages);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Heartbeat, time);
        IngestionProgress? shown = null;
        var renewedAt = time.GetUtcNow();
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                var progress = _progress;
                // Between changes a third of the lease is soon enough.
                if (progress == shown && time.GetUtcNow() - renewedAt < options.Lease / 3)
                {
                    continue;
                }

                if (!await TryRenewAsync(progress, renewedAt, cancellationToken).ConfigureAwait(false))
                {
                    _lost = true;
                    stopWork();
                    return;
                }

                (shown, renewedAt) = (progress, time.GetUtcNow());
                await signals.AnnounceAsync(run.AttachmentId, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The work is done.
        }
    }

    /// <returns>False when the lease is lost, also by a database that was away for the length of it.</returns>
    private async Task<bool> TryRenewAsync(IngestionProgress progress, DateTimeOffset renewedAt, CancellationToken cancellationToken)
    {
        try
        {
            return await store.RenewAsync(run, progress, LeaseUntil, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The store answers again before the lease ends, or it does not: only then is the run lost.
            return time.GetUtcNow() - renewedAt < options.Lease;
        }
    }
}
