using Microsoft.Extensions.Logging;

namespace Convo.Core.Turns;

/// <summary>Stops turns by their id, on whatever node they run. Whoever calls it has checked that he may.</summary>
internal interface ITurnStops
{
    Task StopTurnAsync(Guid turnId, CancellationToken cancellationToken);
}

internal sealed partial class TurnStops(LiveTurns live, ITurnLog log, ITurnStore store, ILogger<TurnStops> logger) : ITurnStops
{
    public async Task StopTurnAsync(Guid turnId, CancellationToken cancellationToken)
    {
        if (live.TryStop(turnId))
        {
            return;
        }

        // The row is certain: the running node reads it with its next checkpoint. The announcement is fast.
        await store.RequestStopAsync(turnId, cancellationToken).ConfigureAwait(false);
        try
        {
            await log.RequestStopAsync(turnId, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotAnnounced(turnId, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The stop of turn {TurnId} could not be announced; its node sees it with its next checkpoint ({Reason})")]
    private partial void LogNotAnnounced(Guid turnId, string reason);
}
