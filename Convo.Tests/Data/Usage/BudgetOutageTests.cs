using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Tests.Data.Usage;

public sealed class BudgetOutageOnGarnetTests(GarnetBudgetServer server) : BudgetOutageTests(server), IClassFixture<GarnetBudgetServer>;

public sealed class BudgetOutageOnRedisTests(RedisBudgetServer server) : BudgetOutageTests(server), IClassFixture<RedisBudgetServer>
{
    [Fact]
    public async Task Reserve_RedisHasNoMemoryLeft_IsClosedAndOpensAgainUnharmed()
    {
        await using var harness = await BudgetHarness.CreateAsync(Server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var running = await node.ReserveAsync(caller, harness.Request(1000, 500));

        await harness.OnEveryServerAsync("CONFIG", "SET", "maxmemory", "1mb");
        var refusal = await Assert.ThrowsAsync<ConvoException>(() => node.ReserveAsync(caller, harness.Request(1, 1)));
        await harness.OnEveryServerAsync("CONFIG", "SET", "maxmemory", "0");
        await harness.FinishAsync(node, BudgetHarness.Entry(caller, running, 1000, 300));
        await node.ReserveAsync(caller, harness.Request(1, 1));

        Assert.Equal((ProblemKind.Unavailable, "budget_unavailable"), (refusal.Kind, refusal.Code));
        var state = Assert.Single(await node.Reader.BudgetsAsync(caller, TestContext.Current.CancellationToken));
        Assert.Equal((1300, 2), (state.Used, state.Held));
    }
}

/// <summary>Redis loses its scripts or its data, has no room left, or an announcement is lost: nobody is admitted by what is not so.</summary>
public abstract class BudgetOutageTests(IBudgetServer server)
{
    protected IBudgetServer Server => server;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reserve_ScriptsWereFlushed_TheyAreLoadedAgain()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var hold = await node.ReserveAsync(caller, harness.Request(1000, 500));

        await harness.FlushScriptsAsync();
        await harness.FinishAsync(node, BudgetHarness.Entry(caller, hold, 1000, 300));
        await harness.FlushScriptsAsync();
        await node.ReserveAsync(caller, harness.Request(1, 1));

        var state = Assert.Single(await node.Reader.BudgetsAsync(caller, Token));
        Assert.Equal((1300, 2), (state.Used, state.Held));
    }

    [Fact]
    public async Task Reserve_RedisWasEmptied_RunningTurnsAndTheLedgerStillCount()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 2000);
        var spent = await nodes[0].ReserveAsync(caller, harness.Request(100, 100));
        await harness.FinishAsync(nodes[0], BudgetHarness.Entry(caller, spent, 100, 100));
        var running = await nodes[0].ReserveAsync(caller, harness.Request(1000, 500));

        await harness.FlushAllAsync();

        Assert.Null(await nodes[1].TryReserveAsync(caller, harness.Request(200, 101, least: 101)));
        Assert.NotNull(await nodes[1].TryReserveAsync(caller, harness.Request(200, 100, least: 100)));
        await harness.FinishAsync(nodes[0], BudgetHarness.Entry(caller, running, 1000, 400));
        var state = Assert.Single(await nodes[0].Reader.BudgetsAsync(caller, Token));
        Assert.Equal((1600, 300), (state.Used, state.Held));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reserve_ALimitWasChangedOnAnotherNode_IsDecidedByTheNewOneWhateverWasHeard(bool emptied)
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        var admin = await harness.UserAsync() with { Role = Convo.Core.Accounts.Role.Admin };
        await nodes[1].Gate.ReleaseAsync((await nodes[1].ReserveAsync(caller, harness.Request(10, 10))).TurnId, Token);
        var limit = new BudgetLimit(BudgetScope.User, caller.UserId, BudgetWindow.Day, 500, null);

        for (var tokens = 500; tokens >= 300; tokens -= 100)
        {
            await nodes[0].Limits.SetAsync(admin, limit with { TokenLimit = tokens }, null, Token);
            if (emptied)
            {
                await harness.FlushAllAsync();
            }

            // Node 1 has read the former limit; only the very next decision counts.
            Assert.Null(await nodes[1].TryReserveAsync(caller, harness.Request(tokens, 1, least: 1)));
            Assert.NotNull(await nodes[1].TryReserveAsync(caller, harness.Request(1, 1)));
        }
    }

    [Fact]
    public async Task Expire_ANodeThatDied_HoldsNoLongerThanAHoldLives()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 1500);
        await nodes[0].ReserveAsync(caller, harness.Request(1000, 500));

        harness.Time.Advance(harness.Options.HoldLifetime - TimeSpan.FromMilliseconds(1));
        Assert.Null(await nodes[1].TryReserveAsync(caller, harness.Request(1, 1)));
        harness.Time.Advance(TimeSpan.FromMilliseconds(2));

        Assert.NotNull(await nodes[1].TryReserveAsync(caller, harness.Request(1000, 500, least: 500)));
    }
}
