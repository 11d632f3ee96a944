namespace Convo.Core.Turns;

/// <summary>Stops turns by their id, on whatever node they run. Whoever calls it has checked that he may.</summary>
internal interface ITurnStops
{
    Task StopTurnAsync(Guid turnId, CancellationToken cancellationToken);
}

internal sealed class TurnStops(LiveTurns live, ITurnLog log) : ITurnStops
{
    public Task StopTurnAsync(Guid turnId, CancellationToken cancellationToken) =>
        live.TryStop(turnId) ? Task.CompletedTask : log.RequestStopAsync(turnId, cancellationToken);
}
