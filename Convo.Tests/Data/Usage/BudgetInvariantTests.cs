using Convo.Core.Accounts;
using Convo.Core.Usage;
using Convo.Data.Usage;

namespace Convo.Tests.Data.Usage;

public sealed class BudgetInvariantsOnGarnetTests(GarnetBudgetServer server) : BudgetInvariantTests(server), IClassFixture<GarnetBudgetServer>;

public sealed class BudgetInvariantsOnRedisTests(RedisBudgetServer server) : BudgetInvariantTests(server), IClassFixture<RedisBudgetServer>;

/// <summary>
/// Random histories over two nodes: reservations, settlements, releases, retries of each, nodes that crash before or after the ledger was
/// written, renewals, time (midnight among it), reconciliation, FLUSHALL and SCRIPT FLUSH, several of them at once. After every step the
/// database shows used + held ≤ limit for every budget; at the end the counters are the ledger's sums and nothing is held.
/// </summary>
public abstract class BudgetInvariantTests(IBudgetServer server)
{
    private const int Steps = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task History_Random_KeepsEveryBudgetAndEndsEqualToTheLedger(int number)
    {
        // The fixed seeds repeat; the last one is new every time and is printed, to be put here when it finds something.
        var seed = number < 8 ? number : Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        await using var harness = await BudgetHarness.CreateAsync(server);
        var history = await BudgetHistory.StartAsync(harness, seed);
        for (var step = 0; step < Steps; step++)
        {
            await history.StepAsync();
            await history.AssertWithinLimitsAsync($"seed {seed}, step {step}");
        }

        await history.AssertEndsEvenAsync($"seed {seed}");
    }
}

/// <summary>One random history and what it did so far.</summary>
internal sealed class BudgetHistory
{
    private readonly BudgetHarness _harness;
    private readonly Random _random;
    private readonly BudgetNode[] _nodes;
    private readonly List<Caller> _callers = [];
    private readonly List<Turn> _running = [];
    private readonly List<LedgerEntry> _settled = [];
    private readonly HashSet<BudgetAccount> _accounts = [];

    private BudgetHistory(BudgetHarness harness, int seed, BudgetNode[] nodes) => (_harness, _random, _nodes) = (harness, new Random(seed), nodes);

    public static async Task<BudgetHistory> StartAsync(BudgetHarness harness, int seed)
    {
        harness.Time.SetUtcNow(new DateTimeOffset(2026, 11, 30, 23, 50, 0, TimeSpan.Zero));
        var history = new BudgetHistory(harness, seed, [await harness.NodeAsync(), await harness.NodeAsync()]);
        var team = await harness.TeamAsync();
        for (var i = 0; i < 3; i++)
        {
            history._callers.Add(await harness.UserAsync(i == 0 ? null : team));
        }

        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 6_000, 0.05m);
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Month, 15_000);
        await harness.LimitAsync(BudgetScope.Team, team, BudgetWindow.Day, 9_000);
        await harness.LimitAsync(BudgetScope.Global, null, BudgetWindow.Day, 12_000, 0.09m);
        return history;
    }

    public async Task StepAsync()
    {
        var together = Enumerable.Range(0, _random.Next(1, 8)).Select(_ => Act()).ToList();
        await Task.WhenAll(together.Select(act => Task.Run(act)));
        if (_random.Next(3) == 0)
        {
            await PassTimeAsync();
        }
    }

    /// <summary>Chosen here, in order, so that a seed decides; run later, in whatever order.</summary>
    private Func<Task> Act()
    {
        var node = _nodes[_random.Next(2)];
        var other = _nodes[_random.Next(2)];
        switch (_random.Next(20))
        {
            case < 9:
                var caller = _callers[_random.Next(_callers.Count)];
                var request = _harness.Request(_random.Next(0, 1500), _random.Next(1, 2500), _random.Next(1, 300));
                var repeated = _random.Next(4) == 0;
                return () => ReserveAsync(node, repeated ? other : null, caller, request);
            case < 14 when Take() is { } turn:
                var output = _random.Next(0, turn.Hold.OutputTokens + 1);
                var twice = _random.Next(3) == 0;
                return () => SettleAsync(node, twice ? other : null, BudgetHarness.Entry(turn.Caller, turn.Hold, turn.Input, output));
            case < 15 when Take() is { } turn:
                return () => node.Gate.ReleaseAsync(turn.Hold.TurnId, CancellationToken.None);
            case < 16 when Take() is { } turn:
                // The node dies between the ledger and the count, or before either.
                var written = _random.Next(2) == 0;
                return () => written ? _harness.StoreAsync(BudgetHarness.Entry(turn.Caller, turn.Hold, turn.Input, turn.Hold.OutputTokens)) : Task.CompletedTask;
            case < 17 when _settled.Count > 0:
                var again = _settled[_random.Next(_settled.Count)];
                return () => SettleAsync(node, null, again);
            case < 18:
                return () => node.Reconciler.RunOnceAsync(months: true, CancellationToken.None);
            case < 19:
                return () => _harness.FlushAllAsync();
            default:
                return () => _harness.FlushScriptsAsync();
        }
    }

    private Turn? Take()
    {
        if (_running.Count == 0)
        {
            return null;
        }

        var turn = _running[_random.Next(_running.Count)];
        _running.Remove(turn);
        return turn;
    }

    private async Task ReserveAsync(BudgetNode node, BudgetNode? repeatOn, Caller caller, HoldRequest request)
    {
        var hold = await node.TryReserveAsync(caller, request);
        if (hold is not null && repeatOn is not null)
        {
            hold = await repeatOn.TryReserveAsync(caller, request) ?? hold;
        }

        if (hold is not null)
        {
            lock (_running)
            {
                _running.Add(new Turn(caller, hold, request.InputTokens));
            }
        }
    }

    private async Task SettleAsync(BudgetNode node, BudgetNode? repeatOn, LedgerEntry entry)
    {
        await _harness.FinishAsync(node, entry);
        if (repeatOn is not null)
        {
            await repeatOn.Gate.SettleAsync(entry, CancellationToken.None);
        }

        lock (_settled)
        {
            _settled.Add(entry);
        }
    }

    /// <summary>Turns that run renew in time; those of dead nodes do not.</summary>
    private async Task PassTimeAsync()
    {
        foreach (var turn in _running)
        {
            await _nodes[_random.Next(2)].Gate.RenewAsync(turn.Hold.TurnId, CancellationToken.None);
        }

        _harness.Time.Advance(TimeSpan.FromSeconds(_random.Next(1, 55)));
    }

    /// <summary>By the database alone: what was written and what could still be written under holds that stand.</summary>
    public async Task AssertWithinLimitsAsync(string where)
    {
        foreach (var caller in _callers)
        {
            foreach (var limit in await _nodes[0].Rules.ResolveAsync(caller, CancellationToken.None))
            {
                var account = _harness.Account(limit.Scope, limit.ScopeId, limit.Window);
                _accounts.Add(account);
                var totals = await _harness.LedgerAsync(account);
                Assert.True(totals.Tokens + totals.HeldTokens <= (limit.TokenLimit ?? long.MaxValue), $"{where}: {account} has {totals.Tokens}+{totals.HeldTokens} of {limit.TokenLimit} tokens");
                Assert.True(
                    totals.Cost + totals.HeldCost <= (limit.CostLimit is { } cost ? CostUnits.FromDollars(cost) : long.MaxValue),
                    $"{where}: {account} has {totals.Cost}+{totals.HeldCost} of {limit.CostLimit} USD");
                // And Redis never believes in less than the database: that is what decides next.
                if (await _nodes[0].Counters.ReadAsync(account, _harness.Time.GetUtcNow()) is { } counted)
                {
                    Assert.True(
                        counted.Tokens + counted.HeldTokens >= totals.Tokens + totals.HeldTokens,
                        $"{where}: {account} counts {counted.Tokens}+{counted.HeldTokens}, the database has {totals.Tokens}+{totals.HeldTokens}");
                }
            }
        }
    }

    public async Task AssertEndsEvenAsync(string where)
    {
        await PassTimeAsync();
        foreach (var turn in _running.ToList())
        {
            await SettleAsync(_nodes[_random.Next(2)], null, BudgetHarness.Entry(turn.Caller, turn.Hold, turn.Input, turn.Hold.OutputTokens));
        }

        // Whatever a dead node held is gone by now.
        _harness.Time.Advance(_harness.Options.HoldLifetime + TimeSpan.FromSeconds(1));
        foreach (var node in _nodes)
        {
            await node.Reconciler.RunOnceAsync(months: true, CancellationToken.None);
        }

        foreach (var account in _accounts)
        {
            var totals = await _harness.LedgerAsync(account);
            if (await _nodes[0].Counters.ReadAsync(account, _harness.Time.GetUtcNow()) is { } counted)
            {
                Assert.Equal((where, account, totals.Tokens, totals.Cost, 0L, 0L), (where, account, counted.Tokens, counted.Cost, counted.HeldTokens, counted.HeldCost));
            }
        }

        Assert.Contains(_settled, _ => true);
    }

    private sealed record Turn(Caller Caller, Hold Hold, int Input);
}
