using System.Globalization;
using Convo.Core.Shared;
using Convo.Data;
using Convo.Data.Connections;
using Convo.Data.Embedded;
using Convo.Data.Migrations;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(TestServers.Lifetime))]

namespace Convo.Tests.Fixtures;

/// <summary>
/// One private PostgreSQL and one Garnet for the whole test run, started by the first test that asks for them (<see cref="TestDatabase"/>,
/// <see cref="TestRedis"/>) and stopped after the last. Their folder, CONVO_TEST_DIR or /tmp/convo-test-USER, is kept, so that only the
/// first run ever pays for initdb; runs side by side each take a numbered folder in it.
/// </summary>
internal sealed class TestServers : IAsyncDisposable
{
    private static readonly Lazy<Task<TestServers>> Started = new(StartAsync);
    private readonly FileStream _slot;
    private readonly EmbeddedServices _services;
    private readonly NpgsqlDataSource _administrationSource;
    private readonly Db _administration;

    private TestServers(FileStream slot, EmbeddedServices services, NpgsqlDataSource administrationSource, ConnectionMultiplexer redis, string template)
    {
        _slot = slot;
        _services = services;
        _administrationSource = administrationSource;
        _administration = DbOn(administrationSource);
        Redis = redis;
        Template = template;
    }

    public static Task<TestServers> GetAsync() => Started.Value;

    public ConnectionMultiplexer Redis { get; }

    public string RedisConnectionString => _services.RedisConnectionString;

    /// <summary>The name of a migrated, empty database to copy.</summary>
    public string Template { get; }

    public string ConnectionStringFor(string database) =>
        new NpgsqlConnectionStringBuilder(_services.DatabaseConnectionString) { Database = database }.ConnectionString;

    /// <summary>A statement on the server as a whole, such as CREATE DATABASE.</summary>
    public Task ExecuteAsync(string sql) => _administration.ExecuteAsync(sql, null, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Redis.DisposeAsync();
        await _administrationSource.DisposeAsync();
        await _services.DisposeAsync();
        await _slot.DisposeAsync();
    }

    private static async Task<TestServers> StartAsync()
    {
        var (slot, folder) = TakeFolder();
        try
        {
            var services = await StartServicesAsync(folder);
            var administration = NpgsqlDataSource.Create(services.DatabaseConnectionString);
            var template = await PrepareTemplateAsync(services, DbOn(administration));
            var patient = RedisUrl.Options(services.RedisConnectionString);
            // Convo gives Redis one second; on a machine busy with tests that would fail those that are not about it.
            patient.AsyncTimeout = patient.SyncTimeout = 15_000;
            var redis = await ConnectionMultiplexer.ConnectAsync(patient);
            return new TestServers(slot, services, administration, redis, template);
        }
        catch
        {
            await slot.DisposeAsync();
            throw;
        }
    }

    private static (FileStream Slot, string Folder) TakeFolder()
    {
        var root = Environment.GetEnvironmentVariable("CONVO_TEST_DIR") is { Length: > 0 } chosen
            ? Path.GetFullPath(chosen)
            : Path.Combine(Path.GetTempPath(), "convo-test-" + Environment.UserName);
        Directory.CreateDirectory(root);
        for (var number = 1; ; number++)
        {
            try
            {
                var slot = new FileStream(Path.Combine(root, $"{number}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return (slot, Path.Combine(root, number.ToString(CultureInfo.InvariantCulture)));
            }
            catch (IOException) when (number < 32)
            {
                // Another test run has this one.
            }
        }
    }

    private static async Task<EmbeddedServices> StartServicesAsync(string folder)
    {
        try
        {
            PostgresBinaries.Find(major: null);
        }
        catch (ConvoStartupException e)
        {
            throw new InvalidOperationException("These tests need PostgreSQL with pgvector. Run scripts/setup.sh --test, which installs both.", e);
        }

        // Redis holds nothing that a later run could use.
        DeleteFolder(Path.Combine(folder, "garnet"));
        var options = new ConvoDataOptions { DataDirectory = folder, Disposable = true };
        try
        {
            return await EmbeddedServices.StartAsync(options, NullLoggerFactory.Instance, CancellationToken.None);
        }
        catch (ConvoStartupException)
        {
            // Without fsync a power cut may have spoilt the cluster, and a newer PostgreSQL may have replaced the one that made it.
            DeleteFolder(folder);
            return await EmbeddedServices.StartAsync(options, NullLoggerFactory.Instance, CancellationToken.None);
        }
    }

    private const string Leftovers = @"SELECT datname::text FROM pg_database WHERE datname LIKE 'test\_%' OR datname LIKE 'template\_%'";

    private static async Task<string> PrepareTemplateAsync(EmbeddedServices services, Db administration)
    {
        var template = "template_" + MigrationScript.Fingerprint;
        var leftovers = await administration.QueryAsync<string>(Leftovers, null, CancellationToken.None);
        foreach (var leftover in leftovers.Where(name => name != template))
        {
            await administration.ExecuteAsync($"DROP DATABASE {leftover} WITH (FORCE)", null, CancellationToken.None);
        }

        if (!leftovers.Contains(template))
        {
            // Renamed when it is complete: a run killed here leaves no half-migrated template.
            await administration.ExecuteAsync($"CREATE DATABASE {template}_new", null, CancellationToken.None);
            var draft = new NpgsqlConnectionStringBuilder(services.DatabaseConnectionString) { Database = template + "_new" };
            await Migrator.RunAsync(draft.ConnectionString, CancellationToken.None);
            await administration.ExecuteAsync($"ALTER DATABASE {template}_new RENAME TO {template}", null, CancellationToken.None);
        }

        return template;
    }

    private static Db DbOn(NpgsqlDataSource source) => new(source, NullLogger<Db>.Instance);

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Stops the servers at the end of the run, if any test started them.</summary>
    internal sealed class Lifetime : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            // What runs on the servers stops first.
            await ConvoApp.StopSharedAsync();
            await Faults.FaultCluster.StopSharedAsync();
            if (Started.IsValueCreated && Started.Value.IsCompletedSuccessfully)
            {
                await (await Started.Value).DisposeAsync();
            }
        }
    }
}
