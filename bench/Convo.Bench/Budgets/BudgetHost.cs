using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Data;
using Convo.Data.Embedded;
using Convo.Data.Migrations;
using Convo.Data.Usage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Convo.Bench.Budgets;

/// <summary>Two nodes of one installation on a PostgreSQL of its own, and on Garnet or the Redis that is named.</summary>
internal sealed class BudgetHost : IAsyncDisposable
{
    private static readonly ModelPrices Prices = new(0.15m, 0.075m, 0.6m);

    private readonly string _folder;
    private readonly EmbeddedServices _servers;
    private readonly List<ServiceProvider> _services = [];

    private BudgetHost(string folder, EmbeddedServices servers) => (_folder, _servers) = (folder, servers);

    public IReadOnlyList<(IBudgetGate Gate, IUsageRecorder Recorder)> Nodes =>
        [.. _services.Select(node => (node.GetRequiredService<IBudgetGate>(), node.GetRequiredService<IUsageRecorder>()))];

    public IReadOnlyList<Caller> People { get; private set; } = [];

    private Db Db => _services[0].GetRequiredService<Db>();

    public static async Task<BudgetHost> StartAsync(string? redis, int people, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("convo-bench-").FullName;
        var host = new BudgetHost(folder, await EmbeddedServices.StartAsync(new ConvoDataOptions { DataDirectory = folder }, NullLoggerFactory.Instance, cancellationToken));
        await Migrator.RunAsync(host._servers.DatabaseConnectionString, cancellationToken);
        var prefix = $"bench{TimeProvider.System.NewId():N}:";
        for (var i = 0; i < 2; i++)
        {
            // Patient: the figures say how long it takes, and a refusal for lack of an answer would hide it.
            var settings = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>("Convo:RedisPatience", "00:00:30")]).Build();
            var services = new ServiceCollection().AddLogging().AddMetrics();
            services.AddConvoData(host._servers.DatabaseConnectionString, redis ?? host._servers.RedisConnectionString, prefix);
            services.AddConvoUsage(settings);
            services.AddConvoUsageData(host._servers.DatabaseConnectionString);
            host._services.Add(services.BuildServiceProvider());
        }

        host.People = [.. Enumerable.Range(0, people).Select(_ => new Caller(TimeProvider.System.NewId(), Role.Admin))];
        await host.Db.ExecuteAsync(AddPeople, new { ids = host.People.Select(person => person.UserId).ToArray() }, cancellationToken);
        return host;
    }

    private const string AddPeople = """
        INSERT INTO users (id, email, normalized_email, name, role, security_stamp)
        SELECT id, id::text, id::text, 'Bench', 'member', ''
        FROM unnest(@ids) AS id
        """;

    public static HoldRequest Request(int input, int output) => new(TimeProvider.System.NewId(), input, output, output, Prices);

    public static LedgerEntry Entry(Caller caller, Hold hold, int input, int output) => new(
        hold.TurnId, caller.UserId, null, null, null, null, UsageSource.Chat, "bench", "bench", input, 0, output, 0, Prices, false, hold.At);

    public Task StoreAsync(LedgerEntry entry, CancellationToken cancellationToken) => Db.InTransactionAsync(
        session => LedgerSql.InsertAsync(session, entry, TimeProvider.System, cancellationToken), cancellationToken);

    /// <summary>Of each person and of all together, a day.</summary>
    public async Task LimitAsync(long each, long all, CancellationToken cancellationToken)
    {
        var limits = _services[0].GetRequiredService<IBudgetLimits>();
        await limits.SetAsync(People[0], new BudgetLimit(BudgetScope.User, null, BudgetWindow.Day, each, null), "bench", cancellationToken);
        await limits.SetAsync(People[0], new BudgetLimit(BudgetScope.Global, null, BudgetWindow.Day, all, 800_000m), "bench", cancellationToken);
    }

    private const string LedgerTokens = "SELECT COALESCE(SUM(input_tokens::bigint + output_tokens), 0)::bigint FROM usage_ledger WHERE user_id = @userId OR @userId IS NULL";
    private const string HeldTokens = "SELECT COALESCE(SUM(tokens), 0)::bigint FROM budget_holds WHERE (user_id = @userId OR @userId IS NULL) AND expires_at > now()";

    public Task<long> LedgerTokensAsync(CancellationToken cancellationToken) => Db.ScalarAsync<long>(LedgerTokens, new { userId = (Guid?)null }, cancellationToken);

    /// <summary>Every budget that is over its limit, or whose counter is not what the database says.</summary>
    public async Task<IReadOnlyList<string>> FaultsAsync(CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        var reader = _services[1].GetRequiredService<IUsageReader>();
        foreach (var person in People)
        {
            foreach (var state in await reader.BudgetsAsync(person, cancellationToken))
            {
                var used = await Db.ScalarAsync<long>(LedgerTokens, new { userId = state.ScopeId }, cancellationToken);
                var held = await Db.ScalarAsync<long>(HeldTokens, new { userId = state.ScopeId }, cancellationToken);
                if (used + held > state.Limit || (used, held) != (state.Used, state.Held))
                {
                    faults.Add($"{state.Scope} {state.ScopeId}: the database has {used} used and {held} held, the counter {state.Used} and {state.Held}, of {state.Limit}");
                }
            }
        }

        return faults;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _services)
        {
            await node.DisposeAsync();
        }

        await _servers.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
