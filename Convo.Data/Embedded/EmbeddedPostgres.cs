using System.Runtime.Versioning;
using Convo.Core.Shared;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Convo.Data.Embedded;

/// <summary>
/// A private PostgreSQL server in Convo's data folder. It is a process of its own session, so that Ctrl+C in Convo's terminal reaches Convo
/// alone and PostgreSQL stops last. It does not die with Convo: Linux's parent-death signal follows the starting thread, and .NET retires
/// threads. A server that outlived a killed Convo is stopped cleanly and started again by the next one: one way to begin, with this build's settings,
/// for about half a second.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    private const string Database = "convo";
    private const int StartAttempts = 5;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(3);

    private const string CountDatabase = "SELECT count(*) FROM pg_database WHERE datname = 'convo'";
    private const string CreateDatabase = "CREATE DATABASE convo";

    private readonly PostgresCluster _cluster;
    private readonly ILogger<EmbeddedPostgres> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _reviving = new(1, 1);
    private readonly Task _watching;
    private int? _pid;

    private EmbeddedPostgres(PostgresCluster cluster, int port, string connectionString, ILogger<EmbeddedPostgres> logger)
    {
        _cluster = cluster;
        _logger = logger;
        _pid = cluster.ReadPid();
        Port = port;
        ConnectionString = connectionString;
        _watching = WatchAsync();
    }

    public int Port { get; }

    public string ConnectionString { get; }

    /// <exception cref="ConvoStartupException">PostgreSQL is not installed, or cannot start; the message says what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(
        DataDirectory directory, EmbeddedSecrets secrets, bool disposable, ILogger<EmbeddedPostgres> logger, CancellationToken cancellationToken)
    {
        var path = directory.PostgresPath;
        var major = PostgresCluster.MajorOf(path);
        var binaries = PostgresBinaries.Find(major);
        if (!binaries.ParallelIndexBuildIsSafe)
        {
            LogOldPgVector(logger, binaries.PgVector);
        }

        var account = await PostgresAccount.ChooseAsync(directory.Path, major is null ? null : path, cancellationToken).ConfigureAwait(false);
        var cluster = new PostgresCluster(path, binaries, account, disposable);
        if (major is null)
        {
            LogInitializing(logger, binaries.Major, path);
            await cluster.InitializeAsync(secrets.PostgresPassword, cancellationToken).ConfigureAwait(false);
        }

        await StopOrphanAsync(cluster, logger, cancellationToken).ConfigureAwait(false);
        try
        {
            var port = await StartServerAsync(cluster, () => FreePort.Choose(secrets.PostgresPort), cancellationToken).ConfigureAwait(false);
            await EnsureDatabaseAsync(ConnectionStringFor(port, secrets.PostgresPassword, "postgres"), cancellationToken).ConfigureAwait(false);
            LogStarted(logger, port);
            return new EmbeddedPostgres(cluster, port, ConnectionStringFor(port, secrets.PostgresPassword, Database), logger);
        }
        catch (Exception e)
        {
            // Also when the start was cancelled: a server that nobody holds would be the next start's orphan.
            await cluster.StopAsync(CancellationToken.None).ConfigureAwait(false);
            if (e is NpgsqlException)
            {
                throw new ConvoStartupException($"The embedded PostgreSQL in {path} does not let Convo in: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>Starts the server again when it is gone, as after the kernel's out-of-memory killer chose it. Called every few seconds.</summary>
    internal async Task ReviveAsync(CancellationToken cancellationToken)
    {
        await _reviving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_pid is { } pid && PostgresCluster.IsRunning(pid))
            {
                return;
            }

            if (await _cluster.FindRunningAsync(cancellationToken).ConfigureAwait(false) is { } restarted)
            {
                // An administrator restarted it with pg_ctl.
                _pid = restarted;
                return;
            }

            LogGone(_logger);
            // PostgreSQL takes a zombie for a running server; sessions that still hold its memory it recognises without the file.
            _cluster.ForgetStalePid();
            await StartServerAsync(_cluster, () => Port, cancellationToken).ConfigureAwait(false);
            _pid = _cluster.ReadPid();
            LogStarted(_logger, Port);
        }
        finally
        {
            _reviving.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _stopping.Dispose();
        _reviving.Dispose();
        // The stop must not be cut short by the token that asked Convo to end.
        await _cluster.StopAsync(CancellationToken.None).ConfigureAwait(false);
        LogStopped(_logger);
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(WatchInterval);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false);
                await ReviveAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // Convo is stopping.
            }
            catch (ConvoStartupException e)
            {
                LogNotRevived(_logger, e);
            }
        }
    }

    private static async Task StopOrphanAsync(PostgresCluster cluster, ILogger logger, CancellationToken cancellationToken)
    {
        if (await cluster.FindRunningAsync(cancellationToken).ConfigureAwait(false) is { } orphan)
        {
            LogOrphan(logger, orphan);
            await cluster.StopAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            cluster.ForgetStalePid();
        }
    }

    private static async Task<int> StartServerAsync(PostgresCluster cluster, Func<int> choosePort, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = choosePort();
            var result = await cluster.StartAsync(port, cancellationToken).ConfigureAwait(false);
            if (result.Ok)
            {
                return port;
            }

            // Between choosing a port and PostgreSQL's bind another program may take it; and the last sessions of a server that was
            // killed need a moment to notice.
            var passing = result.Output.Contains("could not bind", StringComparison.Ordinal)
                || result.Output.Contains("pre-existing shared memory block", StringComparison.Ordinal);
            if (!passing || attempt == StartAttempts)
            {
                throw new ConvoStartupException($"The embedded PostgreSQL did not start: {result.Output}");
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
        }
    }

    private static string ConnectionStringFor(int port, string password, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = PostgresCluster.Role,
        Password = password,
        Database = database,
        // The server knows neither; asking costs a round trip per connection.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
        MaxPoolSize = 80,
    }.ConnectionString;

    private static async Task EnsureDatabaseAsync(string connectionString, CancellationToken cancellationToken)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        var connection = new NpgsqlConnection(unpooled);
        await using var _ = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        var count = new NpgsqlCommand(CountDatabase, connection);
        await using (count.ConfigureAwait(false))
        {
            if (await count.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not 0L)
            {
                return;
            }
        }

        var create = new NpgsqlCommand(CreateDatabase, connection);
        await using (create.ConfigureAwait(false))
        {
            await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Creating the embedded database (PostgreSQL {Major}) in {Path}")]
    private static partial void LogInitializing(ILogger logger, int major, string path);

    [LoggerMessage(Level = LogLevel.Information, Message = "A PostgreSQL of an earlier Convo is still running (process {Pid}); stopping it before starting anew")]
    private static partial void LogOrphan(ILogger logger, int pid);

    [LoggerMessage(Level = LogLevel.Information, Message = "The embedded PostgreSQL is ready on 127.0.0.1:{Port}")]
    private static partial void LogStarted(ILogger logger, int port);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The embedded PostgreSQL is gone although nobody stopped it; starting it again")]
    private static partial void LogGone(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "The embedded PostgreSQL could not be started again; trying on")]
    private static partial void LogNotRevived(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The embedded PostgreSQL has stopped")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "pgvector {Version} is older than 0.8.2 (CVE-2026-3172), so index builds use one process; scripts/setup.sh installs a newer one")]
    private static partial void LogOldPgVector(ILogger logger, Version version);
}
