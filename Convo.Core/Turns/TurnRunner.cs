using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns;

/// <summary>
/// Drives one turn to its end: generate, while the text is checkpointed and shared with other nodes, then settle.
/// It returns when the end is stored; it throws only when that was impossible.
/// </summary>
internal sealed partial class TurnRunner(
    TurnGeneration generation,
    TurnSettlement settlement,
    TurnPublisher publisher,
    ITurnStore store,
    IBudgetGate budget,
    IOptions<TurnOptions> options,
    TimeProvider time,
    ILogger<TurnRunner> logger)
{
    public async Task RunAsync(LiveTurn turn)
    {
        using var finished = new CancellationTokenSource();
        var keeping = KeepAliveAsync(turn, finished.Token);
        var publishing = publisher.RunAsync(turn, CancellationToken.None);
        ConvoMetrics.TurnsActive.Add(1);
        try
        {
            var result = new TurnYield();
            var outcome = await GenerateAsync(turn, result).ConfigureAwait(false);
            await settlement.FinishAsync(turn, outcome, result).ConfigureAwait(false);
        }
        finally
        {
            ConvoMetrics.TurnsActive.Add(-1);
            await finished.CancelAsync().ConfigureAwait(false);
            await keeping.ConfigureAwait(false);
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

    private async Task KeepAliveAsync(LiveTurn turn, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Value.CheckpointInterval, time);
        var failing = false;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                failing = !await CheckpointAsync(turn, failing, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The turn has ended.
        }
    }

    /// <summary>False when the storage did not take it. Only the first of several failures is logged.</summary>
    private async Task<bool> CheckpointAsync(LiveTurn turn, bool failing, CancellationToken cancellationToken)
    {
        try
        {
            var (text, lastSeq) = turn.Snapshot();
            var leaseUntil = time.GetUtcNow() + options.Value.LeaseDuration;
            var checkpoint = new TurnCheckpoint(turn.Plan.AnswerId, turn.Plan.TurnId, text, lastSeq, turn.PromptTokens, leaseUntil);
            switch (await store.CheckpointAsync(checkpoint, cancellationToken).ConfigureAwait(false))
            {
                case TurnLease.Lost:
                    turn.End(EndReason.Fenced);
                    return true;
                case TurnLease.StopRequested:
                    turn.End(EndReason.Stopped);
                    break;
            }

            turn.LeaseUntil = leaseUntil;
            await budget.RenewAsync(turn.Plan.TurnId, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The text is in memory and the next checkpoint carries it; readers here notice nothing.
            if (!failing)
            {
                LogCheckpointFailed(turn.Plan.TurnId, e.Message);
            }

            if (!options.Value.SoleNode && turn.LeaseUntil < time.GetUtcNow())
            {
                turn.GoOnLocally(false);
            }

            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Turn {TurnId} failed")]
    private partial void LogGenerationFailed(Exception exception, Guid turnId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Turn {TurnId} could not be checkpointed; it goes on in memory ({Reason})")]
    private partial void LogCheckpointFailed(Guid turnId, string reason);
}
