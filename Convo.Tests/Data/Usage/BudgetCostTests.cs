using System.Diagnostics;
using Convo.Core.Usage;

namespace Convo.Tests.Data.Usage;

public sealed class BudgetCostOnGarnetTests(GarnetBudgetServer server) : BudgetCostTests(server), IClassFixture<GarnetBudgetServer>;

public sealed class BudgetCostOnRedisTests(RedisBudgetServer server) : BudgetCostTests(server), IClassFixture<RedisBudgetServer>;

/// <summary>What a reservation and its settlement cost. Run by hand, on a machine that does nothing else: figures, not a verdict.</summary>
public abstract class BudgetCostTests(IBudgetServer server)
{
    [Fact(Explicit = true)]
    public async Task ReserveAndSettle_OneAfterTheOther_PrintsTheMedian()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        harness.OwnPools = true;
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 1_000_000_000);
        await harness.LimitAsync(BudgetScope.Global, null, BudgetWindow.Day, 1_000_000_000);
        var (reserves, settles) = (new List<double>(), new List<double>());
        for (var i = 0; i < 3000; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var hold = await node.ReserveAsync(caller, harness.Request(100, 100));
            reserves.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            var entry = BudgetHarness.Entry(caller, hold, 100, 50);
            await harness.StoreAsync(entry);
            started = Stopwatch.GetTimestamp();
            await node.Gate.SettleAsync(entry, CancellationToken.None);
            settles.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"reserve p50 {Median(reserves):0.000} ms, settle p50 {Median(settles):0.000} ms");
        Assert.Equal(3000 * 150, (await node.Reader.BudgetsAsync(caller, CancellationToken.None))[0].Used);
    }

    [Fact(Explicit = true)]
    public async Task Reserve_ManyAtOnce_PrintsTheRate()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        harness.OwnPools = true;
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var callers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => harness.UserAsync()));
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 40_000);
        await harness.LimitAsync(BudgetScope.Global, null, BudgetWindow.Day, 1_500_000);
        var admitted = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 128).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 160; i++)
            {
                if (await nodes[worker % 2].TryReserveAsync(callers[(worker + i) % 50], harness.Request(50, 50, least: 50)) is not null)
                {
                    Interlocked.Increment(ref admitted);
                }
            }
        })));
        var took = Stopwatch.GetElapsedTime(started);

        TestContext.Current.TestOutputHelper!.WriteLine($"{128 * 160 / took.TotalSeconds:0} reservations/s, {admitted} admitted of {128 * 160}");
        Assert.Equal(15_000, admitted);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
