using Convo.Core.Models;
using Convo.Core.Shared;
using Microsoft.Extensions.Logging;

namespace Convo.Core.Turns;

/// <summary>
/// Drives one turn to its end: generate, while <see cref="TurnKeeper"/> checkpoints the text and it is shared with other nodes, then settle.
/// It returns when the end is stored; it throws only when that was impossible.
/// </summary>
internal sealed partial class TurnRunner(
    TurnGeneration generation,
    TurnSettlement settlement,
    TurnPublisher publisher,
    ILogger<TurnRunner> logger)
{
    public async Task RunAsync(LiveTurn turn)
    {
        var publishing = publisher.RunAsync(turn, CancellationToken.None);
        ConvoMetrics.TurnsActive.Add(1);
        try
        {
            var result = new TurnYield();
            var outcome = await GenerateAsync(turn, result).ConfigureAwait(false);
            turn.Phase = TurnPhase.Settling;
            await settlement.FinishAsync(turn, outcome, result).ConfigureAwait(false);
        }
        finally
        {
            turn.Phase = TurnPhase.Over;
            ConvoMetrics.TurnsActive.Add(-1);
        }

        await publishing.ConfigureAwait(false);
    }

    private async Task<TurnOutcome> GenerateAsync(LiveTurn turn, TurnYield result)
    {
        try
        {
            await generation.RunAsync(turn, result, turn.Ending).ConfigureAwait(false);
            return TurnOutcome.Complete;
        }
        catch (Exception) when (turn.Reason != EndReason.None)
        {
            // Whatever a client throws when it is cancelled, the reason we cancelled it is the outcome.
            // One that lost its lease ends as well: what it used has to be in the ledger, be the answer ended elsewhere or deleted.
            return turn.Reason == EndReason.Stopped ? TurnOutcome.Stopped : TurnOutcome.Interrupted;
        }
        catch (Exception e)
        {
            if (e is not (ProviderException or ConvoException))
            {
                LogGenerationFailed(e, turn.Plan.TurnId);
            }

            return TurnOutcome.Of(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Turn {TurnId} failed")]
    private partial void LogGenerationFailed(Exception exception, Guid turnId);
}
