using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Data;
using Convo.Data.Usage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Convo.Tests.Data.Usage;

/// <summary>Limits, ledger and use as they are stored, and what is left when Redis is away.</summary>
public sealed class UsageStoreTests(GarnetBudgetServer server) : IClassFixture<GarnetBudgetServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SetAsync_AnAdministratorsChange_HoldsOnEveryNodeAndIsOnRecord()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nodes = new[] { await harness.NodeAsync(), await harness.NodeAsync() };
        var caller = await harness.UserAsync();
        var admin = await harness.UserAsync() with { Role = Convo.Core.Accounts.Role.Admin };
        Assert.Equal(200_000, (await nodes[1].Rules.ResolveAsync(caller, Token))[0].TokenLimit);
        var heard = new TaskCompletionSource();
        nodes[1].Limits.OnChanged(() => heard.TrySetResult());

        await nodes[0].Limits.SetAsync(admin, new BudgetLimit(BudgetScope.User, caller.UserId, BudgetWindow.Day, 500, 1.25m), "pilot", Token);
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        var limit = new BudgetLimit(BudgetScope.User, caller.UserId, BudgetWindow.Day, 500, 1.25m);
        Assert.Equal([limit], await nodes[0].Rules.ResolveAsync(caller, Token));
        Assert.Equal([limit], await nodes[1].Rules.ResolveAsync(caller, Token));
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        await nodes[0].Limits.SetAsync(admin, limit with { TokenLimit = null, CostLimit = null }, null, Token);
        Assert.Equal(200_000, (await nodes[0].Rules.ResolveAsync(caller, Token))[0].TokenLimit);
        var record = await harness.Database.Db.QueryAsync<string>(
            "SELECT concat_ws(' ', target_id, reason, details -> 'token_limit', details -> 'token_limit_before') FROM audit_log ORDER BY at", null, Token);
        Assert.Equal([$"user:{caller.UserId}:day pilot \"500\" null", $"user:{caller.UserId}:day null \"500\""], record);
    }

    [Fact]
    public async Task SetAsync_ADefaultWithoutFigures_TakesTheSettingsAway()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var admin = await harness.UserAsync() with { Role = Convo.Core.Accounts.Role.Admin };

        await node.Limits.SetAsync(admin, new BudgetLimit(BudgetScope.User, null, BudgetWindow.Day, null, null), null, Token);

        Assert.Empty(await node.Rules.ResolveAsync(admin, Token));
        var hold = await node.ReserveAsync(admin, harness.Request(1_000_000, 1_000_000));
        await harness.FinishAsync(node, BudgetHarness.Entry(admin, hold, 1_000_000, 5));
        Assert.Empty(await node.Reader.BudgetsAsync(admin, Token));
    }

    [Fact]
    public async Task SetAsync_ByAMemberOrForNobody_IsRefused()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var member = await harness.UserAsync();
        var admin = member with { Role = Convo.Core.Accounts.Role.Admin };
        var limit = new BudgetLimit(BudgetScope.Team, harness.Time.NewId(), BudgetWindow.Day, 1, null);

        Assert.Equal(ProblemKind.Forbidden, (await Assert.ThrowsAsync<ConvoException>(() => node.Limits.SetAsync(member, limit, null, Token))).Kind);
        Assert.Equal(ProblemKind.NotFound, (await Assert.ThrowsAsync<ConvoException>(() => node.Limits.SetAsync(admin, limit, null, Token))).Kind);
    }

    [Fact]
    public async Task Reserve_LimitLoweredAndATeamLimitMadeWhileATurnRuns_CountTheRunningTurn()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var team = await harness.TeamAsync();
        var caller = await harness.UserAsync(team);
        var admin = caller with { Role = Convo.Core.Accounts.Role.Admin };
        var hold = await node.ReserveAsync(caller, harness.Request(1000, 500));

        await node.Limits.SetAsync(admin, new BudgetLimit(BudgetScope.Team, team, BudgetWindow.Month, 2000, null), null, Token);

        Assert.Null(await node.TryReserveAsync(caller, harness.Request(500, 1)));
        await harness.FinishAsync(node, BudgetHarness.Entry(caller, hold, 1000, 100));
        Assert.NotNull(await node.TryReserveAsync(caller, harness.Request(500, 1)));
        var state = (await node.Reader.BudgetsAsync(caller, Token)).Single(state => state.Scope == BudgetScope.Team);
        Assert.Equal((1100, 501), (state.Used, state.Held));
    }

    [Fact]
    public async Task UsageAsync_GroupedByDayModelAndThread_IsTheCallersAlone()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        harness.Options.TimeZone = "Europe/Berlin";
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var other = await harness.UserAsync();
        var thread = harness.Time.NewId();
        await harness.Database.Db.ExecuteAsync(
            "INSERT INTO conversation_threads (id, owner_id, title) VALUES (@thread, @UserId, 'Holidays')", new { thread, caller.UserId }, Token);
        var late = new DateTimeOffset(2026, 11, 21, 22, 30, 0, TimeSpan.Zero);
        await StoreAsync(caller, late, "a", thread, BudgetHarness.Prices);
        await StoreAsync(caller, late.AddHours(1), "a", thread, BudgetHarness.Prices);
        await StoreAsync(caller, late.AddHours(2), "b", null, null);
        await StoreAsync(other, late, "a", thread, BudgetHarness.Prices);
        Task StoreAsync(Caller who, DateTimeOffset at, string model, Guid? inThread, ModelPrices? prices) => harness.StoreAsync(
            BudgetHarness.Entry(who, new Hold(harness.Time.NewId(), 0, at), 100, 10) with { Model = model, ThreadId = inThread, Prices = prices, CachedInputTokens = 40 });
        Task<IReadOnlyList<UsageRow>> ReadAsync(UsageGrouping by) => node.Reader.UsageAsync(caller, new UsageQuery(late.AddDays(-1), late.AddDays(1), by), Token);
        var cost = CostUnits.Rounded(BudgetHarness.Prices.CostOf(100, 40, 10));

        Assert.Equal(
            [new UsageRow("2026-11-21", "2026-11-21", 1, 100, 40, 10, cost), new UsageRow("2026-11-22", "2026-11-22", 2, 200, 80, 20, cost)],
            await ReadAsync(UsageGrouping.Day));
        Assert.Equal(
            [new UsageRow("provider/a", "a", 2, 200, 80, 20, 2 * cost), new UsageRow("provider/b", "b", 1, 100, 40, 10, null)],
            await ReadAsync(UsageGrouping.Model));
        Assert.Equal(
            [new UsageRow(thread.ToString(), "Holidays", 2, 200, 80, 20, 2 * cost), new UsageRow("", "Deleted chats and other use", 1, 100, 40, 10, null)],
            await ReadAsync(UsageGrouping.Thread));
    }

    [Fact]
    public async Task InsertAsync_EverythingItBelongedToIsGone_KeepsTheBill()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var nobody = new Caller(harness.Time.NewId(), Convo.Core.Accounts.Role.Member, harness.Time.NewId(), harness.Time.NewId());
        var entry = BudgetHarness.Entry(nobody, new Hold(harness.Time.NewId(), 0, harness.Time.GetUtcNow()), 10, 5) with
        {
            ThreadId = harness.Time.NewId(),
            MessageId = harness.Time.NewId(),
        };

        await harness.StoreAsync(entry);
        await harness.StoreAsync(entry);

        Assert.Equal(15, (await harness.LedgerAsync(harness.Account(BudgetScope.Global, null, BudgetWindow.Month))).Tokens);
    }

    [Fact]
    public async Task Reserve_RedisAway_IsRefusedWithinASecondAndFiguresAreStillShown()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var present = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var hold = await present.ReserveAsync(caller, harness.Request(1000, 500));
        await harness.StoreAsync(BudgetHarness.Entry(caller, hold, 1000, 300));
        var options = Convo.Data.Connections.RedisUrl.Options("127.0.0.1:1");
        var node = await harness.NodeAsync(connection: await ConnectionMultiplexer.ConnectAsync(options));
        await node.Rules.ResolveAsync(caller, Token);

        var started = TimeProvider.System.GetTimestamp();
        var refusal = await Assert.ThrowsAsync<ConvoException>(() => node.ReserveAsync(caller, harness.Request(1, 1)));
        var took = TimeProvider.System.GetElapsedTime(started);

        Assert.Equal((ProblemKind.Unavailable, "budget_unavailable"), (refusal.Kind, refusal.Code));
        Assert.True(took < TimeSpan.FromSeconds(1), $"it took {took}");
        Assert.Equal(1300, Assert.Single(await node.Reader.BudgetsAsync(caller, Token)).Used);
    }

    [Fact]
    public async Task AddConvoUsageData_AsTheHostDoes_ReservesAndSettles()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var caller = await harness.UserAsync();
        var services = new ServiceCollection().AddLogging().AddMetrics();
        services.AddConvoData(harness.Database.ConnectionString, server.ConnectionString!, "composed:");
        services.AddConvoUsage(new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>("Convo:RedisPatience", "00:00:30")])
            .Build());
        services.AddConvoUsageData(harness.Database.ConnectionString);
        await using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        var hold = await provider.GetRequiredService<IBudgetGate>().ReserveAsync(caller, harness.Request(100, 50), Token);
        await provider.GetRequiredService<IUsageRecorder>().RecordAsync(BudgetHarness.Entry(caller, hold, 100, 20), Token);

        Assert.Single(provider.GetServices<IHostedService>(), service => service is BudgetReconciler);
        var state = Assert.Single(await provider.GetRequiredService<IUsageReader>().BudgetsAsync(caller, Token));
        Assert.Equal((120, 0, 200_000), (state.Used, state.Held, state.Limit));
    }

    [Fact]
    public async Task Reserve_Refused_IsCountedByScope()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 10);
        await harness.LimitAsync(BudgetScope.Global, null, BudgetWindow.Day, 10);
        var rejections = node.Meters.Collect("convo_budget_rejections_total");

        Assert.Null(await node.TryReserveAsync(caller, harness.Request(100, 1)));
        Assert.Null(await node.TryReserveAsync(caller, harness.Request(100, 1)));

        Assert.Equal(new Dictionary<string, long> { ["user"] = 2, ["global"] = 2 }, rejections);
    }

    [Fact]
    public async Task RunOnceAsync_HoldsOfDeadNodes_AreSwept()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var hold = await node.ReserveAsync(caller, harness.Request(1, 1));

        harness.Time.Advance(TimeSpan.FromHours(2));
        await node.Reconciler.RunOnceAsync(months: false, Token);

        Assert.Null(await node.Journal.FindAsync(hold.TurnId, Token));
        Assert.Equal(0, node.Meters.Measure<long>("convo_budget_held_tokens"));
    }
}
