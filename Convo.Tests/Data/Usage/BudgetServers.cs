using Convo.Data.Connections;
using Convo.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Convo.Tests.Data.Usage;

/// <summary>A server that budgets run on, which a test may empty: not shared with other test classes.</summary>
public interface IBudgetServer
{
    /// <summary>Null when it cannot run here; then <see cref="Absence"/> says why.</summary>
    string? ConnectionString { get; }

    string Absence { get; }
}

/// <summary>The embedded default.</summary>
public sealed class GarnetBudgetServer : IBudgetServer, IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("convo-budget-garnet-").FullName;
    private EmbeddedGarnet? _garnet;

    public string? ConnectionString => _garnet?.ConnectionString;

    public string Absence => "Garnet is always there.";

    public async ValueTask InitializeAsync() => _garnet = await EmbeddedGarnet.StartAsync(
        _folder, new EmbeddedSecrets(0, "", 0, "budget-tests"), NullLogger<EmbeddedGarnet>.Instance, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _garnet!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A real Redis, where one is installed (or named by CONVO_TEST_REDIS_SERVER).</summary>
public sealed class RedisBudgetServer : IBudgetServer, IAsyncLifetime
{
    private RedisProcess? _process;

    public string? ConnectionString => _process?.Address;

    public string Absence => "redis-server is not installed; the same tests ran on Garnet. Install it, or name it in CONVO_TEST_REDIS_SERVER.";

    public async ValueTask InitializeAsync() => _process = await RedisProcess.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}

internal static class BudgetConnections
{
    public static async Task<ConnectionMultiplexer> OpenAsync(string connectionString)
    {
        var options = RedisUrl.Options(connectionString);
        options.AllowAdmin = true;
        options.AsyncTimeout = 30_000;
        options.SyncTimeout = 30_000;
        return await ConnectionMultiplexer.ConnectAsync(options);
    }
}
