using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Data.Usage;
using StackExchange.Redis;

namespace Convo.Tests.Data.Usage;

public sealed class CounterRebuildOnGarnetTests(GarnetBudgetServer server) : CounterRebuildTests(server), IClassFixture<GarnetBudgetServer>;

public sealed class CounterRebuildOnRedisTests(RedisBudgetServer server) : CounterRebuildTests(server), IClassFixture<RedisBudgetServer>;

/// <summary>The steps of a rebuild and of a settlement in every order that matters; each time the turn counts once.</summary>
public abstract class CounterRebuildTests(IBudgetServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="order">o open, s sum, a apply (the rebuild); l ledger, c count (the settlement).</param>
    /// <param name="flushed">Redis is emptied first: the counter is missing and the turn's hold unknown.</param>
    [Theory]
    [InlineData("lcosa")]
    [InlineData("losac")]
    [InlineData("losca")]
    [InlineData("olsca")]
    [InlineData("olcsa")]
    [InlineData("olsac")]
    [InlineData("oslca")]
    [InlineData("oslac")]
    [InlineData("osalc")]
    [InlineData("locsa")]
    public async Task Rebuild_WhileATurnSettles_CountsItOnce(string order)
    {
        foreach (var flushed in new[] { false, true })
        {
            await using var harness = await BudgetHarness.CreateAsync(server);
            var node = await harness.NodeAsync();
            var caller = await harness.UserAsync();
            var account = harness.Account(BudgetScope.User, caller.UserId, BudgetWindow.Day);
            var earlier = await node.ReserveAsync(caller, harness.Request(10, 10));
            await harness.FinishAsync(node, BudgetHarness.Entry(caller, earlier, 10, 5));
            var hold = await node.ReserveAsync(caller, harness.Request(1000, 500));
            if (flushed)
            {
                await harness.FlushAllAsync();
            }

            var rebuild = new Rebuild(harness, node, account);
            var entry = BudgetHarness.Entry(caller, hold, 1000, 300);
            foreach (var step in order)
            {
                await (step switch
                {
                    'l' => harness.StoreAsync(entry),
                    'c' => node.Gate.SettleAsync(entry, Token),
                    _ => rebuild.StepAsync(step),
                });
            }

            var figures = await node.Counters.ReadAsync(account, harness.Time.GetUtcNow());
            Assert.Equal((order, flushed, 1315L, 0L), (order, flushed, figures!.Tokens, figures.HeldTokens));
            var totals = await harness.LedgerAsync(account);
            Assert.Equal((totals.Tokens, totals.Cost), (figures.Tokens, figures.Cost));
        }
    }

    [Fact]
    public async Task Rebuild_RedisEmptiedAndAnotherRebuildBegunInBetween_IsRefused()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var account = harness.Account(BudgetScope.User, caller.UserId, BudgetWindow.Day);
        var stale = new Rebuild(harness, node, account);
        var fresh = new Rebuild(harness, node, account);
        await stale.StepAsync('o');
        await stale.StepAsync('s');

        await harness.FlushAllAsync();
        await fresh.StepAsync('o');

        Assert.Null(await node.Counters.ApplyRebuildAsync(account, stale.Name, stale.Totals!, harness.Time.GetUtcNow()));
        await fresh.StepAsync('s');
        Assert.NotNull(await node.Counters.ApplyRebuildAsync(account, fresh.Name, fresh.Totals!, harness.Time.GetUtcNow()));
    }

    [Fact]
    public async Task Rebuild_TornHolds_AreSummedAnew()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var account = harness.Account(BudgetScope.User, caller.UserId, BudgetWindow.Day);
        await node.ReserveAsync(caller, harness.Request(100, 100));
        var keys = account.KeysIn(harness.Keys);
        await node.Database.HashSetAsync(keys.Counter, [new HashEntry("h:dead", "700:5:1"), new HashEntry("ht", 900)]);
        await node.Database.SortedSetAddAsync(keys.Holds, "gone", harness.Time.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds());

        await node.Rebuilder.RebuildAsync(account, Token);

        Assert.Equal(200, (await node.Counters.ReadAsync(account, harness.Time.GetUtcNow()))!.HeldTokens);
        Assert.Equal(1, await node.Database.SortedSetLengthAsync(keys.Holds));
    }

    [Fact]
    public async Task Reconcile_ACounterThatDrifted_IsRepairedAndReported()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var account = harness.Account(BudgetScope.User, caller.UserId, BudgetWindow.Day);
        var hold = await node.ReserveAsync(caller, harness.Request(1000, 500));
        await harness.FinishAsync(node, BudgetHarness.Entry(caller, hold, 1000, 300));
        await node.Database.HashDecrementAsync(account.KeysIn(harness.Keys).Counter, "t", 250);

        await node.Reconciler.RunOnceAsync(months: true, Token);

        Assert.Equal(250, node.Meters.Measure<long>("convo_budget_drift_tokens"));
        Assert.Equal(1300, (await node.Counters.ReadAsync(account, harness.Time.GetUtcNow()))!.Tokens);
        await node.ReserveAsync(caller, harness.Request(1, 1));
        await node.Reconciler.RunOnceAsync(months: true, Token);
        Assert.Equal(0, node.Meters.Measure<long>("convo_budget_drift_tokens"));
    }

    [Fact]
    public async Task Reconcile_ASettlementOnItsWay_IsNoDriftAndCountsOnce()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var hold = await node.ReserveAsync(caller, harness.Request(1000, 500));
        var entry = BudgetHarness.Entry(caller, hold, 1000, 300);
        await harness.StoreAsync(entry);

        await node.Reconciler.RunOnceAsync(months: true, Token);
        await node.Gate.SettleAsync(entry, Token);

        Assert.Equal(0, node.Meters.Measure<long>("convo_budget_drift_tokens"));
        var state = Assert.Single(await node.Reader.BudgetsAsync(caller, Token));
        Assert.Equal((1300, 0), (state.Used, state.Held));
    }

    [Fact]
    public async Task Reserve_AfterTheConnectionWasLost_LooksIntoTheLedgerFirst()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 1000);
        await nodes[0].ReserveAsync(caller, harness.Request(1, 1));
        // As after a restart from a file that lacks the last second: the counter is there and too low.
        await harness.StoreAsync(BudgetHarness.Entry(caller, new Hold(harness.Time.NewId(), 0, harness.Time.GetUtcNow()), 900, 0));
        Assert.NotNull(await nodes[0].TryReserveAsync(caller, harness.Request(100, 1, least: 1)));

        await nodes[0].LoseConnectionAsync();

        Assert.Null(await nodes[0].TryReserveAsync(caller, harness.Request(100, 1, least: 1)));
    }

    [Fact]
    public async Task Reserve_AHoldExpired_EverybodyIsSentToTheLedgerUntilSomebodyLooked()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var limit = (await node.Rules.ResolveAsync(caller, Token))[0];
        var account = harness.Account(BudgetScope.User, caller.UserId, BudgetWindow.Day);
        await node.ReserveAsync(caller, harness.Request(1000, 500));
        harness.Time.Advance(harness.Options.HoldLifetime + TimeSpan.FromSeconds(1));
        var mark = (await node.Rules.ResolveMarkedAsync(caller, Token)).Mark;
        Task<ReserveAnswer> AskAsync() => node.Counters.ReserveAsync(
            harness.Request(1, 1), [(account, limit)], mark, harness.Time.GetUtcNow(), harness.Time.GetUtcNow().AddMinutes(1));

        // The first to ask must not take the sign away from the second, who would decide by a counter that lacks a dead node's turn.
        Assert.IsType<ReserveAnswer.Rebuild>(await AskAsync());
        Assert.IsType<ReserveAnswer.Rebuild>(await AskAsync());
        await node.Rebuilder.RebuildAsync(account, Token);
        Assert.IsType<ReserveAnswer.Held>(await AskAsync());
    }

    [Fact]
    public async Task Reserve_ACounterTornByEmptyingTheStore_IsBuiltFromTheLedger()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var account = harness.Account(BudgetScope.User, caller.UserId, BudgetWindow.Day);
        var spent = await node.ReserveAsync(caller, harness.Request(1000, 500));
        await harness.FinishAsync(node, BudgetHarness.Entry(caller, spent, 1000, 300));
        // What a settlement leaves on Garnet when FLUSHALL runs between its reading and its writing.
        await node.Database.KeyDeleteAsync(account.KeysIn(harness.Keys).Counter);
        await node.Database.HashSetAsync(account.KeysIn(harness.Keys).Counter, [new HashEntry("t", 7), new HashEntry("c", 1), new HashEntry("ht", 3), new HashEntry("hc", 1)]);

        Assert.Null(await node.Counters.ReadAsync(account, harness.Time.GetUtcNow()));
        await node.ReserveAsync(caller, harness.Request(1, 1));

        var figures = await node.Counters.ReadAsync(account, harness.Time.GetUtcNow());
        Assert.Equal((1300, 2), (figures!.Tokens, figures.HeldTokens));
    }

    /// <summary>A rebuild taken apart into its steps.</summary>
    private sealed class Rebuild(BudgetHarness harness, BudgetNode node, BudgetAccount account)
    {
        public string Name { get; private set; } = "";

        public LedgerTotals? Totals { get; private set; }

        public async Task StepAsync(char step)
        {
            switch (step)
            {
                case 'o':
                    Name = await node.Counters.OpenRebuildAsync(account, harness.Time.NewId());
                    break;
                case 's':
                    Totals = await harness.LedgerAsync(account);
                    break;
                default:
                    Assert.NotNull(await node.Counters.ApplyRebuildAsync(account, Name, Totals!, harness.Time.GetUtcNow()));
                    break;
            }
        }
    }
}
