using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns;

/// <summary>Copies a live turn's log to where other nodes can read it, a batch at most every <see cref="TurnOptions.PublishInterval"/>.</summary>
internal sealed partial class TurnPublisher(ITurnLog log, IOptions<TurnOptions> options, TimeProvider time, ILogger<TurnPublisher> logger)
{
    /// <summary>How long the last events are offered to a log that is away, after the turn has ended.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Runs until the terminal event is published, the turn is taken over, or the log stays away after the end.</summary>
    public async Task RunAsync(LiveTurn turn, CancellationToken cancellationToken)
    {
        var writer = turn.Plan.TurnId;
        long published = 0;
        DateTimeOffset? givingUpAt = null;
        var failing = false;
        while (true)
        {
            var slice = turn.Since(published);
            if (slice.Events.Count == 0)
            {
                if (slice.Abandoned)
                {
                    return;
                }

                await slice.Changed.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                var stored = await log.AppendAsync(turn.Plan.TurnId, writer, slice.Events, cancellationToken).ConfigureAwait(false);
                if (stored == ITurnLog.Fenced)
                {
                    turn.End(EndReason.Fenced);
                    return;
                }

                published = stored;
                failing = false;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                if (!failing)
                {
                    LogPublishFailed(e, turn.Plan.TurnId);
                    failing = true;
                }
            }

            if (slice.Events[^1].Data.IsTerminal)
            {
                if (published >= slice.Events[^1].Seq || time.GetUtcNow() > (givingUpAt ??= time.GetUtcNow() + Patience))
                {
                    return;
                }
            }

            await Task.Delay(failing ? options.Value.PublishInterval * 10 : options.Value.PublishInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of turn {TurnId} cannot be shared now; its readers on this node go on")]
    private partial void LogPublishFailed(Exception exception, Guid turnId);
}
