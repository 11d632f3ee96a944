using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Tests.Data.Usage;

public sealed class BudgetAdmissionOnGarnetTests(GarnetBudgetServer server) : BudgetAdmissionTests(server), IClassFixture<GarnetBudgetServer>;

public sealed class BudgetAdmissionOnRedisTests(RedisBudgetServer server) : BudgetAdmissionTests(server), IClassFixture<RedisBudgetServer>;

public sealed class BudgetAdmissionOnClusterTests(ClusterBudgetServer server) : BudgetAdmissionTests(server), IClassFixture<ClusterBudgetServer>;

/// <summary>What is admitted, and what is refused and how.</summary>
public abstract class BudgetAdmissionTests(IBudgetServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reserve_BudgetForOneAndAHundredAtOnceOnTwoNodes_ExactlyOneIsAdmitted()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        // Nobody has ever seen this person: there is no counter yet.
        var caller = await harness.UserAsync();
        await harness.LimitAsync(BudgetScope.User, caller.UserId, BudgetWindow.Day, 1500);

        AssertOneOf(await AskAHundredAsync(harness, nodes, caller), new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Reserve_AHundredAtOnceAtMidnight_ExactlyOneIsAdmittedInTheNewDay()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        await harness.LimitAsync(BudgetScope.User, caller.UserId, BudgetWindow.Day, 1500);
        harness.Time.SetUtcNow(new DateTimeOffset(2026, 11, 22, 23, 59, 59, 999, TimeSpan.Zero));
        var yesterday = await nodes[0].ReserveAsync(caller, harness.Request(1000, 500, least: 500));
        Assert.Null(await nodes[1].TryReserveAsync(caller, harness.Request(1000, 500, least: 500)));

        harness.Time.Advance(TimeSpan.FromMilliseconds(1));
        var answers = await AskAHundredAsync(harness, nodes, caller);
        await harness.FinishAsync(nodes[1], BudgetHarness.Entry(caller, yesterday, 1000, 400));

        AssertOneOf(answers, new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));
        var before = await nodes[0].Counters.ReadAsync(harness.Account(BudgetScope.User, caller.UserId, BudgetWindow.Day, yesterday.At), harness.Time.GetUtcNow());
        Assert.Equal((1400, 0), (before!.Tokens, before.HeldTokens));
        var today = await nodes[0].Counters.ReadAsync(harness.Account(BudgetScope.User, caller.UserId, BudgetWindow.Day), harness.Time.GetUtcNow());
        Assert.Equal((0, 1500), (today!.Tokens, today.HeldTokens));
    }

    [Fact]
    public async Task Reserve_OneScopeOfFourHasNoRoom_NothingIsHeldOnTheOthers()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var team = await harness.TeamAsync();
        var caller = await harness.UserAsync(team);
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 10_000);
        await harness.LimitAsync(BudgetScope.Team, team, BudgetWindow.Month, 900);
        await harness.LimitAsync(BudgetScope.Global, null, BudgetWindow.Day, 50_000);

        var refusal = await Assert.ThrowsAsync<ConvoException>(() => node.ReserveAsync(caller, harness.Request(1000, 500)));

        Assert.Equal((ProblemKind.LimitReached, "budget_exceeded"), (refusal.Kind, refusal.Code));
        Assert.Equal("team", refusal.Facts["scope"]);
        Assert.Equal(900L, refusal.Facts["limit"]);
        Assert.Equal(0L, refusal.Facts["used"]);
        Assert.Equal(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero), refusal.ResetAt);
        Assert.All(await node.Reader.BudgetsAsync(caller, Token), state => Assert.Equal(0, state.Held));
    }

    [Fact]
    public async Task Reserve_LessThanWantedIsLeft_OutputShrinksToIt()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 2000);

        var hold = await node.ReserveAsync(caller, harness.Request(1000, 4000, least: 256));

        Assert.Equal(1000, hold.OutputTokens);
        Assert.Null(await node.TryReserveAsync(caller, harness.Request(1, 4000, least: 0)));
    }

    [Fact]
    public async Task Reserve_MoneyIsShort_OutputShrinksToWhatItBuysAndNotATokenMore()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        // A price whose tokens are no whole number of units.
        var prices = new ModelPrices(0.15m, 0.075m, 0.6000123m);
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, null, 0.0010000000m);

        var hold = await node.ReserveAsync(caller, harness.Request(1000, 4000, 1, prices));

        Assert.True(prices.CostOf(1000, 0, hold.OutputTokens) <= 0.001m);
        Assert.True(prices.CostOf(1000, 0, hold.OutputTokens + 1) > 0.001m);
        await harness.FinishAsync(node, BudgetHarness.Entry(caller, hold, 1000, hold.OutputTokens, prices));
        var state = Assert.Single(await node.Reader.BudgetsAsync(caller, Token));
        Assert.Equal(CostUnits.Rounded(prices.CostOf(1000, 0, hold.OutputTokens)), state.CostUsed);
        Assert.True(state.CostUsed <= state.CostLimit);
    }

    [Fact]
    public async Task Reserve_PriceUnknown_IsRefusedOnlyWhenTheMoneyIsSpent()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, null, 0.01m);
        var unpriced = new HoldRequest(harness.Time.NewId(), 1000, 1000, 1, null);

        var hold = await node.ReserveAsync(caller, unpriced);
        await harness.FinishAsync(node, BudgetHarness.Entry(caller, hold, 1000, 10) with { Prices = null });
        var spender = await node.ReserveAsync(caller, harness.Request(0, 1000, 1000));
        await harness.FinishAsync(node, BudgetHarness.Entry(caller, spender, 0, 1000));

        Assert.Null(await node.TryReserveAsync(caller, unpriced with { TurnId = harness.Time.NewId() }));
    }

    [Fact]
    public async Task Reserve_SameTurnTwice_HoldsOnceAndAnswersTheSame()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 2000);
        var request = harness.Request(1000, 4000);

        var first = await nodes[0].ReserveAsync(caller, request);
        var second = await nodes[1].ReserveAsync(caller, request);

        Assert.Equal(first, second);
        Assert.Equal(2000, Assert.Single(await nodes[0].Reader.BudgetsAsync(caller, Token)).Held);
    }

    private static Task<(Hold? Hold, ConvoException? Refusal)[]> AskAHundredAsync(BudgetHarness harness, BudgetNode[] nodes, Caller caller) => Task.WhenAll(
        Enumerable.Range(0, 100).Select(i => Task.Run(() => nodes[i % nodes.Length].AskAsync(caller, harness.Request(1000, 500, least: 500)), Token)));

    /// <summary>One has it; each of the others is told which budget, how full it is, and when it opens.</summary>
    private static void AssertOneOf((Hold? Hold, ConvoException? Refusal)[] answers, DateTimeOffset opens)
    {
        Assert.Single(answers, answer => answer.Hold is not null);
        Assert.All(answers.Where(answer => answer.Hold is null), answer =>
        {
            var refusal = answer.Refusal!;
            Assert.Equal((ProblemKind.LimitReached, "budget_exceeded", opens), (refusal.Kind, refusal.Code, refusal.ResetAt));
            Assert.Equal(("user", 1500L, 0L, 1500L), (refusal.Facts["scope"], refusal.Facts["limit"], refusal.Facts["used"], refusal.Facts["held"]));
            // The one answer may end soon and leave something over.
            Assert.Equal(TimeSpan.FromSeconds(15), refusal.RetryAfter);
        });
    }
}
