using System.Diagnostics;
using System.Globalization;
using Convo.Data.Embedded;

namespace Convo.Tests.Data.Usage;

/// <summary>A redis-server (or whatever CONVO_TEST_REDIS_SERVER names, such as valkey-server) on a free port of the loopback.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly Process _process;

    private RedisProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Null when none is installed.</summary>
    public static async Task<RedisProcess?> StartAsync(params string[] more)
    {
        if (Find("redis-server") is not { } program)
        {
            return null;
        }

        var port = FreePort.Choose(0);
        var process = Process.Start(new ProcessStartInfo(
            program, ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", .. more])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        // It says so in its log when it listens.
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("Ready to accept connections", StringComparison.Ordinal))
        {
        }

        _ = process.StandardOutput.ReadToEndAsync();
        return new RedisProcess(process, port);
    }

    public static string? Find(string name) => name == "redis-server" && Environment.GetEnvironmentVariable("CONVO_TEST_REDIS_SERVER") is { Length: > 0 } named
        ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
