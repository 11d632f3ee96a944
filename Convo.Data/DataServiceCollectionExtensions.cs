using Convo.Data.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using StackExchange.Redis;

namespace Convo.Data;

public static class DataServiceCollectionExtensions
{
    /// <summary>
    /// How Convo's data is stored. The schema must be there (Migrator) before the first connection, because Npgsql learns pgvector's types from it.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="databaseConnectionString">In Npgsql's form.</param>
    /// <param name="redisConnectionString">In StackExchange.Redis's form.</param>
    /// <param name="redisKeyPrefix">Stands in front of every key and channel.</param>
    public static IServiceCollection AddConvoData(
        this IServiceCollection services, string databaseConnectionString, string redisConnectionString, string redisKeyPrefix)
    {
        services.TryAddSingleton(TimeProvider.System);

        // PostgreSQL
        services.AddSingleton(provider => CreateDataSource(databaseConnectionString, provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<Db>();

        // Redis
        services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(RedisUrl.Options(redisConnectionString)));
        services.AddSingleton(new RedisKeys(redisKeyPrefix));

        return services;
    }

    internal static NpgsqlDataSource CreateDataSource(string connectionString, ILoggerFactory loggerFactory)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConnectionStringBuilder.ApplicationName ??= "convo";
        PlanOnce(builder.ConnectionStringBuilder, statements: 200);
        builder.UseLoggerFactory(loggerFactory);
        builder.UseVector();
        return builder.Build();
    }

    /// <summary>
    /// The same statements over and over, and none leaves state in its session: each is planned once, and nothing is reset between two of
    /// them. Who sets NoResetOnClose, for a pooler that knows no prepared statements, keeps plain ones.
    /// </summary>
    internal static void PlanOnce(NpgsqlConnectionStringBuilder settings, int statements)
    {
        if (!settings.NoResetOnClose)
        {
            settings.MaxAutoPrepare = statements;
            settings.AutoPrepareMinUsages = 2;
            settings.NoResetOnClose = true;
        }
    }
}
