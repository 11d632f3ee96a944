using Convo.Core.Accounts;
using Convo.Core.Usage;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Convo.Tests.Core.Usage;

public sealed class BudgetRulesTests
{
    private static readonly Guid User = new("00000000-0000-0000-0000-000000000001");
    private static readonly Guid Team = new("00000000-0000-0000-0000-000000000002");
    private static readonly Guid Key = new("00000000-0000-0000-0000-000000000003");
    private static readonly Caller Anyone = new(User, Role.Member, Team, Key);

    [Fact]
    public void Resolve_NobodySetAnything_IsTheDailyBudgetOfTheSettings() =>
        Assert.Equal(
            [new BudgetLimit(BudgetScope.User, User, BudgetWindow.Day, 200_000, null) { Origin = BudgetOrigin.Setting }],
            BudgetRules.Resolve(Anyone, [], 200_000));

    [Fact]
    public void Resolve_OwnRow_GoesBeforeTheDefaultFigureByFigure()
    {
        var limits = BudgetRules.Resolve(
            Anyone,
            [
                new BudgetLimit(BudgetScope.User, null, BudgetWindow.Day, 500, 5m),
                new BudgetLimit(BudgetScope.User, User, BudgetWindow.Day, null, 7m),
                new BudgetLimit(BudgetScope.Team, Team, BudgetWindow.Month, 900, null),
                new BudgetLimit(BudgetScope.ApiKey, null, BudgetWindow.Day, 50, null),
                new BudgetLimit(BudgetScope.Global, null, BudgetWindow.Month, null, 100m),
            ],
            200_000);

        Assert.Equal(
            [
                new BudgetLimit(BudgetScope.User, User, BudgetWindow.Day, 500, 7m),
                new BudgetLimit(BudgetScope.Team, Team, BudgetWindow.Month, 900, null),
                new BudgetLimit(BudgetScope.ApiKey, Key, BudgetWindow.Day, 50, null) { Origin = BudgetOrigin.Default },
                new BudgetLimit(BudgetScope.Global, null, BudgetWindow.Month, null, 100m),
            ],
            limits);
    }

    [Fact]
    public void Resolve_WarnPercent_IsTheOwnThenTheDefaults()
    {
        IReadOnlyList<BudgetLimit> rows =
        [
            new(BudgetScope.User, null, BudgetWindow.Day, 500, null, 70),
            new(BudgetScope.User, User, BudgetWindow.Month, 900, null, 95),
            new(BudgetScope.User, null, BudgetWindow.Month, 100, null, 60),
        ];

        Assert.Equal([70, 95], BudgetRules.Resolve(Anyone, rows, 200_000).Select(limit => limit.WarnPercent));
    }

    [Fact]
    public void Resolve_DefaultRowWithoutFigures_TakesTheSettingsAway() =>
        Assert.Empty(BudgetRules.Resolve(Anyone, [new BudgetLimit(BudgetScope.User, null, BudgetWindow.Day, null, null)], 200_000));

    [Fact]
    public void Resolve_CallerWithoutTeamAndKey_HasOnlyTheOtherScopes()
    {
        var limits = BudgetRules.Resolve(
            new Caller(User, Role.Admin),
            [new BudgetLimit(BudgetScope.Team, null, BudgetWindow.Day, 1, null), new BudgetLimit(BudgetScope.ApiKey, null, BudgetWindow.Day, 1, null)],
            10);

        Assert.Equal(BudgetScope.User, Assert.Single(limits).Scope);
    }

    [Fact]
    public async Task ResolveAsync_Changed_IsReadAgainAndOtherwiseForFifteenSecondsNot()
    {
        var store = new FakeLimits();
        var time = new FakeTimeProvider();
        var rules = new BudgetRules(store, Options.Create(new UsageOptions()), time);
        async Task<long?> DailyAsync() => (await rules.ResolveAsync(Anyone, TestContext.Current.CancellationToken))[0].TokenLimit;

        Assert.Equal(200_000, await DailyAsync());
        store.Rows = [new BudgetLimit(BudgetScope.User, User, BudgetWindow.Day, 7, null)];
        Assert.Equal(200_000, await DailyAsync());
        store.Announce();
        Assert.Equal(7, await DailyAsync());
        store.Rows = [];
        time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(200_000, await DailyAsync());
        Assert.Equal(3, store.Reads);
    }

    [Fact]
    public async Task ResolveAsync_ChangedWhileItWasRead_IsReadAgain()
    {
        var store = new FakeLimits();
        var rules = new BudgetRules(store, Options.Create(new UsageOptions()), new FakeTimeProvider());
        store.WhileReading = store.Announce;
        await rules.ResolveAsync(Anyone, TestContext.Current.CancellationToken);
        store.WhileReading = null;
        store.Rows = [new BudgetLimit(BudgetScope.User, User, BudgetWindow.Day, 7, null)];

        Assert.Equal(7, (await rules.ResolveAsync(Anyone, TestContext.Current.CancellationToken))[0].TokenLimit);
    }

    private sealed class FakeLimits : IBudgetLimits
    {
        private Action _changed = () => { };

        public IReadOnlyList<BudgetLimit> Rows { get; set; } = [];

        public Action? WhileReading { get; set; }

        public int Reads { get; private set; }

        public void Announce() => _changed();

        public Task<IReadOnlyList<BudgetLimit>> ForAsync(Caller caller, CancellationToken cancellationToken)
        {
            Reads++;
            WhileReading?.Invoke();
            return Task.FromResult(Rows);
        }

        public Task<IReadOnlyList<BudgetLimit>> ListAsync(CancellationToken cancellationToken) => Task.FromResult(Rows);

        public Task SetAsync(Caller caller, BudgetLimit limit, string? reason, CancellationToken cancellationToken)
        {
            Rows = [.. Rows, limit];
            _changed();
            return Task.CompletedTask;
        }

        public void OnChanged(Action callback) => _changed += callback;
    }
}
