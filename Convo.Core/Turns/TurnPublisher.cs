using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns;

/// <summary>
/// Copies a live turn's log to where other nodes can read it, and then lets this node's readers see it. A few batches go at once (a
/// start, a first word, an end must not wait); a steady stream is merged to one batch every <see cref="TurnOptions.PublishInterval"/>.
/// </summary>
internal sealed partial class TurnPublisher(
    ITurnLog log, LiveTurns live, IOptions<TurnOptions> options, TimeProvider time, ILogger<TurnPublisher> logger)
{
    /// <summary>How long the last events are offered to a log that is away, after the turn has ended.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>How long readers wait for a log that does not answer before they see events without it.</summary>
    private static readonly TimeSpan ReadersPatience = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(500);

    private const int Burst = 4;

    /// <summary>In characters, with <see cref="EventCost"/> for each event.</summary>
    private const int MaxBatch = 256 * 1024;
    private const int EventCost = 100;

    /// <summary>With more turns than this at once, batches grow instead of the number of commands.</summary>
    private const int TurnsAtFullPace = 250;

    /// <summary>Runs until the terminal event is published, the turn is taken over, or the log stays away after the end.</summary>
    public async Task RunAsync(LiveTurn turn, CancellationToken cancellationToken)
    {
        long published = 0;
        DateTimeOffset? givingUpAt = null;
        var failing = false;
        var pace = new Pace(time.GetTimestamp());
        while (true)
        {
            var slice = turn.Unshared(published);
            if (slice.Events.Count == 0)
            {
                if (slice.Abandoned)
                {
                    return;
                }

                await slice.Changed.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            var batch = BatchOf(slice.Events);
            try
            {
                var stored = await AppendAsync(turn, batch, cancellationToken).ConfigureAwait(false);
                if (stored == ITurnLog.Fenced)
                {
                    turn.GoOnLocally(false);
                    turn.End(EndReason.Fenced);
                    return;
                }

                published = stored;
                turn.Share(stored);
                turn.GoOnLocally(false);
                failing = false;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                GoOnLocally(turn);
                if (!failing)
                {
                    LogPublishFailed(turn.Plan.TurnId, e.Message);
                    failing = true;
                }
            }

            var ended = batch[^1].Data.IsTerminal;
            if (ended && (published >= batch[^1].Seq || time.GetUtcNow() > (givingUpAt ??= time.GetUtcNow() + Patience)))
            {
                return;
            }

            await WaitAsync(turn, failing ? RetryEvery : pace.Next(time, Interval()), ended, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What is appended at once: after an outage a whole answer waits, and one command must not hold Redis up for long.</summary>
    private static IReadOnlyList<TurnEvent> BatchOf(IReadOnlyList<TurnEvent> events)
    {
        var size = 0;
        for (var count = 0; count < events.Count; count++)
        {
            size += EventCost + ((events[count].Data as TurnDelta)?.Text.Length ?? 0);
            if (size > MaxBatch && count > 0)
            {
                return [.. events.Take(count)];
            }
        }

        return events;
    }

    private async Task<long> AppendAsync(LiveTurn turn, IReadOnlyList<TurnEvent> events, CancellationToken cancellationToken)
    {
        var appending = log.AppendAsync(turn.Plan.TurnId, turn.Plan.TurnId, events, cancellationToken);
        try
        {
            return await appending.WaitAsync(ReadersPatience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!appending.IsCompleted)
        {
            GoOnLocally(turn);
            return await appending.ConfigureAwait(false);
        }
    }

    /// <summary>Only under a lease: a node that slept must not show what another one has ended.</summary>
    private void GoOnLocally(LiveTurn turn)
    {
        if (options.Value.SoleNode || turn.LeaseUntil > time.GetUtcNow())
        {
            turn.GoOnLocally(true);
        }
    }

    private TimeSpan Interval() => options.Value.PublishInterval * Math.Clamp((double)live.Count / TurnsAtFullPace, 1, 3);

    private async Task WaitAsync(LiveTurn turn, TimeSpan wait, bool ended, CancellationToken cancellationToken)
    {
        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        if (ended)
        {
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            // The end is not held back.
            await turn.Complete.WaitAsync(wait, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The interval is over.
        }
    }

    /// <summary>A token bucket: a burst at once, then one batch an interval.</summary>
    private struct Pace(long start)
    {
        private double _credit = Burst;
        private long _at = start;

        public TimeSpan Next(TimeProvider time, TimeSpan interval)
        {
            var now = time.GetTimestamp();
            _credit = Math.Min(Burst, _credit + (time.GetElapsedTime(_at, now) / interval)) - 1;
            _at = now;
            return _credit >= 0 ? TimeSpan.Zero : interval * -_credit;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of turn {TurnId} cannot be shared now; its readers on this node go on ({Reason})")]
    private partial void LogPublishFailed(Guid turnId, string reason);
}
