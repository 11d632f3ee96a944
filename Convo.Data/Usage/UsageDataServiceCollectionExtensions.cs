using Convo.Core.Usage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Convo.Data.Usage;

public static class UsageDataServiceCollectionExtensions
{
    // One writes holds, the others rebuild counters.
    private const int Connections = 6;

    /// <summary>Budgets in Redis and the ledger in PostgreSQL. Needs AddConvoData and AddConvoUsage.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="databaseConnectionString">In Npgsql's form, as for AddConvoData.</param>
    public static IServiceCollection AddConvoUsageData(this IServiceCollection services, string databaseConnectionString)
    {
        services.AddSingleton(provider => new UsageDb(databaseConnectionString, provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<IBudgetLimits>(provider => ActivatorUtilities.CreateInstance<BudgetLimitStore>(provider, provider.GetRequiredService<UsageDb>().Db));
        services.AddSingleton(provider => new LedgerReader(provider.GetRequiredService<UsageDb>().Db));
        services.AddSingleton(provider => new HoldJournal(provider.GetRequiredService<UsageDb>().Db));
        services.AddSingleton<BudgetCounters>();
        services.AddSingleton<CounterRebuilder>();
        services.AddSingleton<RedisBudgetGate>();
        services.AddSingleton<IBudgetGate>(provider => provider.GetRequiredService<RedisBudgetGate>());
        services.AddSingleton<IUsageRecorder, UsageRecorder>();
        services.AddSingleton<UsageReader>();
        services.AddSingleton<IUsageReader>(provider => provider.GetRequiredService<UsageReader>());
        services.AddSingleton<IBudgetAdministration, BudgetAdministration>();
        services.AddSingleton<IUsageReports, UsageReports>();
        services.AddHostedService<BudgetReconciler>();
        return services;
    }

    /// <summary>
    /// A small pool of its own. A reservation may be made inside a transaction that has a connection of the main pool; if it needed a second
    /// one from there, as many requests as the pool has connections would wait for each other.
    /// </summary>
    internal sealed class UsageDb : IAsyncDisposable
    {
        private readonly NpgsqlDataSource _source;

        public UsageDb(string connectionString, ILoggerFactory loggers)
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "convo-budget", MaxPoolSize = Connections, Timeout = 2 };
            DataServiceCollectionExtensions.PlanOnce(settings, statements: 32);
            _source = NpgsqlDataSource.Create(settings);
            Db = new Db(_source, loggers.CreateLogger<Db>());
        }

        public Db Db { get; }

        public ValueTask DisposeAsync() => _source.DisposeAsync();
    }
}
