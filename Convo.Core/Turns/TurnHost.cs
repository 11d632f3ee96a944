using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns;

/// <summary>
/// Owns the running turns of this node. Requests and circuits hand a turn over and may go away; a stopping host takes
/// no new ones and lets the running ones finish for a while.
/// </summary>
/// <remarks>It drains in <see cref="IHostedLifecycleService.StoppingAsync"/>, before the web server stops: readers see the end of their
/// answers, and new messages get a plain 503 instead of a refused connection.</remarks>
internal sealed partial class TurnHost(
    TurnRunner runner, TitleWriter titles, LiveTurns live, ITurnLog log, TurnDrain drain, IOptions<TurnOptions> options, TimeProvider time, ILogger<TurnHost> logger,
    IHostApplicationLifetime? lifetime = null) : IHostedLifecycleService
{
    /// <summary>For storing what was ended at the end of the drain. A database that is away longer leaves it to the reaper of another node.</summary>
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan HearStopsEvery = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, Task> _running = new();
    private Task _hearing = Task.CompletedTask;
    private CancellationTokenRegistration? _stopping;
    private IAsyncDisposable? _stopRequests;
    private Task? _drained;
    private volatile bool _closed;

    public void Start(TurnPlan plan)
    {
        var turn = new LiveTurn(plan);
        live.Add(turn);
        // Started before it is entered: a turn that ends at once must find its entry to remove.
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[plan.TurnId] = RunAsync(turn, gate.Task);
        gate.SetResult();
        if (_closed)
        {
            turn.End(EndReason.Shutdown);
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // The signal comes before StoppingAsync does.
        _stopping = lifetime?.ApplicationStopping.Register(drain.Begin);
        if (!await TryHearStopsAsync(first: true, cancellationToken).ConfigureAwait(false))
        {
            _hearing = HearStopsLaterAsync(lifetime?.ApplicationStopping ?? CancellationToken.None);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => _drained ??= DrainAsync(cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A host that knows no lifecycle comes here first.
        await StoppingAsync(cancellationToken).ConfigureAwait(false);
        _stopping?.Dispose();
        await _hearing.ConfigureAwait(false);
        if (_stopRequests is not null)
        {
            await _stopRequests.DisposeAsync().ConfigureAwait(false);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> TryHearStopsAsync(bool first, CancellationToken cancellationToken)
    {
        try
        {
            _stopRequests = await log.OnStopRequestedAsync(turnId => live.TryStop(turnId), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (first)
            {
                // Stop requests are in the database as well; they only arrive a little later.
                LogNoStopRequests(e);
            }

            return false;
        }
    }

    private async Task HearStopsLaterAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(HearStopsEvery, time);
        try
        {
            while (!_closed
                && await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false)
                && !await TryHearStopsAsync(first: false, cancellationToken).ConfigureAwait(false))
            {
                // Redis is not there yet.
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        drain.Begin();
        LogDraining(_running.Count);
        await FinishedWithinAsync(options.Value.DrainTimeout, cancellationToken).ConfigureAwait(false);
        _closed = true;
        live.EndAll(EndReason.Shutdown);
        if (!await FinishedWithinAsync(StoreTimeout, cancellationToken).ConfigureAwait(false))
        {
            LogLeft(_running.Count);
        }
    }

    private async Task<bool> FinishedWithinAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var all = Task.WhenAll(_running.Values);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(all, Task.Delay(patience, time, enough.Token)).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        return all.IsCompleted;
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
            live.Ended();
            _running.TryRemove(turn.Plan.TurnId, out _);
            _ = ForgetLaterAsync(turn);
        }
    }

    private async Task ForgetLaterAsync(LiveTurn turn)
    {
        await Task.Delay(options.Value.KeepInMemory, time).ConfigureAwait(false);
        live.Remove(turn);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stop requests of other nodes cannot be heard at once")]
    private partial void LogNoStopRequests(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "No new turns are taken; {Running} running ones may finish")]
    private partial void LogDraining(int running);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Left} turns could not be stored in time; another node ends them when their lease runs out")]
    private partial void LogLeft(int left);

    [LoggerMessage(Level = LogLevel.Error, Message = "Turn {TurnId} ended without being stored; its lease will run out")]
    private partial void LogTurnLost(Exception exception, Guid turnId);
}
