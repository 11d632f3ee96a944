using System.Collections.Concurrent;
using System.Diagnostics;
using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Bench.Budgets;

/// <summary>Workers that ask as fast as they are answered, spread over the nodes and the people.</summary>
internal sealed class ReservationLoad(BudgetHost host)
{
    private long _asked;

    public long Asked => Interlocked.Read(ref _asked);

    public ConcurrentBag<(Caller Caller, Hold Hold)> Admitted { get; } = [];

    public async Task RunAsync(TimeSpan time, int workers, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(
            async () =>
            {
                var gate = host.Nodes[worker % host.Nodes.Count].Gate;
                for (var i = worker; Stopwatch.GetElapsedTime(started) < time; i++)
                {
                    await AskAsync(gate, host.People[i % host.People.Count], cancellationToken);
                }
            },
            cancellationToken)));
    }

    /// <summary>Each on the other node than the one that reserved, as after a hand-over.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Admitted,
        new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken },
        async (turn, token) => await host.Nodes[^1].Recorder.RecordAsync(BudgetHost.Entry(turn.Caller, turn.Hold, 50, 20), token));

    private async Task AskAsync(IBudgetGate gate, Caller caller, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        try
        {
            Admitted.Add((caller, await gate.ReserveAsync(caller, BudgetHost.Request(50, 50), cancellationToken)));
        }
        catch (ConvoException e) when (e.Code == "budget_exceeded")
        {
            // As it should be, most of the time.
        }
    }
}
