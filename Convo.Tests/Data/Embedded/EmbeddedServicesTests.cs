using System.Net;
using System.Net.Sockets;
using Convo.Core.Shared;
using Convo.Data.Connections;
using Convo.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StackExchange.Redis;

namespace Convo.Tests.Data.Embedded;

/// <summary>Each test has a data folder of its own and pays for an initdb, so they are few and each shows several things.</summary>
public sealed class EmbeddedServicesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("convo-embedded-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Task<EmbeddedServices> StartAsync() => StartAsync(disposable: true);

    private Task<EmbeddedServices> StartAsync(bool disposable) =>
        EmbeddedServices.StartAsync(new ConvoDataOptions { DataDirectory = _directory, Disposable = disposable }, NullLoggerFactory.Instance, Token);

    private static async Task<T> QueryAsync<T>(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Token))!;
    }

    private static async Task<string?> RedisAsync(string connectionString, Func<IDatabase, Task<RedisValue>> ask)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(RedisUrl.Options(connectionString));
        return await ask(redis.GetDatabase());
    }

    private static async Task WriteAsync(string database, string redis, string value)
    {
        await QueryAsync<long>(database, "CREATE TABLE IF NOT EXISTS kept (value text); INSERT INTO kept VALUES ('" + value + "'); SELECT count(*) FROM kept");
        await RedisAsync(redis, async keys =>
        {
            await keys.StringSetAsync("kept", value);
            await keys.ListRightPushAsync("kept-list", value);
            return RedisValue.Null;
        });
    }

    private static async Task AssertKeptAsync(EmbeddedServices services, string value)
    {
        Assert.Equal(value, await QueryAsync<string>(services.DatabaseConnectionString, "SELECT value FROM kept"));
        Assert.Equal(value, await RedisAsync(services.RedisConnectionString, keys => keys.StringGetAsync("kept")));
        Assert.Equal(value, await RedisAsync(services.RedisConnectionString, keys => keys.ListGetByIndexAsync("kept-list", 0)));
    }

    private static int PortOf(string databaseConnectionString) => new NpgsqlConnectionStringBuilder(databaseConnectionString).Port;

    private string PidFile => Path.Combine(_directory, "postgres", "postmaster.pid");

    [Fact]
    public async Task StartAsync_AfterACleanStop_KeepsDataPortsAndPasswords()
    {
        string database, redis;
        await using (var first = await StartAsync(disposable: false))
        {
            (database, redis) = (first.DatabaseConnectionString, first.RedisConnectionString);
            await WriteAsync(database, redis, "clean");
        }

        Assert.False(File.Exists(PidFile));
        Assert.Contains("database system is shut down", await File.ReadAllTextAsync(Path.Combine(_directory, "postgres", "server.log"), Token), StringComparison.Ordinal);

        await using var second = await StartAsync(disposable: false);
        await AssertKeptAsync(second, "clean");
        Assert.Equal((database, redis), (second.DatabaseConnectionString, second.RedisConnectionString));
        Assert.Equal("on", await QueryAsync<string>(database, "SHOW fsync"));
        Assert.Equal("UTF8", await QueryAsync<string>(database, "SHOW server_encoding"));
        Assert.Equal("127.0.0.1", await QueryAsync<string>(database, "SHOW listen_addresses"));
    }

    [Fact]
    public async Task StartAsync_AfterKill9_StopsTheOrphanAndKeepsWhatWasAcknowledged()
    {
        await using var killed = await ServingConvo.StartAsync(_directory);
        await WriteAsync(killed.DatabaseConnectionString, killed.RedisConnectionString, "killed");
        // What the append-only file's 50 ms rhythm would do a moment later.
        await RedisAsync(killed.RedisConnectionString, async keys => (RedisValue)(await keys.ExecuteAsync("COMMITAOF")).ToString());
        var orphan = (await File.ReadAllLinesAsync(PidFile, Token))[0];

        await killed.KillAsync();
        Assert.True(Directory.Exists("/proc/" + orphan));

        await using var next = await StartAsync(disposable: false);
        await AssertKeptAsync(next, "killed");
        Assert.NotEqual(orphan, (await File.ReadAllLinesAsync(PidFile, Token))[0]);
        Assert.Equal(PortOf(killed.DatabaseConnectionString), PortOf(next.DatabaseConnectionString));
    }

    [Fact]
    public async Task StartAsync_FolderInUse_RefusesNamingTheHolder()
    {
        await using var first = await ServingConvo.StartAsync(_directory);

        var failure = await Assert.ThrowsAsync<ConvoStartupException>(StartAsync);

        Assert.Contains(_directory, failure.Message, StringComparison.Ordinal);
        Assert.Contains($"process {first.ProcessId}", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, await QueryAsync<int>(first.DatabaseConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task StartAsync_PortsTakenAndStalePidOfAStranger_TakesOtherPortsAndStarts()
    {
        int postgresPort, redisPort;
        await using (var first = await StartAsync())
        {
            postgresPort = PortOf(first.DatabaseConnectionString);
            redisPort = ((IPEndPoint)ConfigurationOptions.Parse(first.RedisConnectionString).EndPoints[0]).Port;
        }

        using var stranger = new TcpListener(IPAddress.Loopback, postgresPort);
        using var otherStranger = new TcpListener(IPAddress.Loopback, redisPort);
        stranger.Start();
        otherStranger.Start();
        // A process that lives and is no PostgreSQL: this one. PostgreSQL alone would refuse to start beside it.
        await File.WriteAllTextAsync(PidFile, $"{Environment.ProcessId}\n{_directory}/postgres\n1\n{postgresPort}\n\n127.0.0.1\n", Token);

        await using var second = await StartAsync();

        Assert.NotEqual(postgresPort, PortOf(second.DatabaseConnectionString));
        Assert.Equal(1, await QueryAsync<int>(second.DatabaseConnectionString, "SELECT 1"));
        Assert.Equal("x", await RedisAsync(second.RedisConnectionString, async keys => (RedisValue)(await keys.ExecuteAsync("ECHO", "x")).ToString()));
    }

    [Fact]
    public async Task StartAsync_InterruptedInitdbAndMissingSecrets_BeginsAnewOrRefuses()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "postgres.new", "base"));
        await File.WriteAllTextAsync(Path.Combine(_directory, "postgres.new", "PG_VERSION"), "15", Token);
        await using (var first = await StartAsync())
        {
            Assert.Equal(1, await QueryAsync<int>(first.DatabaseConnectionString, "SELECT 1"));
        }

        File.Delete(Path.Combine(_directory, "embedded.json"));
        var failure = await Assert.ThrowsAsync<ConvoStartupException>(StartAsync);

        Assert.Contains("embedded.json", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_DatabaseUrlGiven_StartsRedisOnly()
    {
        var options = new ConvoDataOptions { DataDirectory = _directory, DatabaseUrl = "postgresql://u:p@db.example/name" };

        await using var services = await EmbeddedServices.StartAsync(options, NullLoggerFactory.Instance, Token);

        Assert.Contains("db.example", services.DatabaseConnectionString, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_directory, "postgres")));
        Assert.Equal("x", await RedisAsync(services.RedisConnectionString, async keys => (RedisValue)(await keys.ExecuteAsync("ECHO", "x")).ToString()));
    }

    [Fact]
    public async Task StartAsync_BothUrlsGiven_TouchesNoFolder()
    {
        var folder = Path.Combine(_directory, "none");
        var options = new ConvoDataOptions { DataDirectory = folder, DatabaseUrl = "postgresql://u:p@db.example/name", RedisUrl = "redis://cache.example" };

        await using var services = await EmbeddedServices.StartAsync(options, NullLoggerFactory.Instance, Token);

        Assert.StartsWith("cache.example:6379", services.RedisConnectionString, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }
}
