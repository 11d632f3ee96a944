using System.Diagnostics;
using System.Globalization;
using Convo.Core.Shared;
using Garnet;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Convo.Data.Embedded;

/// <summary>
/// A Redis-compatible server in this process, with an append-only file in Convo's data folder. The file is committed every 50 ms: a clean
/// stop loses nothing, a killed process at most the last moment. What is lost is a few stream deltas (the message row has its own
/// checkpoint) or counts, which are rebuilt from the ledger.
/// </summary>
internal sealed partial class EmbeddedGarnet : IAsyncDisposable
{
    private const int StartAttempts = 5;
    private readonly GarnetServer _server;
    private readonly ILogger _logger;

    private EmbeddedGarnet(GarnetServer server, int port, string password, ILogger logger)
    {
        _server = server;
        _logger = logger;
        Port = port;
        ConnectionString = $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)},password={password}";
    }

    public int Port { get; }

    public string ConnectionString { get; }

    /// <exception cref="ConvoStartupException">It cannot start.</exception>
    public static Task<EmbeddedGarnet> StartAsync(string path, EmbeddedSecrets secrets, ILogger<EmbeddedGarnet> logger, CancellationToken cancellationToken) =>
        // Garnet starts synchronously and reads its file first: about half a second in which PostgreSQL starts as well.
        Task.Run(() => Start(path, secrets, logger), cancellationToken);

    public static EmbeddedGarnet Start(string path, EmbeddedSecrets secrets, ILogger<EmbeddedGarnet> logger)
    {
        if (OperatingSystem.IsLinux())
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort.Choose(secrets.GarnetPort);
            try
            {
                var server = Start(path, port, secrets.GarnetPassword);
                LogStarted(logger, port);
                return new EmbeddedGarnet(server, port, secrets.GarnetPassword, logger);
            }
            catch (System.Net.Sockets.SocketException) when (attempt < StartAttempts)
            {
                // Another program took the port between choosing and binding it.
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new ConvoStartupException($"The embedded Redis (Garnet) did not start in {path}: {e.Message} "
                    + $"Its files hold only running streams and counters; move the folder away to begin with an empty one, or set {ConvoDataOptions.RedisUrlKey}.", e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.Store.CommitAOFAsync(CancellationToken.None).ConfigureAwait(false);
        await _server.Store.WaitForCommitAsync(CancellationToken.None).ConfigureAwait(false);
        await Task.Run(_server.Dispose).ConfigureAwait(false);
        LogStopped(_logger);
    }

    private static GarnetServer Start(string path, int port, string password)
    {
        var listeners = Trace.Listeners.Count;
        var server = new GarnetServer(Arguments(path, port, password), NullLoggerFactory.Instance);
        // Garnet's constructor adds a console listener to the whole process's trace.
        while (Trace.Listeners.Count > listeners)
        {
            Trace.Listeners.RemoveAt(Trace.Listeners.Count - 1);
        }

        try
        {
            server.Start();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    private static string[] Arguments(string path, int port, string password) =>
    [
        "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture),
        "--auth", "Password", "--password", password,
        "-q",
        // A script locks its KEYS and so is as atomic as on Redis; by default Garnet lets two scripts interleave.
        "--lua", "--lua-transaction-mode",
        "--aof", "--recover", "--aof-commit-freq", "50", "--aof-memory", "32m", "--aof-page-size", "8m",
        // At this size a checkpoint is taken and the file begins anew.
        "--aof-size-limit", "64m",
        // The native device needs libaio, which a plain Debian has not.
        "--device-type", "RandomAccess",
        "--checkpointdir", path, "--logdir", path,
        // Memory is taken page by page; what does not fit goes to disk instead of being dropped.
        "--memory", "128m", "--page", "4m", "--segment", "64m", "--index", "8m", "--storage-tier",
        "--compaction-freq", "300", "--compaction-type", "Lookup",
        "--expired-key-deletion-scan-freq", "60",
        "--max-databases", "1",
    ];

    [LoggerMessage(Level = LogLevel.Information, Message = "The embedded Redis (Garnet) is ready on 127.0.0.1:{Port}")]
    private static partial void LogStarted(ILogger logger, int port);

    [LoggerMessage(Level = LogLevel.Information, Message = "The embedded Redis (Garnet) has stopped")]
    private static partial void LogStopped(ILogger logger);
}
