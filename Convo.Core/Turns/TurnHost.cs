using System.Collections.Concurrent;
using Convo.Core.Shared;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns;

/// <summary>
/// Owns the running turns of this node. Requests and circuits hand a turn over and may go away; a stopping host takes
/// no new ones and lets the running ones finish for a while.
/// </summary>
internal sealed partial class TurnHost(
    TurnRunner runner, TitleWriter titles, LiveTurns live, ITurnLog log, IOptions<TurnOptions> options, TimeProvider time, ILogger<TurnHost> logger) : IHostedService
{
    private readonly ConcurrentDictionary<Guid, Task> _running = new();
    private IAsyncDisposable? _stopRequests;
    private volatile bool _draining;

    /// <exception cref="ConvoException">503 while the host shuts down.</exception>
    public void EnsureAccepting()
    {
        if (_draining)
        {
            throw new ConvoException(ProblemKind.Unavailable, "shutting_down", "Convo is restarting. Your text is kept; send it again in a few seconds.")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }
    }

    public void Start(TurnPlan plan)
    {
        var turn = new LiveTurn(plan);
        live.Add(turn);
        // Started before it is entered: a turn that ends at once must find its entry to remove.
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[plan.TurnId] = RunAsync(turn, gate.Task);
        gate.SetResult();
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _stopRequests = await log.OnStopRequestedAsync(turnId => live.TryStop(turnId), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Stop still works on the node that runs the turn.
            LogNoStopRequests(e);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _draining = true;
        var all = Task.WhenAll(_running.Values);
        await Task.WhenAny(all, Task.Delay(options.Value.DrainTimeout, time, cancellationToken)).ConfigureAwait(false);
        live.EndAll(EndReason.Shutdown);
        await Task.WhenAll(_running.Values).ConfigureAwait(false);
        if (_stopRequests is not null)
        {
            await _stopRequests.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync(LiveTurn turn, Task entered)
    {
        await entered.ConfigureAwait(false);
        try
        {
            await runner.RunAsync(turn).ConfigureAwait(false);
            await titles.WriteAsync(turn).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The lease runs out and the reaper settles it: no turn is lost by a fault of ours.
            LogTurnLost(e, turn.Plan.TurnId);
            turn.Abandon();
        }
        finally
        {
            _running.TryRemove(turn.Plan.TurnId, out _);
            _ = ForgetLaterAsync(turn);
        }
    }

    private async Task ForgetLaterAsync(LiveTurn turn)
    {
        await Task.Delay(options.Value.KeepInMemory, time).ConfigureAwait(false);
        live.Remove(turn);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stop requests of other nodes cannot be heard")]
    private partial void LogNoStopRequests(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Turn {TurnId} ended without being stored; its lease will run out")]
    private partial void LogTurnLost(Exception exception, Guid turnId);
}
