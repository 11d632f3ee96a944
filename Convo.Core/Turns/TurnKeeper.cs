using Convo.Core.Usage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns;

/// <summary>
/// Keeps this node's running turns: every <see cref="TurnOptions.CheckpointInterval"/> their text so far is written and their leases and
/// holds are renewed, hundreds in one statement. A thousand turns would otherwise ask the database for five hundred commits a second.
/// </summary>
internal sealed partial class TurnKeeper(
    LiveTurns live, ITurnStore store, IBudgetGate budget, IOptions<TurnOptions> options, TimeProvider time, ILogger<TurnKeeper> logger) : BackgroundService
{
    private const int TurnsAtOnce = 250;
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CheckpointInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                var kept = await Task.WhenAll(live.Running.Chunk(TurnsAtOnce).Select(turns => TryKeepAsync(turns, stoppingToken))).ConfigureAwait(false);
                _failing = kept.Contains(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node has drained: nothing runs here any more.
        }
    }

    /// <summary>False when the storage did not take it: the text is in memory, the next checkpoint carries it, and readers here notice nothing.</summary>
    private async Task<bool> TryKeepAsync(LiveTurn[] turns, CancellationToken cancellationToken)
    {
        try
        {
            await KeepAsync(turns, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (!_failing)
            {
                LogCheckpointFailed(turns.Length, e.Message);
            }

            foreach (var turn in turns.Where(turn => !options.Value.SoleNode && turn.LeaseUntil < time.GetUtcNow()))
            {
                turn.GoOnLocally(false);
            }

            return false;
        }
    }

    private async Task KeepAsync(LiveTurn[] turns, CancellationToken cancellationToken)
    {
        var leaseUntil = time.GetUtcNow() + options.Value.LeaseDuration;
        var checkpoints = turns.Select(turn =>
        {
            var (text, lastSeq) = turn.Snapshot();
            return new TurnCheckpoint(turn.Plan.AnswerId, turn.Plan.TurnId, text, lastSeq, turn.PromptTokens);
        }).ToList();

        // One connection that hangs must not cost all turns their leases: the next round takes another.
        using var patience = new CancellationTokenSource(options.Value.LeaseDuration / 3, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var leases = await store.CheckpointAsync(checkpoints, leaseUntil, either.Token).ConfigureAwait(false);
        foreach (var (turn, lease) in turns.Zip(leases))
        {
            Apply(turn, lease, leaseUntil);
        }

        await Task.WhenAll(turns.Select(turn => budget.RenewAsync(turn.Plan.TurnId, either.Token))).ConfigureAwait(false);
    }

    private static void Apply(LiveTurn turn, TurnLease lease, DateTimeOffset leaseUntil)
    {
        switch (lease)
        {
            case TurnLease.Lost when turn.Phase == TurnPhase.Generating:
                turn.End(EndReason.Fenced);
                break;
            case TurnLease.StopRequested:
                turn.LeaseUntil = leaseUntil;
                turn.End(EndReason.Stopped);
                break;
            case TurnLease.Held:
                turn.LeaseUntil = leaseUntil;
                break;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Turns} turns could not be checkpointed; they go on in memory ({Reason})")]
    private partial void LogCheckpointFailed(int turns, string reason);
}
