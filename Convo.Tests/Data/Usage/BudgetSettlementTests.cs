using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Tests.Data.Usage;

public sealed class BudgetSettlementOnGarnetTests(GarnetBudgetServer server) : BudgetSettlementTests(server), IClassFixture<GarnetBudgetServer>;

public sealed class BudgetSettlementOnRedisTests(RedisBudgetServer server) : BudgetSettlementTests(server), IClassFixture<RedisBudgetServer>;

public sealed class BudgetSettlementOnClusterTests(ClusterBudgetServer server) : BudgetSettlementTests(server), IClassFixture<ClusterBudgetServer>;

/// <summary>What becomes of a hold: settled, given back, kept alive, expired. Each turn counts once.</summary>
public abstract class BudgetSettlementTests(IBudgetServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Settle_TwoBurstsOfKnownSize_TheSumIsExact()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        var prices = new ModelPrices(0.15m, 0.075m, 0.6m);
        async Task OneAsync(int i)
        {
            var hold = await nodes[i % 2].ReserveAsync(caller, harness.Request(20, 50, 1, prices));
            await harness.FinishAsync(nodes[(i + 1) % 2], BudgetHarness.Entry(caller, hold, 17, 31, prices));
        }

        await Task.WhenAll(Enumerable.Range(0, 22).Select(OneAsync));
        await Task.WhenAll(Enumerable.Range(0, 12).Select(OneAsync));

        var state = Assert.Single(await nodes[0].Reader.BudgetsAsync(caller, Token));
        Assert.Equal((34L * 48, 0L), (state.Used, state.Held));
        Assert.Equal(34 * (17 * 0.15m + 31 * 0.6m) / 1_000_000m, state.CostUsed);
        var totals = await harness.LedgerAsync(harness.Account(BudgetScope.User, caller.UserId, BudgetWindow.Day));
        Assert.Equal((state.Used, state.CostUsed), (totals.Tokens, CostUnits.ToDollars(totals.Cost)));
    }

    [Fact]
    public async Task Settle_Twice_CountsOnce()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        var hold = await nodes[0].ReserveAsync(caller, harness.Request(1000, 500));
        var entry = BudgetHarness.Entry(caller, hold, 1000, 300);

        await harness.FinishAsync(nodes[0], entry);
        await harness.FinishAsync(nodes[1], entry);
        await nodes[0].Gate.ReleaseAsync(hold.TurnId, Token);
        await harness.FlushAllAsync();
        await nodes[0].ReserveAsync(caller, harness.Request(1, 1));
        await nodes[1].Gate.SettleAsync(entry, Token);

        Assert.Equal(1300, Assert.Single(await nodes[0].Reader.BudgetsAsync(caller, Token)).Used);
    }

    [Fact]
    public async Task Settle_AfterItsHoldExpired_CountsTheRealFigure()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var hold = await node.ReserveAsync(caller, harness.Request(1000, 500));

        harness.Time.Advance(harness.Options.HoldLifetime + TimeSpan.FromSeconds(1));
        Assert.Equal(0, Assert.Single(await node.Reader.BudgetsAsync(caller, Token)).Held);
        await node.ReserveAsync(caller, harness.Request(10, 10));
        await harness.FinishAsync(node, BudgetHarness.Entry(caller, hold, 1000, 300));

        var state = Assert.Single(await node.Reader.BudgetsAsync(caller, Token));
        Assert.Equal((1300, 20), (state.Used, state.Held));
    }

    [Fact]
    public async Task Settle_CrashBeforeIt_TheNextReservationAfterTheHoldKnowsTheLedger()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 2000);
        await nodes[1].Gate.ReleaseAsync((await nodes[1].ReserveAsync(caller, harness.Request(1, 1))).TurnId, Token);
        var hold = await nodes[0].ReserveAsync(caller, harness.Request(1000, 500));
        await harness.StoreAsync(BudgetHarness.Entry(caller, hold, 1000, 500));

        harness.Time.Advance(harness.Options.HoldLifetime + TimeSpan.FromSeconds(1));

        Assert.Null(await nodes[1].TryReserveAsync(caller, harness.Request(400, 200, least: 200)));
        Assert.NotNull(await nodes[1].TryReserveAsync(caller, harness.Request(400, 100, least: 100)));
    }

    [Fact]
    public async Task Settle_WithoutALedgerRow_CountsNothingAndFreesTheHold()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var hold = await node.ReserveAsync(caller, harness.Request(1000, 500));
        harness.Time.Advance(harness.Options.HoldLifetime + TimeSpan.FromSeconds(1));
        await node.ReserveAsync(caller, harness.Request(1, 1));

        await node.Gate.SettleAsync(BudgetHarness.Entry(caller, hold, 1000, 500), Token);

        Assert.Equal((0, 2), (await node.Reader.BudgetsAsync(caller, Token))[0] is var state ? (state.Used, state.Held) : default);
    }

    [Fact]
    public async Task Release_TwiceAndFromAnotherNode_GivesTheHoldBackOnce()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        var kept = await nodes[0].ReserveAsync(caller, harness.Request(100, 50));
        var hold = await nodes[0].ReserveAsync(caller, harness.Request(1000, 500));

        await nodes[1].Gate.ReleaseAsync(hold.TurnId, Token);
        await nodes[0].Gate.ReleaseAsync(hold.TurnId, Token);
        await nodes[0].Gate.ReleaseAsync(harness.Time.NewId(), Token);

        Assert.Equal(150, Assert.Single(await nodes[0].Reader.BudgetsAsync(caller, Token)).Held);
        Assert.Equal(150, nodes[0].Meters.Measure<long>("convo_budget_held_tokens"));
        Assert.NotNull(await nodes[0].Journal.FindAsync(kept.TurnId, Token));
        Assert.Null(await nodes[0].Journal.FindAsync(hold.TurnId, Token));
    }

    [Fact]
    public async Task Renew_ALongTurn_KeepsItsHoldAndNobodyElses()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        var renewed = await nodes[0].ReserveAsync(caller, harness.Request(1000, 500));
        await nodes[0].ReserveAsync(caller, harness.Request(100, 50));

        for (var i = 0; i < 10; i++)
        {
            harness.Time.Advance(TimeSpan.FromSeconds(30));
            await nodes[i % 2].Gate.RenewAsync(renewed.TurnId, Token);
        }

        Assert.Equal(1500, Assert.Single(await nodes[1].Reader.BudgetsAsync(caller, Token)).Held);
        await harness.FlushAllAsync();
        await nodes[1].ReserveAsync(caller, harness.Request(1, 1));
        Assert.Equal(1502, Assert.Single(await nodes[1].Reader.BudgetsAsync(caller, Token)).Held);
    }

    [Fact]
    public async Task Renew_AfterTheHoldExpired_HoldsAgain()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var hold = await node.ReserveAsync(caller, harness.Request(1000, 500));
        harness.Time.Advance(harness.Options.HoldLifetime * 2);
        await node.ReserveAsync(caller, harness.Request(1, 1));

        await node.Gate.RenewAsync(hold.TurnId, Token);
        Assert.Equal(1502, Assert.Single(await node.Reader.BudgetsAsync(caller, Token)).Held);

        await harness.FinishAsync(node, BudgetHarness.Entry(caller, hold, 1000, 300));
        var state = Assert.Single(await node.Reader.BudgetsAsync(caller, Token));
        Assert.Equal((1300, 2), (state.Used, state.Held));
    }

    [Fact]
    public async Task Renew_AfterTheTurnWasSettledElsewhere_ChangesNothing()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        var hold = await nodes[0].ReserveAsync(caller, harness.Request(1000, 500));
        await harness.FinishAsync(nodes[1], BudgetHarness.Entry(caller, hold, 1000, 300));

        harness.Time.Advance(TimeSpan.FromSeconds(60));
        await nodes[0].Gate.RenewAsync(hold.TurnId, Token);

        var state = Assert.Single(await nodes[0].Reader.BudgetsAsync(caller, Token));
        Assert.Equal((1300, 0), (state.Used, state.Held));
        Assert.Null(await nodes[0].Journal.FindAsync(hold.TurnId, Token));
    }

    [Fact]
    public async Task Record_TwiceAndConcurrently_BillsOnce()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        await nodes[0].ReserveAsync(caller, harness.Request(1, 1));
        var title = new LedgerEntry(
            harness.Time.NewId(), caller.UserId, null, null, null, null, UsageSource.Title, "model", "provider", 100, 0, 20, 0, null, true, harness.Time.GetUtcNow());

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => nodes[i % 2].Recorder.RecordAsync(title, Token)));

        var state = Assert.Single(await nodes[0].Reader.BudgetsAsync(caller, Token));
        Assert.Equal((120, 0m), (state.Used, state.CostUsed));
    }
}
