using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Data;
using Convo.Data.Usage;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace Convo.Tests.Data.Usage;

/// <summary>Nodes of one installation: a database, a Redis, a clock, and as many gates as a test wants.</summary>
internal sealed class BudgetHarness : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    public static readonly ModelPrices Prices = new(2.5m, 1.25m, 10m);
    private static int _count;

    private readonly List<BudgetNode> _nodes = [];
    private readonly string _redis;

    private BudgetHarness(TestDatabase database, string redis) => (Database, _redis) = (database, redis);

    public TestDatabase Database { get; }

    public RedisKeys Keys { get; } = new($"budget{Interlocked.Increment(ref _count)}:");

    public FakeTimeProvider Time { get; } = new(Noon);

    /// <summary>Patient with a busy machine; what happens without Redis has a test of its own.</summary>
    public UsageOptions Options { get; } = new() { RedisPatience = TimeSpan.FromSeconds(30) };

    /// <summary>Nodes reach PostgreSQL as the host has them do: with a pool of their own, and prepared statements.</summary>
    public bool OwnPools { get; set; }

    public static async Task<BudgetHarness> CreateAsync(IBudgetServer server)
    {
        Assert.SkipWhen(server.ConnectionString is null, server.Absence);
        return new BudgetHarness(await TestDatabase.CreateAsync(), server.ConnectionString!);
    }

    public async Task<BudgetNode> NodeAsync(TimeProvider? time = null, ConnectionMultiplexer? connection = null)
    {
        var node = new BudgetNode(Database, _redis, connection ?? await BudgetConnections.OpenAsync(_redis), Keys, Options, time ?? Time, OwnPools);
        _nodes.Add(node);
        return node;
    }

    public async Task<Caller> UserAsync(Guid? team = null, Guid? key = null)
    {
        var id = Time.NewId();
        await Database.Db.ExecuteAsync(
            """
            INSERT INTO users (id, email, normalized_email, name, role, team_id, security_stamp)
            VALUES (@id, @id::text, @id::text, 'Somebody', 'member', @team, '')
            """,
            new { id, team }, CancellationToken.None);
        return new Caller(id, Convo.Core.Accounts.Role.Member, team, key);
    }

    public async Task<Guid> TeamAsync()
    {
        var id = Time.NewId();
        await Database.Db.ExecuteAsync("INSERT INTO teams (id, name) VALUES (@id, @id::text)", new { id }, CancellationToken.None);
        return id;
    }

    /// <summary>Written past the store, so that no node hears of it: set limits before nodes ask.</summary>
    public Task LimitAsync(BudgetScope scope, Guid? id, BudgetWindow window, long? tokens, decimal? cost = null) => Database.Db.ExecuteAsync(
        """
        INSERT INTO budgets (scope, scope_id, budget_window, token_limit, cost_limit)
        VALUES (@scope, @id, @window, @tokens, @cost)
        ON CONFLICT (scope, scope_id, budget_window) DO UPDATE SET token_limit = excluded.token_limit, cost_limit = excluded.cost_limit
        """,
        new { scope, id, window, tokens, cost }, CancellationToken.None);

    public HoldRequest Request(int input, int output, int least = 1, ModelPrices? prices = null) => new(Time.NewId(), input, output, least, prices ?? Prices);

    public static LedgerEntry Entry(Caller caller, Hold hold, int input, int output, ModelPrices? prices = null) => new(
        hold.TurnId, caller.UserId, caller.TeamId, caller.ApiKeyId, null, null, UsageSource.Chat, "model", "provider", input, 0, output, 0,
        prices ?? Prices, false, hold.At);

    public Task StoreAsync(LedgerEntry entry) => Database.Db.InTransactionAsync(
        session => LedgerSql.InsertAsync(session, entry, Time, CancellationToken.None), CancellationToken.None);

    /// <summary>What the end of a turn does: the ledger's transaction, then the count.</summary>
    public async Task FinishAsync(BudgetNode node, LedgerEntry entry)
    {
        await StoreAsync(entry);
        await node.Gate.SettleAsync(entry, CancellationToken.None);
    }

    public BudgetAccount Account(BudgetScope scope, Guid? id, BudgetWindow window, DateTimeOffset? at = null) =>
        new(scope, id, new BudgetCalendar(Options.Zone).PeriodAt(window, at ?? Time.GetUtcNow()));

    public Task<LedgerTotals> LedgerAsync(BudgetAccount account) => new LedgerReader(Database.Db).TotalsAsync(account, Time.GetUtcNow(), CancellationToken.None);

    public Task FlushAllAsync() => OnEveryServerAsync("FLUSHALL");

    public Task FlushScriptsAsync() => OnEveryServerAsync("SCRIPT", "FLUSH");

    /// <summary>On each node of a cluster.</summary>
    public async Task OnEveryServerAsync(string command, params object[] arguments)
    {
        using var admin = await BudgetConnections.OpenAsync(_redis);
        foreach (var server in admin.GetServers())
        {
            await server.ExecuteAsync(command, arguments);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await Database.DisposeAsync();
    }
}

/// <summary>One node: everything that a process of its own would have.</summary>
internal sealed class BudgetNode : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _connection;
    private readonly string _redis;
    private readonly UsageDataServiceCollectionExtensions.UsageDb? _ownPool;

    public BudgetNode(
        TestDatabase database, string redis, ConnectionMultiplexer connection, RedisKeys keys, UsageOptions options, TimeProvider time, bool ownPool)
    {
        _ownPool = ownPool ? new UsageDataServiceCollectionExtensions.UsageDb(database.ConnectionString, NullLoggerFactory.Instance) : null;
        var usageDb = _ownPool?.Db ?? database.Db;
        (_redis, _connection) = (redis, connection);
        var settings = Options.Create(options);
        var calendar = new BudgetCalendar(options.Zone);
        var ledger = new LedgerReader(usageDb);
        Journal = new HoldJournal(usageDb);
        Counters = new BudgetCounters(connection, keys, settings);
        Limits = new BudgetLimitStore(usageDb, Counters, connection, keys, time, NullLogger<BudgetLimitStore>.Instance);
        Rules = new BudgetRules(Limits, settings, time);
        Rebuilder = new CounterRebuilder(Counters, ledger, time, NullLogger<CounterRebuilder>.Instance);
        Metrics = new UsageMetrics(Meters);
        Gate = new RedisBudgetGate(Counters, Rebuilder, Journal, ledger, Rules, calendar, Metrics, settings, time, NullLogger<RedisBudgetGate>.Instance);
        Recorder = new UsageRecorder(database.Db, Gate, time, NullLogger<UsageRecorder>.Instance);
        Reader = new UsageReader(database.Db, Rules, calendar, Counters, ledger, time);
        Reconciler = new BudgetReconciler(Rebuilder, Gate, Limits, Reader, calendar, Journal, Metrics, settings, time, NullLogger<BudgetReconciler>.Instance);
    }

    public RedisBudgetGate Gate { get; }

    public BudgetCounters Counters { get; }

    public CounterRebuilder Rebuilder { get; }

    public HoldJournal Journal { get; }

    public BudgetLimitStore Limits { get; }

    public BudgetRules Rules { get; }

    public UsageMetrics Metrics { get; }

    public UsageRecorder Recorder { get; }

    public UsageReader Reader { get; }

    public BudgetReconciler Reconciler { get; }

    public IDatabase Database => _connection.GetDatabase();

    public TestMeterFactory Meters { get; } = new();

    public Task<Hold> ReserveAsync(Caller caller, HoldRequest request) => Gate.ReserveAsync(caller, request, CancellationToken.None);

    /// <summary>Null when it was refused.</summary>
    public async Task<Hold?> TryReserveAsync(Caller caller, HoldRequest request) => (await AskAsync(caller, request)).Hold;

    /// <summary>Either a hold or the refusal.</summary>
    public async Task<(Hold? Hold, ConvoException? Refusal)> AskAsync(Caller caller, HoldRequest request)
    {
        try
        {
            return (await ReserveAsync(caller, request), null);
        }
        catch (ConvoException e) when (e.Code == "budget_exceeded")
        {
            return (null, e);
        }
    }

    /// <summary>Has the server close this node's connection, and waits until it is there again.</summary>
    public async Task LoseConnectionAsync()
    {
        var before = Counters.Connection;
        var restored = new TaskCompletionSource();
        _connection.ConnectionRestored += (_, _) => restored.TrySetResult();
        var id = (long)await Database.ExecuteAsync("CLIENT", "ID");
        using (var admin = await BudgetConnections.OpenAsync(_redis))
        {
            await admin.GetDatabase().ExecuteAsync("CLIENT", "KILL", "ID", id);
        }

        await restored.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.NotEqual(before, Counters.Connection);
    }

    public async ValueTask DisposeAsync()
    {
        Metrics.Dispose();
        await _connection.DisposeAsync();
        if (_ownPool is not null)
        {
            await _ownPool.DisposeAsync();
        }
    }
}
