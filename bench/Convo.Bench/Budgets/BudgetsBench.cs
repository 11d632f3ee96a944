using System.Diagnostics;
using System.Globalization;
using Convo.Core.Usage;

namespace Convo.Bench.Budgets;

/// <summary>
/// <c>budgets</c>: what a reservation and its settlement cost one after the other, and how many a second two nodes decide while every
/// invariant holds. Returns 1 when one does not.
/// </summary>
internal static class BudgetsBench
{
    public static BenchCommand Command { get; } = new(
        "budgets", "Reserve + settle one by one, then reservations a second over two nodes, with the invariants checked: [--redis host:port] [--turns 3000] [--seconds 10] [--workers 128] [--people 50]",
        RunAsync);

    private static async Task<int> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var seconds = options.Number("seconds", 10);
        var redis = options.Text("redis", "");
        await using var host = await BudgetHost.StartAsync(redis.Length == 0 ? null : redis, options.Number("people", 50), cancellationToken);
        Console.WriteLine($"counters in {(redis.Length == 0 ? "the built-in Garnet" : redis)}, {Environment.ProcessorCount} processors");
        await OneByOneAsync(host, options.Number("turns", 3000), cancellationToken);
        return await AtOnceAsync(host, TimeSpan.FromSeconds(seconds), options.Number("workers", 128), cancellationToken) ? 0 : 1;
    }

    private static async Task OneByOneAsync(BudgetHost host, int turns, CancellationToken cancellationToken)
    {
        var node = host.Nodes[0];
        await host.LimitAsync(1_000_000_000, 1_000_000_000, cancellationToken);
        var (reserved, settled, both) = (new Durations(), new Durations(), new Durations());
        for (var i = 0; i < turns; i++)
        {
            var caller = host.People[i % host.People.Count];
            var started = Stopwatch.GetTimestamp();
            var hold = await node.Gate.ReserveAsync(caller, BudgetHost.Request(100, 100), cancellationToken);
            var reserve = Stopwatch.GetElapsedTime(started);
            var entry = BudgetHost.Entry(caller, hold, 100, 50);
            // The transaction that ends a turn writes this; it is no part of what budgets cost.
            await host.StoreAsync(entry, cancellationToken);
            started = Stopwatch.GetTimestamp();
            await node.Gate.SettleAsync(entry, cancellationToken);
            var settle = Stopwatch.GetElapsedTime(started);
            reserved.Add(reserve);
            settled.Add(settle);
            both.Add(reserve + settle);
        }

        Print("reserve         ", reserved);
        Print("settle          ", settled);
        Print("reserve + settle", both);
    }

    private static async Task<bool> AtOnceAsync(BudgetHost host, TimeSpan time, int workers, CancellationToken cancellationToken)
    {
        // So tight that much is refused: a race that lets one too many in would show.
        var before = await host.LedgerTokensAsync(cancellationToken);
        await host.LimitAsync((before / host.People.Count) + 40_000, before + (host.People.Count * 30_000L), cancellationToken);
        var load = new ReservationLoad(host);
        var started = Stopwatch.GetTimestamp();
        await load.RunAsync(time, workers, cancellationToken);
        var took = Stopwatch.GetElapsedTime(started);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{load.Asked / took.TotalSeconds:0} reservations/s by {workers} workers on 2 nodes: {load.Admitted.Count} admitted, {load.Asked - load.Admitted.Count} refused in {took.TotalSeconds:0.0} s"));

        var held = await host.FaultsAsync(cancellationToken);
        await load.SettleAsync(cancellationToken);
        var settled = await host.FaultsAsync(cancellationToken);
        foreach (var fault in held.Concat(settled))
        {
            Console.WriteLine($"VIOLATED {fault}");
        }

        Console.WriteLine(held.Count + settled.Count == 0 ? "used + held within every limit, counters equal to the ledger" : "invariants violated");
        return held.Count + settled.Count == 0;
    }

    private static void Print(string what, Durations durations) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what}  p50 {durations.Percentile(0.50):0.000} ms   p95 {durations.Percentile(0.95):0.000} ms   p99 {durations.Percentile(0.99):0.000} ms   n {durations.Count}"));
}
