using Convo.Core.Shared;
using Convo.Data.Connections;
using Microsoft.Extensions.Logging;

namespace Convo.Data.Embedded;

/// <summary>
/// The database and Redis that Convo runs on: those of the settings, or its own. Started before the host is built and disposed after the
/// host has stopped, so that everything that uses them is gone by then; PostgreSQL stops last.
/// </summary>
public sealed class EmbeddedServices : IAsyncDisposable
{
    private readonly IDisposable? _directory;
    private readonly IAsyncDisposable? _postgres;
    private readonly IAsyncDisposable? _garnet;

    private EmbeddedServices(string database, string redis, IDisposable? directory, IAsyncDisposable? postgres, IAsyncDisposable? garnet)
    {
        DatabaseConnectionString = database;
        RedisConnectionString = redis;
        _directory = directory;
        _postgres = postgres;
        _garnet = garnet;
    }

    /// <summary>In Npgsql's form; holds a password.</summary>
    public string DatabaseConnectionString { get; }

    /// <summary>In StackExchange.Redis's form; holds a password.</summary>
    public string RedisConnectionString { get; }

    /// <exception cref="ConvoStartupException">A setting is wrong or a server cannot start; the message says what to do.</exception>
    public static async Task<EmbeddedServices> StartAsync(ConvoDataOptions options, ILoggerFactory loggerFactory, CancellationToken cancellationToken)
    {
        // Both settings are checked before anything is started.
        var database = options.DatabaseUrl is { } databaseUrl ? DatabaseUrl.Parse(databaseUrl) : null;
        var redis = options.RedisUrl is { } redisUrl ? RedisUrl.Parse(redisUrl) : null;
        if (database is not null && redis is not null)
        {
            return new EmbeddedServices(database, redis, null, null, null);
        }

        if (!OperatingSystem.IsLinux())
        {
            throw new ConvoStartupException($"The embedded database runs on Linux only. Set {ConvoDataOptions.DatabaseUrlKey} and {ConvoDataOptions.RedisUrlKey}, or use the container.");
        }

        var directory = DataDirectory.Open(options.DataDirectory);
        EmbeddedPostgres? postgres = null;
        EmbeddedGarnet? garnet = null;
        try
        {
            var secrets = directory.LoadSecrets();
            // Before initdb uses the password: a cluster whose password is nowhere could never be opened again.
            directory.Save(secrets);

            var startingPostgres = database is null
                ? EmbeddedPostgres.StartAsync(directory, secrets, options.Disposable, loggerFactory.CreateLogger<EmbeddedPostgres>(), cancellationToken)
                : null;
            try
            {
                garnet = redis is null
                    ? await EmbeddedGarnet.StartAsync(directory.GarnetPath, secrets, loggerFactory.CreateLogger<EmbeddedGarnet>(), cancellationToken).ConfigureAwait(false)
                    : null;
            }
            finally
            {
                // Awaited also when Garnet failed: a server that comes up later would be nobody's to stop.
                postgres = startingPostgres is null ? null : await startingPostgres.ConfigureAwait(false);
            }

            directory.Save(secrets with { PostgresPort = postgres?.Port ?? secrets.PostgresPort, GarnetPort = garnet?.Port ?? secrets.GarnetPort });
            return new EmbeddedServices(database ?? postgres!.ConnectionString, redis ?? garnet!.ConnectionString, directory, postgres, garnet);
        }
        catch
        {
            await StopAsync(directory, postgres, garnet).ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => StopAsync(_directory, _postgres, _garnet);

    private static async ValueTask StopAsync(IDisposable? directory, IAsyncDisposable? postgres, IAsyncDisposable? garnet)
    {
        // The folder is given up only when nothing writes to it any more, whatever the stops did.
        using (directory)
        {
            try
            {
                if (garnet is not null)
                {
                    await garnet.DisposeAsync().ConfigureAwait(false);
                }
            }
            finally
            {
                if (postgres is not null)
                {
                    await postgres.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }
}
